"""Reads about imports."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from core import permissions
from core.models import User
from core.sentences import say
from crm.models import LeadImport, RefusedRow

SHOWN_REFUSED = 20


def imports_visible_to(user: User) -> QuerySet[LeadImport]:
    """One's own imports; administrators see all."""
    rows = LeadImport.objects.select_related("run", "created_by", "owner")
    if permissions.access_of(user).is_administrator:
        return rows
    return rows.filter(created_by=user)


def latest_imports(user: User) -> list[LeadImport]:
    return list(imports_visible_to(user).order_by("-pk")[:50])


def import_result(lead_import: LeadImport, now: datetime) -> dict[str, Any]:
    """The run, its counts and examples of refused rows."""
    run = lead_import.run
    if run is None:
        raise LookupError(f"Import {lead_import.pk} has no run.")
    return {
        "import": lead_import,
        "run": run,
        "steps": list(run.steps.all()),
        "seconds_left": run.seconds_left(now),
        "counts": {name: run.result.get(name, 0) for name in ("created", "updated", "refused")},
        "refused": list(lead_import.refused_rows.order_by("row_number")[:SHOWN_REFUSED]),
    }


def refused_rows(lead_import: LeadImport) -> Iterator[tuple[list[str], str]]:
    """Every refused row with its reason in the reader's language."""
    rows = RefusedRow.objects.filter(lead_import=lead_import).order_by("row_number")
    for row in rows.iterator(chunk_size=1_000):
        yield row.values, say(row.reason, row.reason_args)
