
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0014_interaction_imports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('source', models.CharField(blank=True, max_length=60, verbose_name='system')),
                ('left_out', models.JSONField(blank=True, default=list, verbose_name='files left out')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='uploaded')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='imported by')),
            ],
            options={
                'verbose_name': 'imported archive',
                'verbose_name_plural': 'imported archives',
            },
        ),
        migrations.AddField(
            model_name='fileimport',
            name='batch',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='parts', to='crm.importbatch', verbose_name='archive'),
        ),
    ]
