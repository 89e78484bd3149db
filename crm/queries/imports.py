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
from core.models import JobRun, User
from core.phrases import percent
from core.queries.jobs import steps_of
from core.sentences import say
from core.values import grouped
from crm.models import FileImport, ImportBatch, RefusedRow

SHOWN_REFUSED = 20
MOST_TOLD = 1_000  # rows in a report for programs
COUNTED = ("created", "updated", "unchanged", "partly", "refused")


def imports_visible_to(user: User) -> QuerySet[FileImport]:
    """One's own imports; administrators see all."""
    rows = FileImport.objects.select_related(
        "run", "trial", "reverting", "change_set", "created_by", "owner"
    )
    if permissions.access_of(user).is_administrator:
        return rows
    return rows.filter(created_by=user)


def batches_visible_to(user: User) -> QuerySet[ImportBatch]:
    """One's own archives; administrators see all."""
    rows = ImportBatch.objects.select_related("created_by")
    return rows if permissions.access_of(user).is_administrator else rows.filter(created_by=user)


def latest_imports(user: User) -> list[FileImport]:
    return list(imports_visible_to(user).order_by("-pk")[:50])


def import_result(file_import: FileImport, now: datetime) -> dict[str, Any]:
    """The run, its counts, examples of refused rows and what is asked next by itself.

    Of a reverted import the run that takes it back is shown (`shown_run`).
    """
    run = file_import.run
    if run is None:
        raise LookupError(f"Import {file_import.pk} has no run.")
    shown = file_import.reverting or run
    counts = {name: run.result.get(name, 0) for name in COUNTED}
    return {
        "import": file_import,
        "shown_run": shown,
        **_of_run(shown, now),
        "figures": _figures(file_import, counts, run.rows_read),
        "follow_ups": [kind.label for kind in kinds_following(run.kind)],
        "counts": counts,
        "told": counts["refused"] + counts["partly"],
        "made_url": made_url(file_import),
        "reverted": file_import.reverting.result if file_import.reverting else None,
        "refused": list(file_import.refused_rows.order_by("row_number")[:SHOWN_REFUSED]),
    }


def _of_run(run: JobRun, now: datetime) -> dict[str, Any]:
    return {
        "run": run,
        "kind": job_kinds[run.kind],
        "seconds": ((run.finished_at or now) - run.started_at).total_seconds()
        if run.started_at
        else None,
        "steps": steps_of(run),
        "seconds_left": run.seconds_left(now),
    }


def trial_result(file_import: FileImport, now: datetime) -> dict[str, Any]:
    """The trial's run, what would come of the rows, and the names that match nothing."""
    run = file_import.trial
    if run is None:
        raise LookupError(f"Import {file_import.pk} was not tried.")
    counts = {name: run.result.get(name, 0) for name in COUNTED}
    findings = file_import.findings
    return {
        "import": file_import,
        **_of_run(run, now),
        "figures": [
            figure | {"url": ""} for figure in _figures(file_import, counts, run.rows_read)
        ],
        "counts": counts,
        "examples": findings.get("examples", []),
        "refused": [
            {**row, "reason_text": say(row["reason"], row["args"])}
            for row in findings.get("refused", [])
        ],
    }


def made_url(file_import: FileImport) -> str:
    """The list of what the import made."""
    if file_import.is_of_colleagues:
        return reverse("user_list")
    kind = file_import.record_type
    return reverse(kind.list_url, query={"if": f"import:is:{file_import.pk}"})


def _figures(file_import: FileImport, counts: Mapping[str, int], rows: int) -> list[dict[str, Any]]:
    """The counts, each compared with the rows read so far."""
    labels = {
        "created": pgettext("import", "Created"),
        "updated": pgettext("import", "Updated"),
        "unchanged": pgettext("import", "Unchanged"),
        "partly": pgettext("import", "Not with all they say"),
        "refused": pgettext("import", "Refused"),
    }
    return [
        {
            "label": labels[name],
            "value": grouped(number),
            "url": made_url(file_import) if number and name == "created" else "",
            "note": _("%(share)s of %(rows)s rows read")
            % {"share": percent(number / rows if rows else 0), "rows": grouped(rows)},
        }
        for name, number in counts.items()
    ]


def refused_rows(file_import: FileImport) -> Iterator[tuple[list[str], str]]:
    """Every refused row with its reason in the reader's language."""
    rows = RefusedRow.objects.filter(file_import=file_import).order_by("row_number")
    for row in rows.iterator(chunk_size=1_000):
        yield row.values, say(row.reason, row.reason_args)


# -- reports for programs --------------------------------------------------------------------------


def import_report(file_import: FileImport, run: JobRun) -> dict[str, Any]:
    """What came of the rows; the rows that did not come in, or not with all they say."""
    told = [
        {"row": row.row_number, "reason": row.reason_text, "came_in": row.is_written}
        for row in file_import.refused_rows.order_by("row_number")[:MOST_TOLD]
    ]
    return {**_report(file_import, run), "told": told}


def trial_report(file_import: FileImport, run: JobRun) -> dict[str, Any]:
    """What would come of the rows, some examples, and the names that match nothing."""
    findings = file_import.findings
    return {
        **_report(file_import, run),
        "told": [
            {"row": row["row_number"], "reason": say(row["reason"], row["args"]), "came_in": False}
            for row in findings.get("refused", [])
        ],
        "examples": findings.get("examples", []),
        "unmatched": [
            {"field": what, "text": text, "rows": count}
            for what, text, count in findings.get("unmatched", [])
        ],
        "lacking": findings.get("lacking", []),
    }


def _report(file_import: FileImport, run: JobRun) -> dict[str, Any]:
    return {
        "import": file_import.pk,
        "object_type": file_import.object_type,
        "state": run.state,
        "columns": {entry["column"]: entry["target"] for entry in file_import.mapping},
        "counts": {name: run.result.get(name, 0) for name in COUNTED},
    }
