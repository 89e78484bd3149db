"""Tables that are written anew when they are received, row by row."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import TextIOWrapper
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO

from core.tabular.delimited import Lines, filled_rows
from core.tabular.reading import IN_MEMORY, SAMPLE_ROWS, Table


def rows_below(file: IO[bytes], table: Table) -> Iterator[list[str]]:
    """The rows of the table below its header."""
    file.seek(0)
    rows = filled_rows(Lines(file), table.delimiter)
    next(rows, None)
    return rows


def rewritten(
    columns: Sequence[str], rows: Iterable[list[str]], file: IO[bytes]
) -> tuple[list[list[str]], int]:
    """Replace the content of the file; returns the first rows, and how many there are.

    `rows` may be read from the same file.
    """
    with SpooledTemporaryFile(max_size=IN_MEMORY) as out:
        sample, count = _write(columns, rows, out)
        for each in (file, out):
            each.seek(0)
        file.truncate()
        copyfileobj(out, file)
    return sample, count


def _write(
    columns: Sequence[str], rows: Iterable[list[str]], out: IO[bytes]
) -> tuple[list[list[str]], int]:
    sample: list[list[str]] = []
    count = 0
    text = TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for count, row in enumerate(rows, start=1):
        writer.writerow(row)
        if count <= SAMPLE_ROWS:
            sample.append(row)
    text.flush()
    text.detach()
    return sample, count
