"""All tables of the core at once; an installation that has the migrations named below stays as it is."""

import core.models.attachments
import core.models.search
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


POSTGRESQL = [
    # Without a pending list, which every search would have to read through.
    "CREATE INDEX core_search_tokens ON core_searchentry USING gin (tokens) "
    "WITH (fastupdate = off)",
]
SQLITE = [
    "CREATE VIRTUAL TABLE core_search_tokens "
    "USING fts5 (tokens, tokenize = \"ascii tokenchars '=@#~+'\")",
]


def make_index(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if is_postgresql else SQLITE:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE core_search_tokens")


class Migration(migrations.Migration):

    replaces = [('core', '0001_squashed_0018_weekly_digest'), ('core', '0002_view_shape')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='CustomField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(help_text='Such as crm.lead.', max_length=60, verbose_name='record type')),
                ('key', models.SlugField(allow_unicode=True, max_length=60, verbose_name='key')),
                ('label', models.CharField(max_length=200, verbose_name='label')),
                ('type', models.CharField(choices=[('text', 'Text'), ('long_text', 'Long text'), ('number', 'Number'), ('money', 'Money'), ('date', 'Date'), ('moment', 'Date and time'), ('choice', 'Choice'), ('choices', 'Several choices'), ('boolean', 'Yes / no'), ('url', 'Web address'), ('email', 'E-mail'), ('phone', 'Phone'), ('user', 'User'), ('link', 'Link to a record')], default='text', max_length=10, verbose_name='type')),
                ('known_when', models.CharField(choices=[('before', 'Known before the outcome'), ('after', 'Filled in after contact')], default='before', help_text='A score never learns from fields that are filled in after contact.', max_length=6, verbose_name='known')),
                ('is_actionable', models.BooleanField(default=False, help_text='People can bring its value about, so a score may say what would raise it.', verbose_name='can be acted upon')),
                ('help_text', models.CharField(blank=True, max_length=300, verbose_name='help')),
                ('options', models.JSONField(blank=True, default=list, verbose_name='options')),
                ('is_open', models.BooleanField(default=False, verbose_name='imports may add options')),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('target', models.CharField(blank=True, help_text='Such as crm.company.', max_length=60, verbose_name='leads to')),
                ('is_required', models.BooleanField(default=False, verbose_name='required')),
                ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
                ('indexed_at', models.DateTimeField(editable=False, null=True, verbose_name='indexed')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
            ],
            options={
                'verbose_name': 'custom field',
                'verbose_name_plural': 'custom fields',
                'ordering': ['position', 'id'],
                'constraints': [models.UniqueConstraint(fields=('object_type', 'key'), name='core_custom_field_key')],
            },
        ),
        migrations.CreateModel(
            name='DerivedValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(help_text='Such as crm.lead.', max_length=60, verbose_name='record type')),
                ('object_id', models.PositiveBigIntegerField(verbose_name='record number')),
                ('field', models.CharField(max_length=60, verbose_name='field')),
                ('value', models.CharField(max_length=300, verbose_name='value')),
                ('method', models.CharField(max_length=40, verbose_name='method')),
                ('detail', models.CharField(blank=True, help_text='Such as the name of the file.', max_length=200, verbose_name='source')),
                ('at', models.DateTimeField(verbose_name='when')),
            ],
            options={
                'verbose_name': 'derived value',
                'verbose_name_plural': 'derived values',
                'constraints': [models.UniqueConstraint(fields=('object_type', 'object_id', 'field'), name='core_derived_field')],
            },
        ),
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(choices=[('AED', 'UAE dirham'), ('AUD', 'Australian dollar'), ('BRL', 'Brazilian real'), ('CAD', 'Canadian dollar'), ('CHF', 'Swiss franc'), ('CNY', 'Chinese yuan'), ('CZK', 'Czech koruna'), ('DKK', 'Danish krone'), ('EUR', 'Euro'), ('GBP', 'Pound sterling'), ('HKD', 'Hong Kong dollar'), ('HUF', 'Hungarian forint'), ('IDR', 'Indonesian rupiah'), ('ILS', 'Israeli new shekel'), ('INR', 'Indian rupee'), ('JPY', 'Japanese yen'), ('KRW', 'South Korean won'), ('MXN', 'Mexican peso'), ('MYR', 'Malaysian ringgit'), ('NOK', 'Norwegian krone'), ('NZD', 'New Zealand dollar'), ('PHP', 'Philippine peso'), ('PLN', 'Polish zloty'), ('RON', 'Romanian leu'), ('SAR', 'Saudi riyal'), ('SEK', 'Swedish krona'), ('SGD', 'Singapore dollar'), ('THB', 'Thai baht'), ('TRY', 'Turkish lira'), ('TWD', 'New Taiwan dollar'), ('USD', 'US dollar'), ('VND', 'Vietnamese dong'), ('ZAR', 'South African rand')], max_length=3, verbose_name='currency')),
                ('valid_from', models.DateField(verbose_name='from')),
                ('rate', models.DecimalField(decimal_places=8, max_digits=18, validators=[django.core.validators.MinValueValidator(Decimal('1E-8'))], verbose_name='rate')),
            ],
            options={
                'verbose_name': 'exchange rate',
                'verbose_name_plural': 'exchange rates',
                'ordering': ['currency', '-valid_from'],
                'constraints': [models.UniqueConstraint(fields=('currency', 'valid_from'), name='core_rate_once'), models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='core_rate_positive')],
            },
        ),
        migrations.CreateModel(
            name='ExternalKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(help_text='Such as crm.lead.', max_length=60, verbose_name='record type')),
                ('source', models.CharField(max_length=60, verbose_name='system')),
                ('key', models.CharField(max_length=200, verbose_name='key')),
                ('object_id', models.PositiveBigIntegerField(verbose_name='record number')),
            ],
            options={
                'verbose_name': 'external key',
                'verbose_name_plural': 'external keys',
                'indexes': [models.Index(fields=['object_type', 'object_id'], name='core_external_key_object')],
                'constraints': [models.UniqueConstraint(fields=('object_type', 'source', 'key'), name='core_external_key_once')],
            },
        ),
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, help_text='What other installations know this one by.', verbose_name='identity')),
                ('name', models.CharField(default='Renmai', max_length=100, verbose_name='company')),
                ('base_currency', models.CharField(choices=[('AED', 'UAE dirham'), ('AUD', 'Australian dollar'), ('BRL', 'Brazilian real'), ('CAD', 'Canadian dollar'), ('CHF', 'Swiss franc'), ('CNY', 'Chinese yuan'), ('CZK', 'Czech koruna'), ('DKK', 'Danish krone'), ('EUR', 'Euro'), ('GBP', 'Pound sterling'), ('HKD', 'Hong Kong dollar'), ('HUF', 'Hungarian forint'), ('IDR', 'Indonesian rupiah'), ('ILS', 'Israeli new shekel'), ('INR', 'Indian rupee'), ('JPY', 'Japanese yen'), ('KRW', 'South Korean won'), ('MXN', 'Mexican peso'), ('MYR', 'Malaysian ringgit'), ('NOK', 'Norwegian krone'), ('NZD', 'New Zealand dollar'), ('PHP', 'Philippine peso'), ('PLN', 'Polish zloty'), ('RON', 'Romanian leu'), ('SAR', 'Saudi riyal'), ('SEK', 'Swedish krona'), ('SGD', 'Singapore dollar'), ('THB', 'Thai baht'), ('TRY', 'Turkish lira'), ('TWD', 'New Taiwan dollar'), ('USD', 'US dollar'), ('VND', 'Vietnamese dong'), ('ZAR', 'South African rand')], default='EUR', max_length=3, verbose_name='base currency')),
                ('logo', models.FileField(blank=True, editable=False, max_length=120, upload_to='company', verbose_name='logo')),
                ('accent', models.CharField(choices=[('blue', 'Blue'), ('teal', 'Teal'), ('green', 'Green'), ('violet', 'Violet'), ('plum', 'Plum'), ('red', 'Red'), ('ink', 'Ink')], default='blue', max_length=10, verbose_name='accent colour')),
                ('time_zone', models.CharField(default='UTC', max_length=64, verbose_name='time zone')),
                ('week_start', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (5, 'Saturday'), (6, 'Sunday')], default=0, verbose_name='first day of the week')),
                ('languages', models.JSONField(default=list, help_text='Codes of languages; none stands for all.', verbose_name='languages')),
                ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', 'Simplified Chinese')], default='en', max_length=10, verbose_name='default language')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                ('stale_after_days', models.PositiveSmallIntegerField(default=180, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='days until a record is stale')),
                ('address', models.TextField(blank=True, max_length=500, verbose_name='address')),
            ],
            options={
                'verbose_name': 'installation',
                'verbose_name_plural': 'installations',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='core_installation_once')],
            },
        ),
        migrations.CreateModel(
            name='RecordLayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(help_text='Such as crm.lead.', max_length=60, unique=True, verbose_name='record type')),
                ('places', models.JSONField(default=list, verbose_name='places of the fields')),
            ],
            options={
                'verbose_name': 'layout',
                'verbose_name_plural': 'layouts',
            },
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(blank=True, editable=False, help_text='Set for the roles that come with the product.', null=True, unique=True, verbose_name='key')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('description', models.CharField(blank=True, max_length=300, verbose_name='description')),
                ('is_administrator', models.BooleanField(default=False, help_text='May do everything, everywhere.', verbose_name='administrator')),
            ],
            options={
                'verbose_name': 'role',
                'verbose_name_plural': 'roles',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='SampleData',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(help_text='Its history ends on the day before.', verbose_name='day')),
                ('parts', models.JSONField(default=list, help_text='The parts that are stored.', verbose_name='stored parts')),
                ('made', models.JSONField(default=dict, help_text='Numbers of rows by model.', verbose_name='rows made for it')),
                ('loaded_at', models.DateTimeField(blank=True, null=True, verbose_name='loaded')),
            ],
            options={
                'verbose_name': 'sample data',
                'verbose_name_plural': 'sample data',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='core_sample_data_once')],
            },
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('word', models.CharField(max_length=24, primary_key=True, serialize=False, verbose_name='word')),
            ],
            options={
                'verbose_name': 'search word',
                'verbose_name_plural': 'search words',
            },
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('name_key', models.CharField(editable=False, max_length=80, unique=True, verbose_name='name for comparing')),
                ('hue', models.CharField(blank=True, choices=[('', 'None'), ('accent', 'Accent'), ('ok', 'Green'), ('warn', 'Amber'), ('bad', 'Red'), ('violet', 'Violet'), ('teal', 'Teal'), ('pink', 'Pink')], default='', max_length=6, verbose_name='colour')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
            ],
            options={
                'verbose_name': 'tag',
                'verbose_name_plural': 'tags',
                'ordering': ['name_key'],
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='core.team', verbose_name='part of')),
            ],
            options={
                'verbose_name': 'team',
                'verbose_name_plural': 'teams',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='FieldRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(help_text='Object and field, such as crm.lead.source.', max_length=150, verbose_name='field')),
                ('access', models.CharField(choices=[('see', 'See only'), ('none', 'Hidden')], max_length=4, verbose_name='access')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='field_rules', to='core.role', verbose_name='role')),
            ],
            options={
                'verbose_name': 'field rule',
                'verbose_name_plural': 'field rules',
                'constraints': [models.UniqueConstraint(fields=('role', 'field'), name='core_field_rule_once_per_role')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('permission', models.CharField(max_length=100, verbose_name='permission')),
                ('reach', models.PositiveSmallIntegerField(choices=[(1, 'Own records'), (2, 'Records of the team'), (3, 'All records')], default=1, verbose_name='reach')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='core.role', verbose_name='role')),
            ],
            options={
                'verbose_name': 'grant',
                'verbose_name_plural': 'grants',
                'constraints': [models.UniqueConstraint(fields=('role', 'permission'), name='core_grant_once_per_role')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, help_text='Switch off instead of deleting.', verbose_name='active')),
                ('is_sample', models.BooleanField(default=False, editable=False, verbose_name='sample user')),
                ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', 'Simplified Chinese')], default='en', max_length=10, verbose_name='language')),
                ('time_zone', models.CharField(default='UTC', max_length=64, verbose_name='time zone')),
                ('theme', models.CharField(choices=[('auto', 'As the device'), ('light', 'Light'), ('dark', 'Dark')], default='auto', max_length=5, verbose_name='theme')),
                ('has_hotkeys', models.BooleanField(default=True, verbose_name='single-key shortcuts')),
                ('wants_digest', models.BooleanField(default=True, help_text='On Mondays, if there is something to tell.', verbose_name='weekly e-mail about my leads')),
                ('hides_start', models.BooleanField(default=False, verbose_name='hide “Getting started”')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='joined')),
                ('roles', models.ManyToManyField(blank=True, related_name='users', to='core.role', verbose_name='roles')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='members', to='core.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('prefix', models.CharField(editable=False, help_text='The secret begins so.', max_length=12, verbose_name='beginning')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('scopes', models.JSONField(default=list, verbose_name='scopes')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires')),
                ('last_used_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last used')),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='revoked')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.role', verbose_name='role')),
            ],
            options={
                'verbose_name': 'API token',
                'verbose_name_plural': 'API tokens',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(help_text='Such as crm.lead.', max_length=60, verbose_name='record type')),
                ('object_id', models.PositiveBigIntegerField(verbose_name='record number')),
                ('file', models.FileField(max_length=200, upload_to=core.models.attachments.attachment_path)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('size', models.PositiveBigIntegerField(help_text='In bytes.', verbose_name='size')),
                ('content_type', models.CharField(blank=True, max_length=100, verbose_name='file type')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='uploaded')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted')),
                ('uploaded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
            ],
            options={
                'verbose_name': 'file',
                'verbose_name_plural': 'files',
                'indexes': [models.Index(fields=['object_type', 'object_id', '-id'], name='core_attachment_object')],
            },
        ),
        migrations.CreateModel(
            name='GivenAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200, verbose_name='key')),
                ('digest', models.CharField(help_text='Of method, address and body.', max_length=64)),
                ('status', models.PositiveSmallIntegerField(default=0, verbose_name='HTTP status')),
                ('body', models.TextField(blank=True)),
                ('headers', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'given answer',
                'verbose_name_plural': 'given answers',
                'indexes': [models.Index(fields=['created_at'], name='core_given_answer_age')],
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='core_given_answer_once')],
            },
        ),
        migrations.CreateModel(
            name='ModelVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('state', models.CharField(choices=[('challenger', 'In test'), ('champion', 'Live'), ('retired', 'Retired')], default='challenger', max_length=10, verbose_name='state')),
                ('algorithm', models.CharField(max_length=60, verbose_name='algorithm')),
                ('parameters', models.JSONField(default=dict, verbose_name='parameters')),
                ('features', models.JSONField(default=list, verbose_name='features')),
                ('metrics', models.JSONField(default=dict, verbose_name='figures')),
                ('trained_to', models.DateTimeField(blank=True, null=True, verbose_name='trained on data until')),
                ('rows', models.PositiveBigIntegerField(default=0, verbose_name='training rows')),
                ('fingerprint', models.CharField(help_text='SHA-256 of the training data.', max_length=64, verbose_name='fingerprint of the data')),
                ('artifact_sha256', models.CharField(max_length=64, verbose_name='checksum of the model')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='trained')),
                ('promoted_at', models.DateTimeField(blank=True, null=True, verbose_name='live since')),
                ('reason', models.CharField(blank=True, max_length=40, verbose_name='reason of the state')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='state decided')),
                ('decided_by', models.ForeignKey(blank=True, help_text='Empty where the training decided by itself.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='state decided by')),
            ],
            options={
                'verbose_name': 'model version',
                'verbose_name_plural': 'model versions',
                'constraints': [models.UniqueConstraint(fields=('kind', 'number'), name='core_model_version_number'), models.UniqueConstraint(condition=models.Q(('state', 'champion')), fields=('kind',), name='core_model_version_one_champion')],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('message', models.CharField(max_length=300, verbose_name='message')),
                ('message_args', models.JSONField(default=dict, verbose_name='values in the message')),
                ('url', models.CharField(blank=True, max_length=300, verbose_name='link')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='when')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'notification',
                'verbose_name_plural': 'notifications',
                'indexes': [models.Index(fields=['user', '-id'], name='core_notification_user'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user'], name='core_notification_unread')],
            },
        ),
        migrations.CreateModel(
            name='RecentRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(max_length=60, verbose_name='record type')),
                ('object_id', models.BigIntegerField(verbose_name='record number')),
                ('seen_at', models.DateTimeField(verbose_name='seen')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recent_records', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'recently viewed record',
                'verbose_name_plural': 'recently viewed records',
                'indexes': [models.Index(fields=['user', '-seen_at'], name='core_recent_newest')],
                'constraints': [models.UniqueConstraint(fields=('user', 'object_type', 'object_id'), name='core_recent_once')],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(help_text='Such as crm.lead.', max_length=60, verbose_name='record type')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('icon', models.CharField(blank=True, max_length=40, verbose_name='icon')),
                ('sharing', models.CharField(choices=[('private', 'Only me'), ('team', 'My team'), ('all', 'Everybody')], default='private', max_length=8, verbose_name='for')),
                ('condition', models.JSONField(blank=True, default=dict, verbose_name='condition')),
                ('columns', models.JSONField(blank=True, default=list, help_text='Field names, in order.', verbose_name='columns')),
                ('sort', models.CharField(blank=True, help_text='The name of a field; with - before it in descending order.', max_length=160, verbose_name='order')),
                ('is_ready_made', models.BooleanField(default=False, editable=False, verbose_name='comes with the product')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
                ('shape', models.CharField(blank=True, choices=[('table', 'Table'), ('board', 'Board')], max_length=5, verbose_name='shape')),
            ],
            options={
                'verbose_name': 'saved view',
                'verbose_name_plural': 'saved views',
                'ordering': ['position', 'id'],
                'indexes': [models.Index(fields=['object_type', 'position', 'id'], name='core_view_object')],
            },
        ),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(max_length=40, verbose_name='record type')),
                ('object_id', models.BigIntegerField(verbose_name='record number')),
                ('changed_at', models.DateTimeField(verbose_name='changed')),
                ('digest', models.BigIntegerField(help_text='The index is written again when it changes.', verbose_name='checksum of the words')),
                ('tokens', core.models.search.Tokens()),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('team', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'search entry',
                'verbose_name_plural': 'search entries',
                'constraints': [models.UniqueConstraint(fields=('object_type', 'object_id'), name='core_search_entry_record')],
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('url', models.CharField(max_length=500, verbose_name='address')),
                ('kinds', models.JSONField(default=list, help_text='Such as crm.lead.created.', verbose_name='events')),
                ('condition', models.JSONField(blank=True, default=dict, verbose_name='condition')),
                ('condition_type', models.CharField(blank=True, help_text='Such as crm.lead.', max_length=60, verbose_name='record type of the condition')),
                ('state', models.CharField(choices=[('on', 'On'), ('paused', 'Paused'), ('off', 'Off')], default='on', max_length=8, verbose_name='state')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('secret_version', models.PositiveIntegerField(default=1, editable=False)),
                ('old_secret_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('failures', models.PositiveIntegerField(default=0, editable=False, verbose_name='failures in a row')),
                ('failing_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='failing since')),
                ('not_before', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='not before')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='with the rights of')),
            ],
            options={
                'verbose_name': 'webhook',
                'verbose_name_plural': 'webhooks',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='WebhookEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('object_type', models.CharField(max_length=60, verbose_name='record type')),
                ('object_id', models.PositiveBigIntegerField(verbose_name='record number')),
                ('kinds', models.JSONField(default=list, verbose_name='events')),
                ('changes', models.JSONField(help_text='As in the audit log; empty where unknown.', null=True, verbose_name='changes')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'event of a webhook',
                'verbose_name_plural': 'events of webhooks',
            },
        ),
        migrations.CreateModel(
            name='JobRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60, verbose_name='job')),
                ('question', models.CharField(help_text='Kind of job and scope, without the moment.', max_length=200, verbose_name='question')),
                ('key', models.CharField(help_text='Question and moment.', max_length=260, unique=True, verbose_name='key')),
                ('scope', models.JSONField(default=dict, verbose_name='scope')),
                ('as_of', models.DateTimeField(verbose_name='as of')),
                ('seed', models.PositiveIntegerField(default=0, verbose_name='random seed')),
                ('state', models.CharField(choices=[('queued', 'Waiting'), ('preparing', 'Preparing'), ('working', 'Running'), ('finishing', 'Finishing'), ('succeeded', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('insufficient', 'Too little data')], default='queued', max_length=12, verbose_name='state')),
                ('progress', models.PositiveSmallIntegerField(default=0, verbose_name='progress')),
                ('message', models.CharField(blank=True, max_length=300, verbose_name='message')),
                ('message_args', models.JSONField(default=dict, verbose_name='values in the message')),
                ('error', models.CharField(blank=True, max_length=500, verbose_name='error')),
                ('error_args', models.JSONField(default=dict, verbose_name='values in the error')),
                ('result', models.JSONField(default=dict, verbose_name='result')),
                ('rows_read', models.PositiveBigIntegerField(default=0, verbose_name='rows read')),
                ('rows_written', models.PositiveBigIntegerField(default=0, verbose_name='rows written')),
                ('partitions_total', models.PositiveIntegerField(default=0, verbose_name='parts')),
                ('partitions_done', models.PositiveIntegerField(default=0, verbose_name='parts done')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('cancel_requested', models.BooleanField(default=False, verbose_name='cancellation asked for')),
                ('claim', models.PositiveIntegerField(default=0, verbose_name='take-overs')),
                ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='reserved until')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('not_before', models.DateTimeField(blank=True, null=True, verbose_name='not before')),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='started by')),
                ('model_version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='core.modelversion', verbose_name='model version')),
            ],
            options={
                'verbose_name': 'job run',
                'verbose_name_plural': 'job runs',
                'indexes': [models.Index(fields=['kind', '-id'], name='core_job_run_kind'), models.Index(fields=['state', '-id'], name='core_job_run_state')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'preparing', 'working', 'finishing'])), fields=('question',), name='core_job_run_one_active_per_question')],
            },
        ),
        migrations.CreateModel(
            name='ModelArtifact',
            fields=[
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='artifact', serialize=False, to='core.modelversion', verbose_name='model version')),
                ('content', models.BinaryField()),
            ],
            options={
                'verbose_name': 'model artifact',
                'verbose_name_plural': 'model artifacts',
            },
        ),
        migrations.CreateModel(
            name='ViewFavourite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='favourite_views', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('view', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='favourites', to='core.savedview', verbose_name='saved view')),
            ],
            options={
                'verbose_name': 'favourite view',
                'verbose_name_plural': 'favourite views',
                'ordering': ['position', 'id'],
                'constraints': [models.UniqueConstraint(fields=('user', 'view'), name='core_view_favourite_once')],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message', models.UUIDField(default=uuid.uuid4, editable=False, verbose_name='number of the message')),
                ('kind', models.CharField(max_length=80, verbose_name='event')),
                ('object_type', models.CharField(blank=True, max_length=60, verbose_name='record type')),
                ('object_id', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='record number')),
                ('body', models.TextField(verbose_name='what is sent')),
                ('rights', models.JSONField(default=dict, help_text='With which the text was written.', verbose_name='rights')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Being sent'), ('delivered', 'Delivered'), ('failed', 'Given up')], default='waiting', max_length=10, verbose_name='state')),
                ('created_at', models.DateTimeField(verbose_name='when')),
                ('next_at', models.DateTimeField(verbose_name='next attempt')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('claim', models.PositiveIntegerField(default=0, verbose_name='take-overs')),
                ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='reserved until')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('fault', models.CharField(blank=True, choices=[('address', 'The address is not one that webhooks may be sent to.'), ('name', 'The name of the server is not known.'), ('connection', 'The server cannot be reached, or it ended the connection.'), ('certificate', 'The certificate of the server is not valid for its name.'), ('time', 'The server took too long to answer.'), ('redirect', 'The server sent to another address, which webhooks do not follow.'), ('status', 'The server did not accept it.'), ('lost', 'The worker was lost while it was sending, each time.'), ('rights', 'The user whose rights the webhook has may no longer see this.')], max_length=12, verbose_name='why it failed')),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='HTTP status')),
                ('answer', models.TextField(blank=True, verbose_name='answer')),
                ('milliseconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='milliseconds')),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='core.webhook', verbose_name='webhook')),
            ],
            options={
                'verbose_name': 'delivery of a webhook',
                'verbose_name_plural': 'deliveries of webhooks',
                'indexes': [models.Index(fields=['webhook', '-id'], name='core_delivery_log'), models.Index(fields=['webhook', 'state', '-id'], name='core_delivery_state'), models.Index(fields=['webhook', 'kind', '-id'], name='core_delivery_kind'), models.Index(fields=['created_at', 'id'], name='core_delivery_age'), models.Index(fields=['object_type', 'object_id'], name='core_delivery_record'), models.Index(condition=models.Q(('state__in', ['waiting', 'sending'])), fields=['webhook', 'next_at', 'id'], name='core_delivery_due'), models.Index(condition=models.Q(('state__in', ['waiting', 'sending'])), fields=['webhook', 'object_type', 'object_id', 'id'], name='core_delivery_turn')],
            },
        ),
        migrations.CreateModel(
            name='Archive',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(max_length=200, upload_to='', verbose_name='file')),
                ('size', models.PositiveBigIntegerField(help_text='In bytes.', verbose_name='size')),
                ('rows', models.PositiveBigIntegerField(verbose_name='rows')),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('expires_at', models.DateTimeField(verbose_name='can be downloaded until')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
                ('run', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='archive', to='core.jobrun', verbose_name='job run')),
            ],
            options={
                'verbose_name': 'export of everything',
                'verbose_name_plural': 'exports of everything',
            },
        ),
        migrations.CreateModel(
            name='ChangeSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(help_text='Such as crm.lead.', max_length=60, verbose_name='record type')),
                ('action', models.CharField(max_length=40, verbose_name='what')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('count', models.PositiveIntegerField(default=0, verbose_name='records')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='undone')),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.jobrun', verbose_name='job run')),
            ],
            options={
                'verbose_name': 'bulk change',
                'verbose_name_plural': 'bulk changes',
                'indexes': [models.Index(fields=['actor', '-id'], name='core_change_set_actor')],
            },
        ),
        migrations.CreateModel(
            name='JobPartition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('payload', models.JSONField(default=dict, verbose_name='content')),
                ('state', models.CharField(choices=[('pending', 'Waiting'), ('running', 'Running'), ('done', 'Done')], default='pending', max_length=8, verbose_name='state')),
                ('claim', models.PositiveIntegerField(default=0, verbose_name='take-overs')),
                ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='reserved until')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('not_before', models.DateTimeField(blank=True, null=True, verbose_name='not before')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='partitions', to='core.jobrun', verbose_name='job run')),
            ],
            options={
                'verbose_name': 'job partition',
                'verbose_name_plural': 'job partitions',
                'indexes': [models.Index(condition=models.Q(('state', 'done'), _negated=True), fields=['run', 'position'], name='core_job_partition_open')],
                'constraints': [models.UniqueConstraint(fields=('run', 'position'), name='core_job_partition_once')],
            },
        ),
        migrations.CreateModel(
            name='JobStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('detail', models.CharField(blank=True, max_length=300, verbose_name='detail')),
                ('detail_args', models.JSONField(default=dict, verbose_name='values in the detail')),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='core.jobrun', verbose_name='job run')),
            ],
            options={
                'verbose_name': 'job step',
                'verbose_name_plural': 'job steps',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='QualityCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(max_length=60, verbose_name='type')),
                ('is_whole', models.BooleanField(default=False, verbose_name='all records')),
                ('total', models.PositiveIntegerField(verbose_name='records')),
                ('counts', models.JSONField(default=dict, help_text='Records with something wrong, by check, and without a value, by field.', verbose_name='counts')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.jobrun', verbose_name='job run')),
                ('team', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'count of data quality',
                'verbose_name_plural': 'counts of data quality',
                'indexes': [models.Index(fields=['run', 'object_type', 'is_whole'], name='core_quality_run')],
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='when')),
                ('action', models.CharField(max_length=40, verbose_name='what')),
                ('object_type', models.CharField(blank=True, help_text='Such as crm.lead.', max_length=60, verbose_name='to what')),
                ('object_id', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='record number')),
                ('changes', models.JSONField(default=dict, help_text='What each field was before, and what after.', verbose_name='changes')),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('change_set', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='core.changeset', verbose_name='bulk change')),
                ('run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.jobrun', verbose_name='job run')),
            ],
            options={
                'verbose_name': 'audit event',
                'verbose_name_plural': 'audit events',
                'indexes': [models.Index(fields=['object_type', 'object_id', '-id'], name='core_audit_object'), models.Index(fields=['actor', '-id'], name='core_audit_actor'), models.Index(fields=['action', '-id'], name='core_audit_action'), models.Index(fields=['at'], name='core_audit_at')],
            },
        ),
        migrations.RunPython(make_index, drop_index),
    ]
