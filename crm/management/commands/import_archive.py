"""Imports an archive of another system: all its tables, one after the other."""

import json
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation
from django.utils.translation import gettext

from core.errors import Refused
from core.models import User
from crm.management.commands.import_records import done_here, user_called
from crm.models import FileImport, ImportBatch
from crm.queries.imports import import_report, trial_report
from crm.services.imports.archives import parts_of, receive_archive, revert_parts, start_part
from crm.services.imports.kinds import KINDS
from crm.services.imports.running import settle, start_trial


class Command(BaseCommand):
    help = "Import a ZIP of HubSpot, Salesforce, Pipedrive or LinkedIn, and say what came of each file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument("--by", help="e-mail address of the user (an administrator)")
        parser.add_argument("--dry-run", action="store_true", help="only say what would come of it")
        parser.add_argument("--revert", type=int, help="take the archive with this number back")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        by = user_called(options["by"])
        try:
            with translation.override(by.language):
                report = _report(options, by)
        except (Refused, OSError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
            return
        self.stdout.write(f"archive {report['archive']}")
        for part in report["parts"]:
            counts = ", ".join(f"{name} {n}" for name, n in part["counts"].items() if n)
            self.stdout.write(f"{part['file']} ({part['kind']}): {part.get('error') or counts}")
        for name, reason in report["left_out"]:
            self.stdout.write(f"{name}: {reason}")


def _report(options: dict[str, Any], by: User) -> dict[str, Any]:
    if options["revert"] is not None:
        return _reverted(options["revert"], by)
    if options["file"] is None:
        raise CommandError("Say which file, or which archive to revert.")
    with options["file"].open("rb") as file:
        size = options["file"].stat().st_size
        upload = UploadedFile(File(file), options["file"].name, size=size)
        batch = receive_archive(upload=upload, by=by, at=timezone.now())
    bring = _tried if options["dry_run"] else _brought
    return _told(batch, [_part(part, bring, by) for part in parts_of(batch)])


def _part(part: FileImport, bring: Any, by: User) -> dict[str, Any]:
    """What came of a part; one that asks something does not keep the others from coming in."""
    said = {"file": part.file_name, "kind": KINDS[part.object_type].plural}
    try:
        return {**bring(part, by), **said}
    except (Refused, CommandError) as error:
        return {"import": part.pk, "counts": {}, "error": str(error), **said}


def _brought(part: FileImport, by: User) -> dict[str, Any]:
    return import_report(part, done_here(start_part(part=part, by=by, as_of=timezone.now())))


def _tried(part: FileImport, by: User) -> dict[str, Any]:
    now = timezone.now()
    settle(file_import=part, mapping=part.mapping, owner=part.owner, by=by, at=now)
    run = done_here(start_trial(file_import=part, by=by, as_of=now))
    part.refresh_from_db()
    return trial_report(part, run)


def _reverted(number: int, by: User) -> dict[str, Any]:
    batch = ImportBatch.objects.filter(pk=number).first()
    if batch is None:
        raise CommandError("There is no such archive.")
    parts = []
    for run in revert_parts(batch=batch, by=by, as_of=timezone.now()):
        done = done_here(run)
        part = FileImport.objects.get(reverting=done)
        kind = KINDS[part.object_type].plural
        parts.append({"file": part.file_name, "kind": kind, "counts": done.result})
    return _told(batch, parts)


def _told(batch: ImportBatch, parts: list[dict[str, Any]]) -> dict[str, Any]:
    left_out = [[name, gettext(reason)] for name, reason in batch.left_out]
    return {"archive": batch.pk, "source": batch.source, "parts": parts, "left_out": left_out}
