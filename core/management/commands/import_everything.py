"""Restores an archive with everything into an empty installation."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.errors import Refused
from core.exports.archive.reading import ArchiveReader
from core.services.archive_imports import restore_archive


class Command(BaseCommand):
    help = (
        "Restore an archive of export_everything into an empty installation, wholly or not at all."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        if not options["file"].is_file():
            raise CommandError(f"{options['file']} was not found.")
        try:
            reader = ArchiveReader(str(options["file"]))
            restore_archive(reader, at=timezone.now(), tell=self._tell)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("Everything is restored; the workers make it searchable now.")

    def _tell(self, table: str, rows: int) -> None:
        if rows % 100_000 == 0:
            self.stderr.write(f"{table}: {rows}")
