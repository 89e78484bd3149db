"""All tables of analytics at once; an installation that has the migrations named below stays as it is."""

import analytics.models.file_trials
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('analytics', '0001_points_rules'), ('analytics', '0002_lead_score_fields'), ('analytics', '0003_file_trials'), ('analytics', '0004_stale_scores')]

    initial = True

    dependencies = [
        ('core', '0001_squashed_0018_weekly_digest'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('crm', '0001_squashed_0021_scores_by_points'),
    ]

    operations = [
        migrations.CreateModel(
            name='ComparedGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(help_text='Full name, such as crm.lead.country.', max_length=200, unique=True, verbose_name='field')),
                ('named_at', models.DateTimeField(auto_now_add=True, verbose_name='named')),
                ('named_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='named by')),
            ],
            options={
                'verbose_name': 'compared group',
                'verbose_name_plural': 'compared groups',
            },
        ),
        migrations.CreateModel(
            name='LeadFieldDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(help_text='Full name, such as crm.lead.source.', max_length=200, unique=True, verbose_name='field')),
                ('known_when', models.CharField(choices=[('before', 'Known before the outcome'), ('after', 'Filled in after contact')], max_length=10, verbose_name='known')),
                ('decided_at', models.DateTimeField(auto_now=True, verbose_name='decided')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
            ],
            options={
                'verbose_name': 'decision about a field',
                'verbose_name_plural': 'decisions about fields',
            },
        ),
        migrations.CreateModel(
            name='PointsBook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(default='crm.lead', max_length=60, unique=True, verbose_name='record type')),
                ('fit_limit', models.PositiveSmallIntegerField(default=50, verbose_name='most points of fit')),
                ('engagement_limit', models.PositiveSmallIntegerField(default=50, verbose_name='most points of engagement')),
                ('total_limit', models.PositiveSmallIntegerField(default=100, verbose_name='most points of both together')),
                ('letter_a', models.PositiveSmallIntegerField(default=38, verbose_name='fit for an A, from')),
                ('letter_b', models.PositiveSmallIntegerField(default=25, verbose_name='fit for a B, from')),
                ('letter_c', models.PositiveSmallIntegerField(default=13, verbose_name='fit for a C, from')),
                ('digit_1', models.PositiveSmallIntegerField(default=38, verbose_name='engagement for a 1, from')),
                ('digit_2', models.PositiveSmallIntegerField(default=25, verbose_name='engagement for a 2, from')),
                ('digit_3', models.PositiveSmallIntegerField(default=13, verbose_name='engagement for a 3, from')),
                ('changed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='changed')),
            ],
            options={
                'verbose_name': 'book of points rules',
                'verbose_name_plural': 'books of points rules',
                'constraints': [models.CheckConstraint(condition=models.Q(('engagement_limit__range', (1, 100)), ('fit_limit__range', (1, 100)), ('total_limit__range', (1, 100))), name='analytics_points_book_limits'), models.CheckConstraint(condition=models.Q(('letter_a__lte', models.F('fit_limit')), ('letter_b__lt', models.F('letter_a')), ('letter_c__gt', 0), ('letter_c__lt', models.F('letter_b'))), name='analytics_points_book_letters'), models.CheckConstraint(condition=models.Q(('digit_1__lte', models.F('engagement_limit')), ('digit_2__lt', models.F('digit_1')), ('digit_3__gt', 0), ('digit_3__lt', models.F('digit_2'))), name='analytics_points_book_digits')],
            },
        ),
        migrations.CreateModel(
            name='StaleScore',
            fields=[
                ('lead', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='crm.lead', verbose_name='lead')),
                ('since', models.DateTimeField(verbose_name='since')),
            ],
            options={
                'verbose_name': 'stale score',
                'verbose_name_plural': 'stale scores',
                'indexes': [models.Index(fields=['since'], name='analytics_stale_since')],
            },
        ),
        migrations.CreateModel(
            name='FileTrial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(blank=True, max_length=200, upload_to=analytics.models.file_trials.new_path, verbose_name='rows of the file')),
                ('predictions', models.FileField(blank=True, max_length=200, upload_to=analytics.models.file_trials.new_path, verbose_name='chances out of fold')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('delimiter', models.CharField(default=',', max_length=1, verbose_name='delimiter')),
                ('columns', models.JSONField(default=list, verbose_name='columns')),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('target', models.CharField(blank=True, max_length=200, verbose_name='column with the outcome')),
                ('converted', models.JSONField(blank=True, default=list, verbose_name='values that count as converted')),
                ('not_converted', models.JSONField(blank=True, default=list, verbose_name='values that count as not converted')),
                ('left_out', models.JSONField(blank=True, default=list, verbose_name='columns left out')),
                ('time_column', models.CharField(blank=True, max_length=200, verbose_name='column with the time')),
                ('groups', models.JSONField(blank=True, default=list, verbose_name='columns whose groups are compared')),
                ('result', models.JSONField(blank=True, default=dict, verbose_name='result')),
                ('created_at', models.DateTimeField(verbose_name='uploaded')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='tried by')),
                ('run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.jobrun', verbose_name='job run')),
            ],
            options={
                'verbose_name': 'trial of the lead score on a file',
                'verbose_name_plural': 'trials of the lead score on files',
                'indexes': [models.Index(fields=['created_by', '-id'], name='analytics_trial_by')],
            },
        ),
        migrations.CreateModel(
            name='PointsRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('group', models.CharField(choices=[('fit', 'Fit'), ('engagement', 'Engagement')], max_length=10, verbose_name='group')),
                ('points', models.SmallIntegerField(help_text='From -100 to 100; below 0 takes away.', verbose_name='points')),
                ('condition', models.JSONField(blank=True, default=dict, verbose_name='condition')),
                ('behaviour', models.CharField(blank=True, max_length=40, verbose_name='what happens')),
                ('kinds', models.JSONField(blank=True, default=list, verbose_name='of which kind')),
                ('days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='in the last days')),
                ('half_life', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='half-life in days')),
                ('most_times', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='how often at most')),
                ('most_points', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='how many points at most')),
                ('is_enabled', models.BooleanField(default=True, verbose_name='in use')),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='analytics.pointsbook', verbose_name='book')),
            ],
            options={
                'verbose_name': 'points rule',
                'verbose_name_plural': 'points rules',
                'ordering': ['-group', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('points__range', (-100, 100)), models.Q(('points', 0), _negated=True)), name='analytics_points_rule_points'), models.CheckConstraint(condition=models.Q(models.Q(('group', 'fit'), _negated=True), ('behaviour', ''), _connector='OR'), name='analytics_points_rule_fit'), models.CheckConstraint(condition=models.Q(('half_life__isnull', True), ('half_life__gt', 0), _connector='OR'), name='analytics_points_rule_half_life')],
            },
        ),
    ]
