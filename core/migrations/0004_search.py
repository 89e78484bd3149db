"""The index of search: entries, the words that occur, and each database's own full-text index."""

import core.models.search
import django.db.models.deletion
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
    dependencies = [
        ("core", "0003_custom_field_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=24, primary_key=True, serialize=False)),
            ],
            options={
                "verbose_name": "search word",
                "verbose_name_plural": "search words",
            },
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object_type", models.CharField(max_length=40)),
                ("object_id", models.BigIntegerField()),
                ("changed_at", models.DateTimeField()),
                (
                    "digest",
                    models.BigIntegerField(
                        help_text="Of the tokens: an index is written when it changes."
                    ),
                ),
                ("tokens", core.models.search.Tokens()),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.team",
                    ),
                ),
            ],
            options={
                "verbose_name": "search entry",
                "verbose_name_plural": "search entries",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("object_type", "object_id"), name="core_search_entry_record"
                    )
                ],
            },
        ),
        migrations.RunPython(make_index, drop_index),
    ]
