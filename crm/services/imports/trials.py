"""What would come of an import: the rows go in, are looked at, and are taken back at once."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from core.choices import FieldType
from core.permissions import access_of
from core.records.fields import RecordField
from core.rows.items import CREATED, UPDATED
from crm.models import FileImport, RefusedRow
from crm.services.imports import refusals
from crm.services.imports.rows import ReadRows
from crm.services.imports.targets import Targets
from crm.services.imports.writers import Writer, writer_of
from crm.services.imports.writing import Prepared, SliceWriter, targets_of

CHOICE = FieldType.CHOICE
NOTHING_FOUND: dict[str, Any] = {"examples": [], "refused": [], "unmatched": []}
EXAMPLES, SHOWN_REFUSED, MOST_UNMATCHED = 5, 20, 200
# Reasons that somebody can mend by saying what is meant.
QUESTIONS = {
    refusals.NO_LINK: "link",
    refusals.SEVERAL_LINKS: "link",
    refusals.NO_COLLEAGUE: "link",
    refusals.NAME_KEPT: "link",
    refusals.NO_STAGE: "stage",
    refusals.NO_OPTION: "field",
    refusals.NO_KIND: "field",
    refusals.NO_ONE: "link",
}


@dataclass
class Findings:
    """What some rows would come to; `unmatched` counts texts by what they were to be and say."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    unmatched: Counter[tuple[str, str]] = field(default_factory=Counter)


def try_rows(
    *, file_import: FileImport, rows: Sequence[ReadRows], at: datetime, writes: bool
) -> Findings:
    """Write some slices and take all of it back; without `writes` they only find their records."""
    found = Findings()
    targets = targets_of(file_import, at)
    with transaction.atomic():
        for each in rows:
            writer = writer_of(file_import, targets, at, only_looks=not writes)
            found.counts.update(writer.write(each))
            room = EXAMPLES - len(found.examples)
            found.examples += _examples(writer, targets)[:room]
            _note(found, writer.told)
        transaction.set_rollback(True)
    return found


def _note(found: Findings, told: Sequence[RefusedRow]) -> None:
    for row in told:
        if len(found.refused) < SHOWN_REFUSED and not row.is_written:
            found.refused.append(
                {
                    "row_number": row.row_number,
                    "reason": row.reason,
                    "args": row.reason_args,
                    "values": row.values,
                }
            )
        if row.reason in QUESTIONS:
            what = str(row.reason_args.get(QUESTIONS[row.reason], "stage"))
            found.unmatched[what, str(row.reason_args["text"])] += 1


def _examples(writer: Writer, targets: Targets) -> list[dict[str, Any]]:
    """Some rows with what they would be called, and what they would change."""
    if not isinstance(writer, SliceWriter):
        return writer.examples
    return [
        {"row": each.source.number, "status": each.row.status, "says": list(_says(each, targets))}
        for each in writer.written
        if each.row.status in (CREATED, UPDATED)
    ][:EXAMPLES]


def _says(each: Prepared, targets: Targets) -> Iterator[list[str]]:
    """Labels with values, and before them what stands there now."""
    access, before = access_of(targets.user), each.row.draft.before if each.row.draft else {}
    for record_field, value in each.row.values.items():
        if not access.sees(record_field.rule):
            continue
        was = before.get(record_field.column, "") if record_field.column else ""
        if not record_field.is_link and (each.row.draft is None or was != value):
            rows = targets.fields.choices(record_field) if record_field.type == CHOICE else {}
            said = (_text(record_field, it, rows) for it in (was, value))
            yield [str(record_field.label), *said]


def _text(record_field: RecordField, value: Any, rows: Mapping[Any, Any]) -> str:
    """In words; a choice may be one of rows of the database, such as a stage."""
    if value in (None, ""):
        return ""
    return str(rows[value]) if value in rows else record_field.text(value)


@transaction.atomic
def keep_lacking(*, file_import: FileImport, found: Sequence[Mapping[str, Any]]) -> None:
    """Keep what the rows link to and nobody brings."""
    held = FileImport.objects.select_for_update().get(pk=file_import.pk)
    held.findings = (held.findings or NOTHING_FOUND) | {"lacking": list(found)}
    held.save(update_fields=["findings"])


@transaction.atomic
def keep_findings(*, file_import: FileImport, found: Findings) -> None:
    """Add what a part of the file came to."""
    held = FileImport.objects.select_for_update().get(pk=file_import.pk)
    kept = held.findings or NOTHING_FOUND
    unmatched = Counter({(what, text): count for what, text, count in kept["unmatched"]})
    unmatched.update(found.unmatched)
    held.findings = kept | {
        "examples": (kept["examples"] + found.examples)[:EXAMPLES],
        "refused": (kept["refused"] + found.refused)[:SHOWN_REFUSED],
        "unmatched": [
            [what, text, count] for (what, text), count in unmatched.most_common(MOST_UNMATCHED)
        ],
    }
    held.save(update_fields=["findings"])
