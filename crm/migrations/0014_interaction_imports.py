from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0013_distinct_rows")]

    operations = [
        migrations.AddField(
            model_name="fileimport",
            name="makes_contacts",
            field=models.BooleanField(
                default=False,
                help_text="Of interactions whose contact is not there yet.",
                verbose_name="makes missing contacts",
            ),
        ),
    ]
