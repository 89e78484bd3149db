"""Reads about imports."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import permissions
from core.jobs.kinds import job_kinds, kinds_following
from core.models import User
from core.phrases import percent
from core.queries.jobs import steps_of
from core.sentences import say
from core.values import grouped
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
    """The run, its counts, examples of refused rows and what is asked next by itself."""
    run = lead_import.run
    if run is None:
        raise LookupError(f"Import {lead_import.pk} has no run.")
    counts = {name: run.result.get(name, 0) for name in ("created", "updated", "refused")}
    return {
        "import": lead_import,
        "run": run,
        "kind": job_kinds[run.kind],
        "seconds": ((run.finished_at or now) - run.started_at).total_seconds()
        if run.started_at
        else None,
        "figures": _figures(counts, run.rows_read),
        "follow_ups": [kind.label for kind in kinds_following(run.kind)],
        "steps": steps_of(run),
        "seconds_left": run.seconds_left(now),
        "counts": counts,
        "refused": list(lead_import.refused_rows.order_by("row_number")[:SHOWN_REFUSED]),
    }


def _figures(counts: Mapping[str, int], rows: int) -> list[dict[str, Any]]:
    """The counts, each compared with the rows read so far."""
    labels = {
        "created": pgettext("import", "Created"),
        "updated": pgettext("import", "Updated"),
        "refused": pgettext("import", "Refused"),
    }
    newest = reverse("lead_list", query={"sort": "-created"})
    return [
        {
            "label": labels[name],
            "value": grouped(number),
            "url": newest if number and name != "refused" else "",
            "note": _("%(share)s of %(rows)s rows read")
            % {"share": percent(number / rows if rows else 0), "rows": grouped(rows)},
        }
        for name, number in counts.items()
    ]


def refused_rows(lead_import: LeadImport) -> Iterator[tuple[list[str], str]]:
    """Every refused row with its reason in the reader's language."""
    rows = RefusedRow.objects.filter(lead_import=lead_import).order_by("row_number")
    for row in rows.iterator(chunk_size=1_000):
        yield row.values, say(row.reason, row.reason_args)
