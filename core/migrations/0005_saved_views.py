"""Saved views can be deleted with undo; ready-made ones speak every language."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0004_search")]

    operations = [
        migrations.AddField(
            model_name="savedview",
            name="deleted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="savedview",
            name="is_ready_made",
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
