"""Uploading and importing files of leads in tests."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from core.models import JobRun, User
from crm.models import LeadImport
from crm.services.import_files import receive_file
from crm.services.import_mapping import apply_choices
from crm.services.lead_imports import start_import
from tests.factories.core import NOW
from tests.running import carry_out

Rows = Sequence[Sequence[str]]


def csv_text(rows: Rows, delimiter: str = ",", end: str = "\r\n", *, quote: bool = False) -> str:
    out = io.StringIO()
    csv.writer(
        out,
        delimiter=delimiter,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL,
    ).writerows(rows)
    return out.getvalue()


def upload(content: str | bytes, by: User, name: str = "leads.csv") -> LeadImport:
    data = content.encode() if isinstance(content, str) else content
    return receive_file(upload=SimpleUploadedFile(name, data), by=by)


def start(
    lead_import: LeadImport,
    by: User,
    owner: User | None = None,
    known_when: dict[str, str] | None = None,
    **targets: str,
) -> JobRun:
    """Start with the proposed mapping, changed by column name (spaces as underscores)."""
    mapping = lead_import.mapping
    wanted = [targets.get(e["column"].replace(" ", "_"), e["target"]) for e in mapping]
    known = [(known_when or {}).get(e["column"], e["known_when"]) for e in mapping]
    return start_import(
        lead_import=lead_import,
        mapping=apply_choices(mapping, wanted, known),
        owner=owner or by,
        by=by,
        as_of=NOW,
    )


def import_file(content: str | bytes | Rows, by: User, **more: Any) -> LeadImport:
    """Upload, match, and carry the run out; the import with its run."""
    text = content if isinstance(content, str | bytes) else csv_text(content)
    lead_import = upload(text, by)
    run = carry_out(start(lead_import, by, **more))
    lead_import.refresh_from_db()
    assert lead_import.run == run
    return lead_import


def counts(lead_import: LeadImport) -> tuple[int, int, int]:
    """Created, updated, refused."""
    assert lead_import.run is not None
    result = lead_import.run.result
    return result.get("created", 0), result.get("updated", 0), result.get("refused", 0)
