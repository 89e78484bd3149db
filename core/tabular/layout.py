"""Where the table of a file begins and ends: reports have lines above their header and below the rows."""

import re
from collections.abc import Iterable, Iterator, Sequence

# A header and a delimiter are looked for among so many rows.
LOOKED_AT = 100
# More rows of one value than this are no footer.
MOST_BELOW = 10
LEAST_COLUMNS = 3
NUMBER_LIKE = re.compile(r"[\d\s.,:/+()%€$£¥-]*\d[\d\s.,:/+()%€$£¥-]*")
TOTALS = re.compile(r"(grand )?totals?\b|sum\b|gesamt|summe|合计|总计|小计", re.IGNORECASE)

Row = Sequence[str]


def is_blank(row: Row) -> bool:
    return not any(cell.strip() for cell in row)


def header_place(rows: Sequence[Row]) -> int:
    """The index of the header among the first rows of a file.

    It is the first row that fills half of the columns with names, if rows follow it: what stands above
    is a title or a note. A file without such a row begins with its header.
    """
    filled = [_filled(row) for row in rows]
    first = next((place for place, count in enumerate(filled) if count), 0)
    widest = max(filled, default=0)
    for place in range(first, len(rows)):
        if filled[place] == widest or (2 * filled[place] >= widest and _are_names(rows[place])):
            return place if any(filled[place + 1 :]) else first
    return first


def _filled(row: Row) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _are_names(row: Row) -> bool:
    """Names of columns are no numbers, dates, addresses."""
    return not any(
        NUMBER_LIKE.fullmatch(cell.strip()) or "@" in cell or "://" in cell for cell in row
    )


class Body:
    """The rows below the header; those of the footer are put aside in `below`.

    A footer is at the end: lines of one value, in the first column, that an empty line parts from the
    table or that say it is a total.
    """

    def __init__(self, rows: Iterable[Row], columns: int) -> None:
        self.rows = rows
        self.columns = columns
        self.below: list[str] = []

    def __iter__(self) -> Iterator[Row]:
        waiting: list[Row] = []
        for row in self.rows:
            if self._may_be_footer(row) and len(waiting) < MOST_BELOW:
                waiting.append(row)
            else:
                yield from (held for held in waiting if not is_blank(held))
                waiting = []
                if not is_blank(row):
                    yield row
        yield from self._without_footer(waiting)

    def _may_be_footer(self, row: Row) -> bool:
        """Blank, or with one value that stands in the first column."""
        return is_blank(row) or (_filled(row) == 1 and bool(row[0].strip()))

    def _without_footer(self, last: Sequence[Row]) -> Iterator[Row]:
        """The rows of the table among the last ones."""
        texts = ["" if is_blank(row) else row[0].strip() for row in last]
        begins = next(
            (place for place, text in enumerate(texts) if not text or TOTALS.match(text)), len(last)
        )
        if self.columns < LEAST_COLUMNS:
            begins = len(last)
        self.below = [text for text in texts[begins:] if text]
        yield from (row for row in last[:begins] if not is_blank(row))
