"""Uploading and importing files of leads in tests."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from core.models import JobRun, User
from crm.models import FileImport
from crm.services.imports.mapping import apply_choices
from crm.services.imports.receiving import receive_file
from crm.services.imports.running import start_import
from crm.services.imports.writing import targets_of
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


def upload(
    content: str | bytes, by: User, name: str = "leads.csv", object_type: str = "crm.lead"
) -> FileImport:
    data = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, data)
    return receive_file(upload=file, by=by, at=NOW, object_type=object_type)


def start(
    file_import: FileImport,
    by: User,
    owner: User | None = None,
    known_when: dict[str, str] | None = None,
    formats: dict[str, str] | None = None,
    mode: str = "",
    key: Sequence[str] | None = None,
    makes_contacts: bool | None = None,
    **targets: str,
) -> JobRun:
    """Start with the proposed mapping, changed by column name (spaces as underscores)."""
    choices = [
        {
            "target": targets.get(e["column"].replace(" ", "_"), e["target"]),
            "known_when": (known_when or {}).get(e["column"], e["known_when"]),
            "format": (formats or {}).get(e["column"], e["format"]),
        }
        for e in file_import.mapping
    ]
    return start_import(
        file_import=file_import,
        mapping=apply_choices(file_import.mapping, choices, targets_of(file_import, NOW)),
        owner=owner or by,
        by=by,
        as_of=NOW,
        mode=mode,
        key=key,
        makes_contacts=makes_contacts,
    )


def import_file(
    content: str | bytes | Rows,
    by: User,
    *,
    name: str = "leads.csv",
    object_type: str = "crm.lead",
    **more: Any,
) -> FileImport:
    """Upload, match, and carry the run out; the import with its run."""
    text = content if isinstance(content, str | bytes) else csv_text(content)
    file_import = upload(text, by, name, object_type)
    run = carry_out(start(file_import, by, **more))
    file_import.refresh_from_db()
    assert file_import.run == run
    return file_import


def counts(lead_import: FileImport) -> tuple[int, int, int]:
    """Created, updated, refused."""
    assert lead_import.run is not None
    result = lead_import.run.result
    return result.get("created", 0), result.get("updated", 0), result.get("refused", 0)
