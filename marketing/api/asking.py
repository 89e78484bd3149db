"""What end points of marketing ask of a body before a service sees it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.api.described import Json
from core.api.problems import InvalidError
from core.errors import Refused
from core.ids import LARGEST_ID, is_id
from core.rows.values import FIRST_YEAR, LAST_YEAR

T = TypeVar("T")
Is = Callable[[Any], bool]


def only(body: Json, *names: str) -> None:
    """Refuse members that nobody knows."""
    if unknown := set(body) - set(names):
        raise InvalidError({min(unknown): [_("There is no such field.")]})


def refusing(field: str, act: Callable[[], T]) -> T:
    """What the service answers; its refusal is the fault of the field."""
    try:
        return act()
    except Refused as refusal:
        raise InvalidError({field: [str(refusal)]}) from refusal


def is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


def is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_ID


def is_thing(value: Any) -> bool:
    return isinstance(value, dict)


def maybe(known: Is) -> Is:
    """Also null."""
    return lambda value: value is None or known(value)


def all_are(known: Is, most: int = 1_000) -> Is:
    return lambda value: isinstance(value, list) and len(value) <= most and all(map(known, value))


def moment_in(text: Any) -> datetime | None:
    """The moment that a text says with its time zone; none where it says none that databases keep.

    >>> moment_in("2026-11-22T09:00:00Z"), moment_in("2026-11-22T09:00"), moment_in([])
    (datetime.datetime(2026, 11, 22, 9, 0, tzinfo=datetime.timezone.utc), None, None)
    >>> moment_in("0001-01-01T00:00:00+14:00")
    """
    try:
        found = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if found is None or found.tzinfo is None:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def checked_types(body: Json, kinds: Mapping[str, Is]) -> None:
    """Refuse unknown members, and those of another kind than the schema says."""
    only(body, *kinds)
    for name, value in body.items():
        if not kinds[name](value):
            raise InvalidError({name: [_("This is no value that the schema allows here.")]})


def require_valid(form: forms.BaseForm, names: Mapping[str, str] | None = None) -> None:
    """Refuse what the form refuses, under the names that the body has."""
    if form.is_valid():
        return
    named = names or {}
    raise InvalidError(
        {
            named.get(name, name): [str(sentence) for sentence in sentences]
            for name, sentences in form.errors.items()
        }
    )


__all__ = [
    "all_are",
    "checked_types",
    "is_flag",
    "is_id",
    "is_number",
    "is_text",
    "is_thing",
    "maybe",
    "moment_in",
    "only",
    "refusing",
    "require_valid",
]
