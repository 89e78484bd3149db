"""The index of search: an entry for each record, and the words that occur."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from core.models.users import Team


class Tokens(models.TextField):  # type: ignore[type-arg]  # plain text to Python
    """The tokens of a record: a tsvector on PostgreSQL; SQLite keeps them in its own index."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> str:
        if connection.vendor != "postgresql":
            return ""
        return " ".join(f"'{token}':{place}" for place, token in enumerate(value, start=1))


class SearchEntry(models.Model):
    """What search knows of one record; what a line shows is read from the record itself."""

    object_type = models.CharField(_("record type"), max_length=40)
    object_id = models.BigIntegerField(_("record number"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed"))
    digest = models.BigIntegerField(
        _("checksum of the words"),
        help_text=_("The index is written again when it changes."),
    )
    tokens = Tokens()

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_id"], name="core_search_entry_record"
            )
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}"


class SearchWord(models.Model):
    """A word that occurs in names; a mistyped word is compared with them."""

    word = models.CharField(_("word"), max_length=24, primary_key=True)

    class Meta:
        verbose_name = _("search word")
        verbose_name_plural = _("search words")

    def __str__(self) -> str:
        return self.word
