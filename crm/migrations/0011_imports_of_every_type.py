import crm.models.imports

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0012_names'),
        ('crm', '0010_file_imports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="fileimport",
            name="original",
            field=models.FileField(
                blank=True,
                default="",
                max_length=200,
                upload_to=crm.models.imports.upload_path,
                verbose_name="uploaded file",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="refusedrow",
            name="is_written",
            field=models.BooleanField(
                default=False, help_text="But for what the reason says.", verbose_name="came in"
            ),
        ),
        migrations.AddField(
            model_name='activity',
            name='imported_by',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='crm.fileimport', verbose_name='import'),
        ),
        migrations.AddField(
            model_name='company',
            name='imported_by',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='crm.fileimport', verbose_name='import'),
        ),
        migrations.AddField(
            model_name='contact',
            name='imported_by',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='crm.fileimport', verbose_name='import'),
        ),
        migrations.AddField(
            model_name='deal',
            name='imported_by',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='crm.fileimport', verbose_name='import'),
        ),
        migrations.AddField(
            model_name='event',
            name='imported_by',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='crm.fileimport', verbose_name='import'),
        ),
        migrations.AddField(
            model_name='fileimport',
            name='change_set',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.changeset', verbose_name='bulk change'),
        ),
        migrations.AddField(
            model_name='fileimport',
            name='columns_digest',
            field=models.CharField(default='', editable=False, max_length=32, verbose_name='digest of the columns'),
        ),
        migrations.AddField(
            model_name='fileimport',
            name='findings',
            field=models.JSONField(blank=True, default=dict, verbose_name='findings of the trial'),
        ),
        migrations.AddField(
            model_name='fileimport',
            name='key',
            field=models.JSONField(default=list, verbose_name='same record by'),
        ),
        migrations.AddField(
            model_name='fileimport',
            name='mode',
            field=models.CharField(choices=[('create', 'Only add new records'), ('update', 'Only change records that are there'), ('both', 'Add new records and change those that are there')], default='both', max_length=6, verbose_name='what it may do'),
        ),
        migrations.AddField(
            model_name='fileimport',
            name='object_type',
            field=models.CharField(default='crm.lead', help_text='Such as crm.lead.', max_length=60, verbose_name='record type'),
        ),
        migrations.AddField(
            model_name='fileimport',
            name='reverting',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.jobrun', verbose_name='run that reverts it'),
        ),
        migrations.AddField(
            model_name='fileimport',
            name='source',
            field=models.CharField(blank=True, max_length=60, verbose_name='system'),
        ),
        migrations.AddField(
            model_name='fileimport',
            name='trial',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.jobrun', verbose_name='trial run'),
        ),
        migrations.AddField(
            model_name='group',
            name='imported_by',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='crm.fileimport', verbose_name='import'),
        ),
        migrations.AddField(
            model_name='product',
            name='imported_by',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='crm.fileimport', verbose_name='import'),
        ),
        migrations.AlterField(
            model_name='activity',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created'),
        ),
        migrations.AlterField(
            model_name='company',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created'),
        ),
        migrations.AlterField(
            model_name='contact',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created'),
        ),
        migrations.AlterField(
            model_name='deal',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created'),
        ),
        migrations.AlterField(
            model_name='event',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created'),
        ),
        migrations.AlterField(
            model_name='fileimport',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner of the records'),
        ),
        migrations.AlterField(
            model_name='group',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created'),
        ),
        migrations.AlterField(
            model_name='lead',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created'),
        ),
        migrations.AlterField(
            model_name='lead',
            name='imported_by',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='crm.fileimport', verbose_name='import'),
        ),
        migrations.AlterField(
            model_name='product',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created'),
        ),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(condition=models.Q(('imported_by__isnull', False)), fields=['imported_by', 'id'], name='crm_activity_import'),
        ),
        migrations.AddIndex(
            model_name='company',
            index=models.Index(condition=models.Q(('imported_by__isnull', False)), fields=['imported_by', 'id'], name='crm_company_import'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(condition=models.Q(('imported_by__isnull', False)), fields=['imported_by', 'id'], name='crm_contact_import'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(condition=models.Q(('imported_by__isnull', False)), fields=['imported_by', 'id'], name='crm_deal_import'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('imported_by__isnull', False)), fields=['imported_by', 'id'], name='crm_event_import'),
        ),
        migrations.AddIndex(
            model_name='fileimport',
            index=models.Index(fields=['columns_digest', '-id'], name='crm_import_columns'),
        ),
        migrations.AddIndex(
            model_name='group',
            index=models.Index(condition=models.Q(('imported_by__isnull', False)), fields=['imported_by', 'id'], name='crm_group_import'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('imported_by__isnull', False)), fields=['imported_by', 'id'], name='crm_lead_import'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('imported_by__isnull', False)), fields=['imported_by', 'id'], name='crm_product_import'),
        ),
    ]
