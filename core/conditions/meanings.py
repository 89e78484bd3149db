"""What tests mean: from a value in its JSON form to a comparison."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import ceil, floor
from typing import Any

from core.choices import FieldType
from core.conditions.comparisons import Comparison, Contains, OneOf, Present, Within
from core.conditions.fields import TEXTS, ResolvedField
from core.conditions.given import ME, MY_TEAM
from core.conditions.periods import DAY, period
from core.conditions.viewpoint import Viewpoint
from core.text import comparable, fold

Mean = Callable[[Any, ResolvedField, Viewpoint], Comparison]


def one_of(values: list[Any], field: ResolvedField, view: Viewpoint) -> Comparison:
    if field.compared:
        return OneOf(frozenset(comparable(value) for value in values))
    if field.type == FieldType.USER:
        return OneOf(frozenset(pk for value in values for pk in _users(value, view)))
    if field.is_whole:
        return OneOf(frozenset(value for value in values if isinstance(value, int)))
    return OneOf(frozenset(values))


def _users(value: Any, view: Viewpoint) -> Iterable[int]:
    if value == ME:
        return [view.user.pk]
    return view.team_mates if value == MY_TEAM else [value]


def contains(part: str, field: ResolvedField, _view: Viewpoint) -> Comparison:
    return _part(part, field, only_at_start=False)


def starts_with(part: str, field: ResolvedField, _view: Viewpoint) -> Comparison:
    return _part(part, field, only_at_start=True)


def _part(part: str, field: ResolvedField, *, only_at_start: bool) -> Comparison:
    normalise = comparable if field.compared else fold
    return Contains(normalise(part), only_at_start, is_folded=bool(field.compared))


def present(_value: None, field: ResolvedField, _view: Viewpoint) -> Comparison:
    is_word = field.type == FieldType.CHOICE and not field.is_whole
    return Present(is_text=field.type in TEXTS or is_word)


def true(_value: None, _field: ResolvedField, _view: Viewpoint) -> Comparison:
    return OneOf(frozenset({True}))


def bound(how: str) -> Mean:
    def mean(value: Any, field: ResolvedField, _view: Viewpoint) -> Comparison:
        return Within(((how, _number_bound(how, value, field)),))

    return mean


def between(values: list[Any], field: ResolvedField, _view: Viewpoint) -> Comparison:
    low, high = values
    return Within(
        (("gte", _number_bound("gte", low, field)), ("lte", _number_bound("lte", high, field)))
    )


def _number_bound(how: str, value: float | int, field: ResolvedField) -> Any:
    """The bound as the column counts: a whole number where it holds only those."""
    if field.is_whole:
        return ceil(value) if how in ("gte", "lt") else floor(value)
    is_decimal = field.type == FieldType.MONEY and not field.key
    return Decimal(str(value)) if is_decimal else value


def _from_day(
    first: date, after_last: date | None, field: ResolvedField, view: Viewpoint
) -> Within:
    """From the beginning of a day to the beginning of another, in the asker's time zone."""
    bounds = [("gte", _at(first, field, view))]
    if after_last is not None:
        bounds.append(("lt", _at(after_last, field, view)))
    return Within(tuple(bounds))


def _at(day: date, field: ResolvedField, view: Viewpoint) -> date | datetime:
    if field.type == FieldType.DATE:
        return day
    return datetime.combine(day, time.min, tzinfo=view.now.tzinfo)


def on(value: str, field: ResolvedField, view: Viewpoint) -> Comparison:
    day = date.fromisoformat(value)
    return _from_day(day, day + DAY, field, view)


def before(value: str, field: ResolvedField, view: Viewpoint) -> Comparison:
    return Within((("lt", _at(date.fromisoformat(value), field, view)),))


def after(value: str, field: ResolvedField, view: Viewpoint) -> Comparison:
    return _from_day(date.fromisoformat(value) + DAY, None, field, view)


def between_days(values: list[str], field: ResolvedField, view: Viewpoint) -> Comparison:
    first, last = map(date.fromisoformat, values)
    return _from_day(first, last + DAY, field, view)


def in_period(value: str, field: ResolvedField, view: Viewpoint) -> Comparison:
    return _from_day(*period(value, view.now.date(), view.week_start), field, view)


def _now(field: ResolvedField, view: Viewpoint) -> date | datetime:
    return view.now.date() if field.type == FieldType.DATE else view.now


def last_days(days: int, field: ResolvedField, view: Viewpoint) -> Comparison:
    now = _now(field, view)
    return Within((("gte", now - timedelta(days)), ("lte", now)))


def next_days(days: int, field: ResolvedField, view: Viewpoint) -> Comparison:
    now = _now(field, view)
    return Within((("gte", now), ("lte", now + timedelta(days))))


def longer_ago(days: int, field: ResolvedField, view: Viewpoint) -> Comparison:
    return Within((("lt", _now(field, view) - timedelta(days)),))
