"""A file as a frame of raw cells, without importing it."""

from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import numpy as np
import pandas as pd
from django.core.files import File

from core.tabular.delimited import Lines, filled_rows
from core.tabular.packed import PACKED, unpacked
from core.tabular.reading import read_table


def frame_of(path: Path) -> pd.DataFrame:
    """The table of a file, found as the import finds it; the index counts its rows from 0.

    A file ending in `.gz` is unpacked first.

    Raises
    ------
    Refused
        A sentence, where the file holds no table.
    """
    with _unpacked(path) as source, TemporaryFile() as found:
        table = read_table(File(source, path.name.removesuffix(PACKED)), found)
        found.seek(0)
        return frame_in(found, table.delimiter, table.columns)


def _unpacked(path: Path) -> IO[bytes]:
    if path.suffix != PACKED:
        return path.open("rb")
    try:
        with path.open("rb") as source:
            return unpacked(source)
    except OSError as error:
        raise OSError(f"{path.name}: {error}") from error


def frame_in(text: IO[bytes], delimiter: str, columns: list[str]) -> pd.DataFrame:
    """The rows of a table that `read_table` has written down."""
    return _frame(text, delimiter, columns, None)


def sample_in(
    text: IO[bytes], delimiter: str, columns: list[str], *, rows: int, most: int, seed: int
) -> pd.DataFrame:
    """So many of its rows at most, by chance, in their order and under their numbers."""
    if rows <= most:
        return _frame(text, delimiter, columns, None)
    chosen = np.random.default_rng(seed).choice(rows, most, replace=False)
    return _frame(text, delimiter, columns, set(chosen.tolist()))


def _frame(
    text: IO[bytes], delimiter: str, columns: list[str], chosen: set[int] | None
) -> pd.DataFrame:
    rows = filled_rows(Lines(text), delimiter)
    width = len(columns)
    body = enumerate(islice(rows, 1, None))  # without the header
    kept = [
        (number, (row + [""] * width)[:width])
        for number, row in body
        if chosen is None or number in chosen
    ]
    index = pd.Index([number for number, _row in kept], dtype=np.int64)
    return pd.DataFrame([row for _number, row in kept], index, columns, dtype=object)
