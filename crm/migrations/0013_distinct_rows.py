
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0012_data_quality'),
    ]

    operations = [
        migrations.AddField(
            model_name='fileimport',
            name='rows_are_distinct',
            field=models.BooleanField(default=False, editable=False, help_text='No two of them are of one record: several workers may write them at once.', verbose_name='rows are distinct'),
        ),
    ]
