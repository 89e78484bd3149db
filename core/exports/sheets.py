"""The rows of a list as plain values: what is shown, in its order, a chunk at a time."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.lists.cells import Cell, Linked, lines_of, with_columns
from core.lists.columns import Column
from core.lists.definition import NAME
from core.lists.keyset import stretches_from
from core.lists.reading import with_only_shown
from core.lists.state import ListState

CHUNK = 1_000
SEVERAL = "; "

Value = str | int | float | Decimal | date | datetime | None


@dataclass(frozen=True)
class Sheet:
    """Heads and rows of one export.

    Which rows it has, and in which order, is read at once (8 bytes a row); their values follow in
    chunks, so that the file needs no more memory than a chunk however long it is.
    """

    state: ListState
    ids: "array[int]"
    has_numbers: bool = False

    @classmethod
    def of(cls, state: ListState, rows: QuerySet[Any], *, has_numbers: bool = False) -> "Sheet":
        ids = array("q")
        for stretch in stretches_from(
            rows, sort=state.order, descending=state.is_descending, token=""
        ):
            ids.extend(stretch.values_list("pk", flat=True).iterator(chunk_size=10_000))
        return cls(state, ids, has_numbers)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def heads(self) -> list[str]:
        # An import knows the column by this name, and the records by their numbers.
        heads: list[str] = [_("Number in Renmai")] if self.has_numbers else []
        for column in self.state.columns:
            heads.append(str(column.label))
            if self._has_currency(column):
                heads.append(currency_head(column.label))
        return heads

    def rows(self) -> Iterator[list[Value]]:
        for start in range(0, len(self.ids), CHUNK):
            yield from self._chunk(self.ids[start : start + CHUNK])

    def _chunk(self, ids: Sequence[int]) -> Iterator[list[Value]]:
        state = self.state
        columns, related = state.columns, state.definition.related
        rows = with_columns(state.kind.model._base_manager.filter(pk__in=ids), columns, related)
        rows = with_only_shown(rows, columns, related)
        by_id = {row.pk: row for row in rows}
        # A row that was erased since is missing, not an error.
        found = [by_id[pk] for pk in ids if pk in by_id]
        with_currency = {column.key for column in columns if self._has_currency(column)}
        for row, line in zip(found, lines_of(found, columns, state.view), strict=True):
            values: list[Value] = [row.pk] if self.has_numbers else []
            for cell in line.cells:
                values.append(line.name if cell.column.key == NAME else plain(cell))
                if cell.column.key in with_currency:
                    values.append(cell.currency)
            yield values

    def _has_currency(self, column: Column) -> bool:
        """Whether an amount needs its currency beside it."""
        shown = {other.value_path for other in self.state.columns}
        return bool(column.currency_path) and column.currency_path not in shown


def currency_head(label: Any) -> str:
    """The head of the currencies beside the amounts of a field."""
    return _("%(field)s (currency)") % {"field": label}


def plain(cell: Cell) -> Value:
    """The value as a file holds it: moments in the user's time zone, numbers as numbers."""
    value = cell.value
    match value:
        case None:
            return None
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
        case Linked():
            return value.name
        case list() | tuple():
            return SEVERAL.join(map(str, value))
        case int() | float() | Decimal() | date():
            return value
    return str(value)
