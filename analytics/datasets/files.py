"""A file as a frame of raw cells, without importing it."""

from pathlib import Path
from tempfile import TemporaryFile

import pandas as pd
from django.core.files import File

from core.tabular.delimited import Lines, filled_rows
from core.tabular.reading import read_table


def frame_of(path: Path) -> pd.DataFrame:
    """The table of a file, found as the import finds it; the index counts its rows from 0.

    Raises
    ------
    Refused
        A sentence, where the file holds no table.
    """
    with path.open("rb") as source, TemporaryFile() as found:
        table = read_table(File(source, path.name), found)
        found.seek(0)
        rows = filled_rows(Lines(found), table.delimiter)
        next(rows, None)  # the header
        width = len(table.columns)
        cells = [(row + [""] * width)[:width] for row in rows]
    return pd.DataFrame(cells, columns=table.columns, dtype=object)
