"""Conditions as data: tests joined by and, or, not. They are stored and travel as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Refused

MAX_DEPTH = 6
MAX_TESTS = 50
MAX_PARTS = 4 * MAX_TESTS  # with the groups, of which an empty one costs time, too
JOINS = ("all", "any")

Json = dict[str, Any]


@dataclass(frozen=True)
class Criterion:
    """A field, an operator and a value, such as score at_least 70."""

    field: str
    operator: str
    value: Any = None

    def as_json(self) -> Json:
        said = {"field": self.field, "operator": self.operator}
        return said if self.value is None else said | {"value": self.value}


@dataclass(frozen=True)
class Happened:
    """How often something happened: `at_least` and `at_most` times in the last `days`.

    `since` and `until` are the first and the last day, as 2026-11-22.
    """

    behaviour: str
    kinds: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None
    days: int | None = None
    since: str | None = None
    until: str | None = None

    @property
    def is_bounded(self) -> bool:
        """Whether only some days count."""
        return self.days is not None or self.since is not None

    def as_json(self) -> Json:
        said = {
            "happened": self.behaviour,
            "kinds": list(self.kinds),
            "at_least": self.at_least,
            "at_most": self.at_most,
            "days": self.days,
            "since": self.since,
            "until": self.until,
        }
        return {name: value for name, value in said.items() if value not in (None, [])}


@dataclass(frozen=True)
class Joined:
    """All or any of the parts; of no parts, all hold and none does."""

    join: str
    parts: tuple["Condition", ...] = ()

    def as_json(self) -> Json:
        return {self.join: [part.as_json() for part in self.parts]}


@dataclass(frozen=True)
class Not:
    """The opposite."""

    part: "Condition"

    def as_json(self) -> Json:
        return {"not": self.part.as_json()}


Condition = Criterion | Happened | Joined | Not


def all_of(*parts: Condition) -> Joined:
    return Joined("all", parts)


def any_of(*parts: Condition) -> Joined:
    return Joined("any", parts)


def leaves(condition: Condition) -> Iterator[Criterion | Happened]:
    """The tests of a condition, from left to right."""
    if isinstance(condition, Joined):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        yield condition


def from_json(said: Any) -> Condition:
    """The condition of its JSON form; refuses what is none. Fields and values are checked later."""
    condition = _read(said, MAX_DEPTH, iter(range(MAX_PARTS)))
    if sum(1 for _leaf in leaves(condition)) > MAX_TESTS:
        raise _too_many()
    return condition


def _too_many() -> Refused:
    return Refused(_("A condition may have %(count)s tests at most.") % {"count": MAX_TESTS})


def _read(said: Any, depth: int, left: Iterator[int]) -> Condition:
    """`left` are the parts that the condition may still have."""
    if not isinstance(said, dict) or depth == 0:
        raise Refused(_("This is not a condition."))
    if next(left, None) is None:
        raise _too_many()
    for join in JOINS:
        if isinstance(said.get(join), list):
            return Joined(join, tuple(_read(part, depth - 1, left) for part in said[join]))
    if "not" in said:
        return Not(_read(said["not"], depth - 1, left))
    if isinstance(said.get("field"), str) and isinstance(said.get("operator"), str):
        return Criterion(said["field"], said["operator"], said.get("value"))
    if isinstance(said.get("happened"), str):
        return _read_happened(said)
    raise Refused(_("This is not a condition."))


def _read_happened(said: Json) -> Happened:
    kinds = said.get("kinds", [])
    numbers = [said.get(name) for name in ("at_least", "at_most", "days")]
    are_counts = all(n is None or (type(n) is int and 0 <= n <= 1_000_000) for n in numbers)
    if not isinstance(kinds, list) or not all(isinstance(k, str) for k in kinds) or not are_counts:
        raise Refused(_("Say how often as a whole number."))
    since, until = said.get("since"), said.get("until")
    if not all(day is None or isinstance(day, str) for day in (since, until)):
        raise Refused(_("Say from what to what."))
    least, most, days = numbers
    return Happened(said["happened"], tuple(kinds), least, most, days, since, until)
