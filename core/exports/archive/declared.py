"""The core's own tables of the archive, the job that makes one, and where it is asked for."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.jobs.kinds import JobKind, job_kinds
from core.registries import ArchiveTable, SettingsSection, archive_tables, settings_sections


def register_archive() -> None:
    job_kinds.register(
        JobKind(
            "core.archive",
            _("Export of everything"),
            "core.chores.archives.ArchiveJob",
            permission="core.archive.export",
            result_url=lambda _scope: reverse("archive_list"),
            counts={"rows": pgettext_lazy("archive", "Rows")},
            is_background=True,
        )
    )
    settings_sections.register(
        SettingsSection(
            "archives",
            _("Export of everything"),
            "download",
            "archive_list",
            "data",
            80,
            "core.archive.export",
        )
    )
    first = partial(ArchiveTable, order=10)
    secrets = ("password", "last_login")
    archive_tables.register(
        first("company", "core.Installation", left_out=("uid", "logo")),
        first("teams", "core.Team"),
        first("roles", "core.Role"),
        first("grants", "core.Grant"),
        first("field_rules", "core.FieldRule"),
        first("users", "core.User", left_out=secrets, several=("roles",)),
        first("tags", "core.Tag"),
        first("custom_fields", "core.CustomField", left_out=("indexed_at",)),
        first("exchange_rates", "core.ExchangeRate"),
        first("saved_views", "core.SavedView"),
        first("view_favourites", "core.ViewFavourite"),
        first("layouts", "core.RecordLayout"),
        ArchiveTable("attachments", "core.Attachment", left_out=("file",), order=30),
        ArchiveTable("derived_values", "core.DerivedValue", order=30),
    )
