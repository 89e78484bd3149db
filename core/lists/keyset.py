"""Keyset pages: a page begins after a row's values, so page 1,000 costs what page 1 costs."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet

from core.lists.definition import Sort

Value = str | int | float | datetime
# What reading a token that somebody made up may raise.
NOT_OURS = (
    ValueError,
    KeyError,
    TypeError,
    OverflowError,
    RecursionError,
    ValidationError,
    binascii.Error,
)


@dataclass(frozen=True)
class Position:
    """Where a page begins: the sort value and id of the row it follows (or precedes)."""

    value: Any
    pk: int
    is_backward: bool = False

    def token(self) -> str:
        value = {"at": self.value.isoformat()} if isinstance(self.value, datetime) else self.value
        text = json.dumps([value, self.pk, int(self.is_backward)])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def from_token(cls, token: str) -> "Position | None":
        """The position; None when the token is not one of ours (the list begins anew)."""
        try:
            padded = token + "=" * (-len(token) % 4)
            value, pk, backward = json.loads(base64.urlsafe_b64decode(padded))
            if isinstance(value, dict):
                value = datetime.fromisoformat(value["at"]).astimezone(UTC)
            is_ours = isinstance(value, Value | None) and "\0" not in str(value)
            str(value).encode()  # half a surrogate pair is no text
            return cls(value, int(pk), bool(backward)) if is_ours else None
        except NOT_OURS:
            return None


@dataclass(frozen=True)
class Page:
    """One page of rows and the tokens of its neighbours."""

    rows: Sequence[Any]
    previous_token: str
    next_token: str


def fetch_page(rows: QuerySet[Any], *, sort: Sort, descending: bool, size: int, token: str) -> Page:
    """The page after (or before) the token's row; missing values come last either way."""
    found, position = _from_position(rows, sort, descending, token)
    backward = position is not None and position.is_backward
    found = found.order_by(*_order(sort, descending, reverse=backward))
    batch = list(found[: size + 1])
    has_more, batch = len(batch) > size, batch[:size]
    if backward:
        batch.reverse()
    has_previous = has_more if backward else position is not None
    has_next = True if backward else has_more
    return Page(
        batch,
        _token(batch[0], sort, is_backward=True) if batch and has_previous else "",
        _token(batch[-1], sort, is_backward=False) if batch and has_next else "",
    )


def _from_position(
    rows: QuerySet[Any], sort: Sort, descending: bool, token: str
) -> tuple[QuerySet[Any], Position | None]:
    """The rows beyond the token's; all of them when its value does not fit the column."""
    position = Position.from_token(token) if token else None
    if position is None:
        return rows, None
    try:
        return rows.filter(_beyond(sort, descending, position)), position
    except NOT_OURS:
        return rows, None


def _order(sort: Sort, descending: bool, *, reverse: bool) -> list[Any]:
    down = descending != reverse
    path = F(sort.path)
    if not sort.is_nullable:
        main: Any = path.desc() if down else path.asc()
    elif reverse:
        main = path.desc(nulls_first=True) if down else path.asc(nulls_first=True)
    else:
        main = path.desc(nulls_last=True) if down else path.asc(nulls_last=True)
    return [main, "-pk" if down else "pk"]


def _beyond(sort: Sort, descending: bool, position: Position) -> Q:
    """Rows on the far side of the position in reading direction."""
    down = descending != position.is_backward
    compare = "lt" if down else "gt"
    same_value = Q(**{f"pk__{compare}": position.pk})
    is_missing = Q(**{f"{sort.path}__isnull": True})
    if position.value is None:
        tied = is_missing & same_value
        return tied | ~is_missing if position.is_backward else tied
    tied = Q(**{sort.path: position.value}) & same_value
    further = Q(**{f"{sort.path}__{compare}": position.value}) | tied
    if sort.is_nullable:
        return further if position.is_backward else further | is_missing
    # Says nothing new, but a database seeks to a bound and scans to an OR.
    return Q(**{f"{sort.path}__{compare}e": position.value}) & further


def _token(row: Any, sort: Sort, *, is_backward: bool) -> str:
    value = row
    for part in sort.path.split("__"):
        value = getattr(value, part, None) if value is not None else None
    return Position(value, row.pk, is_backward).token()
