"""Opening an archive: checked against its manifest, table by table, row by row."""

import csv
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from io import TextIOWrapper
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _

from core.errors import Refused
from core.exports.archive import FORMAT, FORMAT_VERSION, MANIFEST, OF_TABLES
from core.exports.archive.cells import KINDS, read

MOST_MANIFEST_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
LARGEST_CELL = 64 * 1024 * 1024

Row = dict[str, Any]


class ArchiveReader:
    """Reads an archive that this or an older version of the product made."""

    def __init__(self, file: IO[bytes] | str) -> None:
        try:
            self.zip = ZipFile(file)
            with self.zip.open(MANIFEST) as entry:
                self.manifest = json.loads(entry.read(MOST_MANIFEST_BYTES))
            known = self.manifest["format"] == FORMAT
            self.tables = {table["table"]: table for table in self.manifest["tables"]}
        except (BadZipFile, KeyError, ValueError, TypeError, OSError) as error:
            raise Refused(_("This is not an archive of Renmai.")) from error
        if not known or self.manifest.get("format_version", 0) > FORMAT_VERSION:
            raise Refused(_("This archive was made by a newer version. Update Renmai first."))

    def check(self) -> None:
        """Refuse an archive of which a part is damaged or missing."""
        files = [*self.manifest["files"], *self.manifest.get(OF_TABLES, ())]
        for told in [*self.tables.values(), *files]:
            if told["file"] is not None and self._digest(told["file"]) != told["sha256"]:
                raise Refused(
                    _("“%(file)s” in the archive is damaged or missing.") % {"file": told["file"]}
                )

    def _digest(self, name: str) -> str:
        digest = hashlib.sha256()
        try:
            with self.zip.open(name) as entry:
                while piece := entry.read(CHUNK_BYTES):
                    digest.update(piece)
        except (KeyError, BadZipFile):
            return ""
        return digest.hexdigest()

    def rows(self, key: str) -> Iterator[Row]:
        """The rows of a table by the names of its columns; none of a table that is not there."""
        table = self.tables.get(key)
        if table is None:
            return
        kinds = [KINDS[column["kind"]] for column in table["columns"]]
        names = [column["name"] for column in table["columns"]]
        with _large_cells(), self.zip.open(table["file"]) as entry:
            lines = csv.reader(TextIOWrapper(entry, "utf-8", newline=""))
            next(lines)
            for line in lines:
                cells = zip(kinds, line, strict=True)
                yield dict(zip(names, (read(kind, cell) for kind, cell in cells), strict=True))

    def file(self, pk: int, table: str = "") -> IO[bytes] | None:
        """The content of a record's file, or of that of a table's row; None where it was lost before."""
        name = self._names.get((table, pk))
        return self.zip.open(name) if name else None

    @cached_property
    def _names(self) -> dict[tuple[str, int], str | None]:
        files = [*self.manifest["files"], *self.manifest.get(OF_TABLES, ())]
        return {(told.get("table", ""), told["id"]): told["file"] for told in files}


@contextmanager
def _large_cells() -> Iterator[None]:
    """The limit is the process's: uploaded files keep theirs."""
    before = csv.field_size_limit(LARGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)
