"""Keyset pages: a page begins after a row's values, so page 1,000 costs what page 1 costs."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Model, OneToOneRel, Q, QuerySet

from core.fields.ordering import Order
from core.ids import LARGEST_ID

Value = str | int | float | datetime | date | Decimal
# What reading a token that somebody made up may raise.
NOT_OURS = (
    ValueError,
    KeyError,
    TypeError,
    RecursionError,
    ArithmeticError,
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
        text = json.dumps([_as_json(self.value), self.pk, int(self.is_backward)])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def from_token(cls, token: str) -> "Position | None":
        """The position; None when the token is not one of ours (the list begins anew)."""
        try:
            padded = token + "=" * (-len(token) % 4)
            value, pk, backward = json.loads(base64.urlsafe_b64decode(padded))
            value = _from_json(value)
            is_ours = isinstance(value, Value | None) and "\0" not in str(value)
            str(value).encode()  # half a surrogate pair is no text
            is_ours = is_ours and 0 <= int(pk) <= LARGEST_ID
            return cls(value, int(pk), bool(backward)) if is_ours else None
        except NOT_OURS:
            return None


def _as_json(value: Any) -> Any:
    match value:
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"on": value.isoformat()}
        case Decimal():
            return {"exactly": str(value)}
    return value


def _from_json(value: Any) -> Any:
    match value:
        case {"at": moment}:
            return datetime.fromisoformat(moment).astimezone(UTC)
        case {"on": day}:
            return date.fromisoformat(day)
        case {"exactly": str(number)}:
            value = Decimal(number)
    if isinstance(value, float | Decimal) and not isfinite(value):
        raise ValueError("Nothing stands there.")
    return value


@dataclass(frozen=True)
class Page:
    """One page of rows and the tokens of its neighbours."""

    rows: Sequence[Any]
    previous_token: str
    next_token: str


def _plainly(stretch: QuerySet[Any], most: int) -> Iterable[Any]:
    return stretch[:most]


def fetch_page(
    rows: QuerySet[Any],
    *,
    sort: Order,
    descending: bool,
    size: int,
    token: str,
    read: Callable[[QuerySet[Any], int], Iterable[Any]] = _plainly,
) -> Page:
    """The page after (or before) the token's row; missing values come last either way."""
    walk = _Walk.over(rows, sort)
    stretches, position = _from_position(walk, descending, token)
    batch: list[Any] = []
    for stretch in stretches:
        batch += read(stretch, size + 1 - len(batch))
        if len(batch) > size:
            break
    has_more, batch = len(batch) > size, batch[:size]
    backward = position is not None and position.is_backward
    if backward:
        batch.reverse()
    has_previous = has_more if backward else position is not None
    has_next = True if backward else has_more
    return Page(
        batch,
        token_of(batch[0], walk.path, is_backward=True) if batch and has_previous else "",
        token_of(batch[-1], walk.path, is_backward=False) if batch and has_next else "",
    )


def stretches_from(
    rows: QuerySet[Any], *, sort: Order, descending: bool, token: str
) -> Sequence[QuerySet[Any]]:
    """The rows beyond the token's, nearest first, as they lie one stretch after the other."""
    return _from_position(_Walk.over(rows, sort), descending, token)[0]


def _from_position(
    walk: "_Walk", descending: bool, token: str
) -> tuple[Sequence[QuerySet[Any]], Position | None]:
    """What lies beyond the token's row; everything when its value does not fit the column."""
    position = Position.from_token(token) if token else None
    try:
        return walk.beyond(position, descending), position
    except NOT_OURS:
        return walk.beyond(None, descending), None


@dataclass(frozen=True)
class _Walk:
    """Rows in order, in two stretches: those with a value, then those without.

    Each is a statement of its own, because no index has the missing values last both ways round.
    """

    rows: QuerySet[Any]
    path: str
    is_nullable: bool
    side: str
    missing: str  # the path that leads nowhere where there is no value

    @classmethod
    def over(cls, rows: QuerySet[Any], sort: Order) -> "_Walk":
        rows, order = sort.named(rows)
        side, is_always_there = _side_table(rows.model, order.path)
        missing = side if is_always_there else order.path
        return cls(rows, order.path, order.is_nullable, side, missing)

    def beyond(self, position: Position | None, descending: bool) -> Sequence[QuerySet[Any]]:
        """The stretches from the position on, in its reading direction."""
        if position is None:
            return list(self._from_first(descending))
        down = descending != position.is_backward
        if position.value is not None:
            here = self._with_value(down, position)
            return [here] if position.is_backward else [here, *self._without_value(down)]
        rest = list(self._without_value(down, position))
        return [*rest, self._with_value(down)] if position.is_backward else rest

    def _from_first(self, down: bool) -> Iterator[QuerySet[Any]]:
        yield self._with_value(down)
        yield from self._without_value(down)

    def _with_value(self, down: bool, position: Position | None = None) -> QuerySet[Any]:
        # The side table's own ids, so that its index gives the whole order.
        number = f"{self.side}__pk" if self.side else "pk"
        rows = (
            self.rows.filter(**{f"{self.path}__isnull": False}) if self.is_nullable else self.rows
        )
        if position is not None:
            beyond = "lt" if down else "gt"
            tied = Q(**{self.path: position.value, f"{number}__{beyond}": position.pk})
            further = Q(**{f"{self.path}__{beyond}": position.value}) | tied
            # Says nothing new, but a database seeks to a bound and scans to an OR.
            bound = Q(**{f"{self.path}__{beyond}e": position.value})
            rows = rows.filter(bound & further)
        value, pk = F(self.path), F(number)
        return rows.order_by(*([value.desc(), pk.desc()] if down else [value.asc(), pk.asc()]))

    def _without_value(
        self, down: bool, position: Position | None = None
    ) -> Iterator[QuerySet[Any]]:
        if not self.is_nullable:
            return
        rows = self.rows.filter(**{f"{self.missing}__isnull": True})
        if position is not None:
            rows = rows.filter(**{f"pk__{'lt' if down else 'gt'}": position.pk})
        yield rows.order_by("-pk" if down else "pk")


def _side_table(model: type[Model], path: str) -> tuple[str, bool]:
    """The relation to a table with the same ids, empty when the path leads elsewhere; and whether
    the value is there wherever there is a row."""
    first, _separator, rest = path.partition("__")
    try:
        relation: Any = model._meta.get_field(first)
        if not isinstance(relation, OneToOneRel) or not relation.field.primary_key:
            return "", False
        column: Any = relation.related_model._meta.get_field(rest)
    except FieldDoesNotExist:
        return "", False
    return first, not column.null


def token_of(row: Any, path: str, *, is_backward: bool) -> str:
    """Where the page after the row (or before it) begins."""
    value = row
    for part in path.split("__"):
        value = getattr(value, part, None) if value is not None else None
    return Position(value, row.pk, is_backward).token()
