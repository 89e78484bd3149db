"""All tables of analytics at once; an installation that has the migrations named below stays as it is."""

import analytics.models.tried_files
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('analytics', '0001_squashed_0004_stale_scores'), ('analytics', '0002_quarters'), ('analytics', '0003_stale_outlooks'), ('analytics', '0004_series_trials'), ('analytics', '0005_forecasts'), ('analytics', '0006_segment_options'), ('analytics', '0007_cohorts'), ('analytics', '0008_lifecycle')]

    initial = True

    dependencies = [
        ('core', '0001_squashed_0002_view_shape'),
        ('crm', '0001_squashed_0011_lifecycle'),
        ('marketing', '0001_segments'),
    ]

    operations = [
        migrations.CreateModel(
            name='Cohort',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('purchases', 'First purchase'), ('leads', 'Captured leads')], max_length=9, verbose_name='cohort of')),
                ('month', models.DateField(verbose_name='month')),
                ('size', models.PositiveIntegerField(verbose_name='people')),
                ('counts', models.JSONField(default=list, verbose_name='people in each month')),
                ('amounts', models.JSONField(default=list, verbose_name='value in each month')),
                ('as_of', models.DateTimeField(verbose_name='as of')),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.jobrun', verbose_name='job run')),
            ],
            options={
                'verbose_name': 'cohort',
                'verbose_name_plural': 'cohorts',
                'constraints': [models.UniqueConstraint(fields=('kind', 'month'), name='analytics_cohort_once')],
            },
        ),
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
            name='FileTrial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(blank=True, max_length=200, upload_to=analytics.models.tried_files.new_path, verbose_name='rows of the file')),
                ('predictions', models.FileField(blank=True, max_length=200, upload_to=analytics.models.tried_files.new_path, verbose_name='chances out of fold')),
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
            name='ForecastSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('as_of', models.DateTimeField(verbose_name='as of')),
                ('measure', models.CharField(choices=[('revenue', 'Bookings'), ('deals', 'Won deals'), ('leads', 'New leads'), ('interactions', 'Interactions')], max_length=12, verbose_name='measure')),
                ('grain', models.CharField(choices=[('day', 'Day'), ('week', 'Week'), ('month', 'Month')], max_length=5, verbose_name='length of a period')),
                ('cut', models.CharField(choices=[('total', 'Everything'), ('team', 'Team'), ('owner', 'Owner'), ('product', 'Product'), ('source', 'Source'), ('channel', 'Channel')], max_length=8, verbose_name='cut')),
                ('key', models.CharField(blank=True, max_length=120, verbose_name='part')),
                ('first', models.DateField(verbose_name='first period')),
                ('values', models.JSONField(default=list, verbose_name='history')),
                ('ahead', models.JSONField(default=list, verbose_name='forecast')),
                ('lower', models.JSONField(default=list, verbose_name='lower ends of the bands')),
                ('upper', models.JSONField(default=list, verbose_name='upper ends of the bands')),
                ('spread', models.FloatField(default=0, verbose_name='size of the errors')),
                ('is_never_negative', models.BooleanField(default=True, verbose_name='never below 0')),
                ('chosen', models.CharField(max_length=40, verbose_name='method')),
                ('reason', models.CharField(max_length=40, verbose_name='why this one')),
                ('gain', models.FloatField(default=0, verbose_name='smaller error than the mean of the methods')),
                ('candidates', models.JSONField(default=list, verbose_name='methods tried')),
                ('backtest', models.JSONField(default=dict, verbose_name='backtest')),
                ('is_current', models.BooleanField(default=False, verbose_name='current')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.jobrun', verbose_name='job run')),
                ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.modelversion', verbose_name='model version')),
            ],
            options={
                'verbose_name': 'forecast of a series',
                'verbose_name_plural': 'forecasts of series',
                'constraints': [models.UniqueConstraint(fields=('run', 'measure', 'grain', 'cut', 'key'), name='analytics_forecast_once'), models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('measure', 'grain', 'cut', 'key'), name='analytics_forecast_current')],
            },
        ),
        migrations.CreateModel(
            name='ForecastTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measure', models.CharField(choices=[('revenue', 'Bookings'), ('deals', 'Won deals'), ('leads', 'New leads'), ('interactions', 'Interactions')], max_length=12, verbose_name='measure')),
                ('cut', models.CharField(choices=[('total', 'Everything'), ('team', 'Team'), ('owner', 'Owner'), ('product', 'Product'), ('source', 'Source'), ('channel', 'Channel')], default='total', max_length=8, verbose_name='cut')),
                ('key', models.CharField(blank=True, max_length=120, verbose_name='part')),
                ('period', models.CharField(choices=[('month', 'Month'), ('quarter', 'Quarter'), ('year', 'Year')], max_length=7, verbose_name='period')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18, validators=[django.core.validators.MinValueValidator(0)], verbose_name='target')),
                ('set_at', models.DateTimeField(verbose_name='set at')),
                ('set_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='set by')),
            ],
            options={
                'verbose_name': 'target of a forecast',
                'verbose_name_plural': 'targets of forecasts',
                'constraints': [models.UniqueConstraint(fields=('measure', 'cut', 'key', 'period', 'starts_on'), name='analytics_target_once'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='analytics_target_amount')],
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
            name='LifecycleTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.PositiveBigIntegerField(verbose_name='first number')),
                ('sums', models.JSONField(default=dict, verbose_name='sums')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.jobrun', verbose_name='job run')),
            ],
            options={
                'verbose_name': 'tally of the lifecycle',
                'verbose_name_plural': 'tallies of the lifecycle',
                'constraints': [models.UniqueConstraint(fields=('run', 'first'), name='analytics_life_tally_once')],
            },
        ),
        migrations.CreateModel(
            name='LifecycleTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('discount', models.DecimalField(decimal_places=4, default='0.9700', help_text='What 1 of the next month counts for now, such as 0.97.', max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator('0.9990')], verbose_name='worth of the next month')),
                ('email_cost', models.DecimalField(decimal_places=2, default=2, max_digits=12, validators=[django.core.validators.MinValueValidator(0)], verbose_name='cost of an e-mail')),
                ('call_cost', models.DecimalField(decimal_places=2, default=15, max_digits=12, validators=[django.core.validators.MinValueValidator(0)], verbose_name='cost of a call')),
                ('meeting_cost', models.DecimalField(decimal_places=2, default=120, max_digits=12, validators=[django.core.validators.MinValueValidator(0)], verbose_name='cost of a meeting')),
                ('offer_cost', models.DecimalField(decimal_places=2, default=60, max_digits=12, validators=[django.core.validators.MinValueValidator(0)], verbose_name='cost of a quote')),
                ('changed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='changed')),
            ],
            options={
                'verbose_name': 'terms of the lifecycle',
                'verbose_name_plural': 'terms of the lifecycle',
                'constraints': [models.CheckConstraint(condition=models.Q(('discount__gte', 0), ('discount__lt', 1)), name='analytics_lifecycle_discount'), models.CheckConstraint(condition=models.Q(('call_cost__gte', 0), ('email_cost__gte', 0), ('meeting_cost__gte', 0), ('offer_cost__gte', 0)), name='analytics_lifecycle_costs')],
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
            name='QuarterForecast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', models.DateField(verbose_name='first day of the quarter')),
                ('day', models.DateField(verbose_name='day')),
                ('scope', models.CharField(max_length=40, verbose_name='scope')),
                ('as_of', models.DateTimeField(verbose_name='as of')),
                ('won', models.FloatField(verbose_name='won so far')),
                ('won_deals', models.PositiveIntegerField(verbose_name='won deals')),
                ('likely', models.FloatField(verbose_name='likely')),
                ('quantiles', models.JSONField(default=list, verbose_name='hundredths of the outcome')),
                ('parts', models.JSONField(default=dict, verbose_name='what it is made of')),
                ('backtest', models.JSONField(default=dict, verbose_name='past quarters')),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.jobrun', verbose_name='job run')),
            ],
            options={
                'verbose_name': 'forecast of a quarter',
                'verbose_name_plural': 'forecasts of quarters',
                'constraints': [models.UniqueConstraint(fields=('quarter', 'scope', 'day'), name='analytics_quarter_forecast_once')],
            },
        ),
        migrations.CreateModel(
            name='Quota',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', models.DateField(verbose_name='first day of the quarter')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18, validators=[django.core.validators.MinValueValidator(0)], verbose_name='quota')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.team', verbose_name='team')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'quota',
                'verbose_name_plural': 'quotas',
                'constraints': [models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('quarter', 'user'), name='analytics_quota_user'), models.UniqueConstraint(condition=models.Q(('team__isnull', False)), fields=('quarter', 'team'), name='analytics_quota_team'), models.CheckConstraint(condition=models.Q(models.Q(('team__isnull', True), ('user__isnull', False)), models.Q(('team__isnull', False), ('user__isnull', True)), _connector='OR'), name='analytics_quota_of_one'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='analytics_quota_amount')],
            },
        ),
        migrations.CreateModel(
            name='SegmentOptions',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reads_profile', models.BooleanField(default=True, help_text='Industry, country, employees, and fields of contacts that you added.', verbose_name='company and own fields')),
                ('reads_text', models.BooleanField(default=True, help_text='Only which words go together counts; no text is stored or shown.', verbose_name='text of notes and messages')),
                ('changed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='changed')),
            ],
            options={
                'verbose_name': 'options of the customer segments',
                'verbose_name_plural': 'options of the customer segments',
            },
        ),
        migrations.CreateModel(
            name='SeriesTrial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(blank=True, max_length=200, upload_to=analytics.models.tried_files.new_path, verbose_name='rows of the file')),
                ('predictions', models.FileField(blank=True, max_length=200, upload_to=analytics.models.tried_files.new_path, verbose_name='predictions')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('delimiter', models.CharField(default=',', max_length=1, verbose_name='delimiter')),
                ('columns', models.JSONField(default=list, verbose_name='columns')),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('result', models.JSONField(blank=True, default=dict, verbose_name='result')),
                ('created_at', models.DateTimeField(verbose_name='uploaded')),
                ('time_column', models.CharField(blank=True, max_length=200, verbose_name='column with the time')),
                ('value_column', models.CharField(blank=True, max_length=200, verbose_name='column with the values')),
                ('id_column', models.CharField(blank=True, max_length=200, verbose_name='column that names the series')),
                ('horizon', models.PositiveSmallIntegerField(default=12, verbose_name='steps ahead')),
                ('season', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='steps in a season')),
                ('drivers', models.JSONField(blank=True, default=dict, verbose_name='drivers')),
                ('has_arima', models.BooleanField(default=False, verbose_name='with ARIMA')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='tried by')),
                ('run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.jobrun', verbose_name='job run')),
            ],
            options={
                'verbose_name': 'forecast of a file',
                'verbose_name_plural': 'forecasts of files',
                'indexes': [models.Index(fields=['created_by', '-id'], name='analytics_series_by')],
            },
        ),
        migrations.CreateModel(
            name='StaleOutlook',
            fields=[
                ('deal', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='crm.deal', verbose_name='deal')),
                ('since', models.DateTimeField(verbose_name='since')),
            ],
            options={
                'verbose_name': 'stale outlook',
                'verbose_name_plural': 'stale outlooks',
                'indexes': [models.Index(fields=['since'], name='analytics_outlook_since')],
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
            name='StaleSegment',
            fields=[
                ('contact', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='crm.contact', verbose_name='contact')),
                ('since', models.DateTimeField(verbose_name='since')),
            ],
            options={
                'verbose_name': 'stale segment',
                'verbose_name_plural': 'stale segments',
                'indexes': [models.Index(fields=['since'], name='analytics_segment_since')],
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', models.DateField(verbose_name='first day of the quarter')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18, validators=[django.core.validators.MinValueValidator(0)], verbose_name='call')),
                ('closed', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='closed')),
                ('commit', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='committed')),
                ('best_case', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='best case')),
                ('pipeline', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='pipeline')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'call of a quarter',
                'verbose_name_plural': 'calls of quarters',
                'indexes': [models.Index(fields=['quarter', 'user', '-at', '-id'], name='analytics_submission_last')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='analytics_submission_amount')],
            },
        ),
        migrations.CreateModel(
            name='SuggestionAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('none', 'Do nothing'), ('email', 'Write an e-mail'), ('call', 'Call'), ('meeting', 'Meet'), ('offer', 'Send a quote')], max_length=8, verbose_name='action')),
                ('answer', models.CharField(choices=[('accepted', 'Accepted'), ('snoozed', 'Later'), ('refused', 'Not useful')], max_length=8, verbose_name='answer')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='undone')),
                ('key', models.CharField(max_length=64, unique=True, verbose_name='key')),
                ('activity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='crm.activity', verbose_name='activity')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.contact', verbose_name='contact')),
                ('stage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.lifestage', verbose_name='stage')),
            ],
            options={
                'verbose_name': 'answer to a suggestion',
                'verbose_name_plural': 'answers to suggestions',
                'indexes': [models.Index(fields=['contact', 'action', '-at'], name='analytics_answer_contact'), models.Index(fields=['action', 'stage', 'answer'], name='analytics_answer_action')],
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
