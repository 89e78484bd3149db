"""Writes everything into one archive."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.services.archives import rows_in, write_archive


class Command(BaseCommand):
    help = "Write everything into one ZIP archive that import_everything reads back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        target: Path = options["file"]
        if target.exists():
            raise CommandError(f"{target} exists already.")
        unfinished = target.with_name(f"{target.name}.part")
        # Nobody else of the machine reads it; it gets its name when it is complete.
        with os.fdopen(
            os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
        ) as file:
            manifest = write_archive(file, at=timezone.now(), tell=self._tell)
        unfinished.rename(target)
        self.stdout.write(f"{rows_in(manifest)} rows are in {target}.")

    def _tell(self, table: str, rows: int) -> None:
        if rows % 100_000 == 0 and rows:
            self.stderr.write(f"{table}: {rows}")
