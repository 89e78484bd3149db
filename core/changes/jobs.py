"""The job kinds of bulk changes."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.changes.words import title_of
from core.jobs.kinds import JobKind, job_kinds
from core.registries import record_types


def register_jobs() -> None:
    left = pgettext_lazy("records", "Left alone")
    job_kinds.register(
        JobKind(
            "core.bulk_change",
            _("Change many records"),
            "core.chores.bulk_changes.BulkChangeJob",
            permission="",
            describe=_change_title,
            result_url=_change_set_url,
            counts={"changed": pgettext_lazy("records", "Changed"), "left": left},
        ),
        JobKind(
            "core.bulk_undo",
            _("Undo a change of many records"),
            "core.chores.bulk_changes.BulkUndoJob",
            permission="",
            describe=_change_title,
            result_url=_change_set_url,
            counts={"undone": pgettext_lazy("records", "Put back"), "left": left},
        ),
        JobKind(
            "core.empty_bin",
            _("Empty the bin"),
            "core.chores.bins.EmptyBinJob",
            permission="core.bin.empty",
            can_run_now=True,
            counts={"erased": pgettext_lazy("records", "Deleted for good"), "left": left},
        ),
    )


def _change_title(scope: dict[str, Any]) -> str:
    """Such as “Contacts: delete”."""
    action = scope["change"]["change"] if "change" in scope else "undo"
    records = record_types[scope["selection"]["type"]].plural
    words = {"records": records, "change": title_of(action)}
    return gettext("%(records)s: %(change)s") % words


def _change_set_url(scope: dict[str, Any]) -> str:
    return reverse("change_detail", args=[scope["change_set"]])
