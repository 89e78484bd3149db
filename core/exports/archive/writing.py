"""Making the archive: one table after the other, straight into the ZIP."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from io import StringIO
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from core.exports.archive import FILES, FORMAT, FORMAT_VERSION, MANIFEST, OF_TABLES
from core.exports.archive.columns import columns_of
from core.exports.archive.tables import TableReader
from core.models import Attachment
from core.registries.archives import ArchiveTable, tables_in_order

LINES_AT_ONCE = 500
CHUNK_BYTES = 64 * 1024

Told = Callable[[str, int], None]  # what is written, and how many rows of it so far
Json = dict[str, Any]


class ArchiveWriter:
    """Writes everything to a file; `tell` hears how far it is and may stop it."""

    def __init__(self, file: IO[bytes], *, at: datetime, tell: Told) -> None:
        self.zip = ZipFile(file, "w", ZIP_DEFLATED, compresslevel=6)
        self.at, self.tell = at, tell

    def write(self, facts: Json) -> Json:
        """The archive with the facts in its manifest; returns the manifest."""
        with self.zip:
            tables = [self._table(table) for table in tables_in_order()]
            files = list(self._files())
            of_tables = [told for table in tables_in_order() for told in self._files_of(table)]
            manifest = {
                "format": FORMAT,
                "format_version": FORMAT_VERSION,
                "created_at": self.at.isoformat(),
                **facts,
                "tables": tables,
                "files": files,
                OF_TABLES: of_tables,
            }
            text = json.dumps(manifest, ensure_ascii=False, indent=1)
            self.zip.writestr(self._info(MANIFEST), text)
        return manifest

    def _info(self, name: str) -> ZipInfo:
        info = ZipInfo(name, self.at.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        return info

    def _entry(self, name: str, pieces: Iterable[bytes]) -> Json:
        """One file of the archive, and what the manifest says of it."""
        digest, size = hashlib.sha256(), 0
        with self.zip.open(self._info(name), "w", force_zip64=True) as entry:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                entry.write(piece)
        return {"file": name, "bytes": size, "sha256": digest.hexdigest()}

    def _table(self, table: ArchiveTable) -> Json:
        columns = columns_of(table)
        count = 0

        def lines() -> Iterator[list[str]]:
            nonlocal count
            for line in TableReader(table, columns).lines():
                yield line
                count += 1
                if count % LINES_AT_ONCE == 0:
                    self.tell(table.key, count)

        written = self._entry(f"{table.key}.csv", _csv([c.name for c in columns], lines()))
        self.tell(table.key, count)
        said = [{"name": column.name, "kind": column.kind.key} for column in columns]
        return {"table": table.key, **written, "rows": count, "columns": said}

    def _files(self) -> Iterator[Json]:
        """What hangs on records; a file that the disk has lost is told, not hidden."""
        for count, attachment in enumerate(Attachment.objects.order_by("pk").iterator(), start=1):
            yield self._file(f"{FILES}{attachment.pk}", attachment, "file")
            self.tell("files", count)

    def _files_of(self, table: ArchiveTable) -> Iterator[Json]:
        """Those of a table whose rows are files themselves, such as pictures."""
        if not table.file:
            return
        rows = table.model._base_manager.order_by("pk").iterator()
        for count, row in enumerate(rows, start=1):
            told = self._file(f"{FILES}{table.key}/{row.pk}", row, table.file)
            yield {"table": table.key, **told}
            self.tell("files", count)

    def _file(self, name: str, row: Any, column: str) -> Json:
        try:
            with getattr(row, column).open("rb") as file:
                return {"id": row.pk, **self._entry(name, _pieces(file))}
        except FileNotFoundError:
            return {"id": row.pk, "file": None}


def _pieces(file: Any) -> Iterator[bytes]:
    while piece := file.read(CHUNK_BYTES):
        yield piece


def _csv(heads: list[str], lines: Iterable[list[str]]) -> Iterator[bytes]:
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(heads)
    for number, line in enumerate(lines):
        writer.writerow(line)
        if number % LINES_AT_ONCE == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
