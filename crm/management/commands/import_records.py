"""Imports a file without the wizard, as the wizard would."""

import json
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from core import permissions
from core.choices import RunState
from core.errors import Refused
from core.jobs.inline import do_here
from core.models import JobRun, User
from crm.models import FileImport
from crm.queries.imports import import_report, trial_report
from crm.services.imports.kinds import KINDS
from crm.services.imports.receiving import receive_file
from crm.services.imports.running import settle, start_import, start_trial
from crm.services.imports.told import Told, read_told
from crm.services.imports.writing import targets_of

LOST_WORKER_SECONDS = 120
SHOWN = 10


class Command(BaseCommand):
    help = "Import a CSV, Excel or vCard file as records, and say what came of each row."

    def add_arguments(self, parser: CommandParser) -> None:
        known = ", ".join(kind.slug for kind in KINDS.values())
        parser.add_argument("model", help=f"what the rows are: {known}, or auto")
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, help="a JSON file: columns, mode, key")
        parser.add_argument("--by", help="e-mail address of the user (an administrator)")
        parser.add_argument(
            "--make-contacts",
            action="store_true",
            help="make the contacts of interactions that are not there yet",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would come of it")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        by = user_called(options["by"])
        try:
            with translation.override(by.language):
                report = _import(options, by)
        except (Refused, OSError, json.JSONDecodeError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
            return
        for name, number in report["counts"].items():
            self.stdout.write(f"{name:>10} {number}")
        for row in report["told"][:SHOWN]:
            self.stdout.write(f"row {row['row']}: {row['reason']}")


def user_called(email: str | None) -> User:
    people = User.objects.filter(is_active=True).order_by("pk")
    if email:
        people = people.filter(email__iexact=email)
    found = next((u for u in people if email or permissions.access_of(u).is_administrator), None)
    if found is None:
        raise CommandError("There is no such active user.")
    return found


def _import(options: dict[str, Any], by: User) -> dict[str, Any]:
    now = timezone.now()
    with options["file"].open("rb") as file:
        upload = UploadedFile(File(file), options["file"].name, size=options["file"].stat().st_size)
        file_import = receive_file(
            upload=upload,
            by=by,
            at=now,
            object_type=_kind(options["model"]),
            is_limited=False,
        )
    told = _told(options["mapping"], file_import)
    chosen: dict[str, Any] = {
        "file_import": file_import,
        "mapping": told.mapping,
        "owner": by,
        "by": by,
        "mode": told.mode,
        "key": told.key,
        "makes_contacts": told.makes_contacts or options["make_contacts"],
    }
    if options["dry_run"]:
        settle(**chosen, at=now)
        run = done_here(start_trial(file_import=file_import, by=by, as_of=now))
        file_import.refresh_from_db()
        return trial_report(file_import, run)
    return import_report(file_import, done_here(start_import(**chosen, as_of=now)))


def _kind(model: str) -> str:
    if model == "auto":
        return ""
    names = {
        name: key for key, kind in KINDS.items() for name in (key, key.partition(".")[2], kind.slug)
    }
    if model not in names:
        raise CommandError(f"Choose one of: {', '.join(names)}, auto.")
    return names[model]


def _told(mapping: Path | None, file_import: FileImport) -> Told:
    given = json.loads(mapping.read_text(encoding="utf-8")) if mapping else {}
    return read_told(given, file_import, targets_of(file_import, timezone.now()))


def done_here(run: JobRun) -> JobRun:
    done = do_here(run.pk, patience=LOST_WORKER_SECONDS)
    if done.state != RunState.SUCCEEDED:
        raise CommandError(str(done.error_text) or "The import is not complete.")
    return done
