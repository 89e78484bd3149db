"""The conditions of a list, one by one: as its address says them, checked, and as chips."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext_lazy

from core.choices import FieldType
from core.conditions import (
    Condition,
    Criterion,
    Happened,
    Joined,
    Not,
    Said,
    Viewpoint,
    checked,
    from_json,
    from_parameter,
    said_of_criterion,
    said_of_happened,
    sentence,
    to_parameter,
)
from core.conditions.fields import resolve
from core.errors import Refused
from core.registries import RecordType

ICONS = {
    FieldType.TEXT: "letter-case",
    FieldType.LONG_TEXT: "letter-case",
    FieldType.NUMBER: "hash",
    FieldType.MONEY: "coin",
    FieldType.DATE: "calendar",
    FieldType.MOMENT: "clock",
    FieldType.CHOICE: "circle-dashed-check",
    FieldType.CHOICES: "checklist",
    FieldType.BOOLEAN: "toggle-left",
    FieldType.URL: "world",
    FieldType.EMAIL: "mail",
    FieldType.PHONE: "phone",
    FieldType.USER: "user",
    FieldType.LINK: "link",
    FieldType.TAGS: "tag",
    FieldType.LINKS: "link",
}
JOIN_WORDS = {"any": pgettext_lazy("filter", "or"), "all": pgettext_lazy("filter", "and")}
HAPPENED_ICON, SENTENCE_ICON = "activity", "filter"
MOST_PARTS = 30


@dataclass(frozen=True)
class Part:
    """One condition of a list; without a `condition` it was refused, and `refusal` says why."""

    parameter: str
    condition: Condition | None
    refusal: str = ""


@dataclass(frozen=True)
class Chip:
    """A condition as people read it: tests of field, operator, value, or a sentence."""

    place: int
    icon: str
    said: Sequence[Said]
    sentence: str
    join: Any = ""
    is_negated: bool = False


def read_parts(given: Iterable[str], kind: RecordType, view: Viewpoint) -> list[Part]:
    return [_read(parameter, kind, view) for parameter in list(given)[:MOST_PARTS] if parameter]


def _read(parameter: str, kind: RecordType, view: Viewpoint) -> Part:
    try:
        condition = checked(from_parameter(parameter), kind, view)
    except Refused as refusal:
        return Part(parameter, None, str(refusal))
    return Part(to_parameter(condition), condition)


def parameters_of(stored: Any) -> list[str]:
    """A stored condition as the parts of an address; one that cannot be read stays as it is."""
    if not stored:
        return []
    try:
        condition = from_json(stored)
    except Refused:
        return ["{}"]
    parts = condition.parts if isinstance(condition, Joined) and condition.join == "all" else None
    return [to_parameter(part) for part in (parts if parts is not None else (condition,))]


def chip_of(place: int, condition: Condition, kind: RecordType, view: Viewpoint) -> Chip:
    """The condition at this place of the list."""
    if isinstance(condition, Criterion | Happened):  # what it names is read once
        one = said_of(condition, kind, view)
        return Chip(place, _icon(condition, kind, view), [one], str(one), JOIN_WORDS["any"])
    words = sentence(condition, kind, view)
    is_negated = isinstance(condition, Not)
    tests, join = tests_of(condition.part if isinstance(condition, Not) else condition)
    if not tests or (is_negated and len(tests) > 1):
        return Chip(place, SENTENCE_ICON, [], words)
    said = [said_of(test, kind, view) for test in tests]
    return Chip(place, _icon(tests[0], kind, view), said, words, JOIN_WORDS[join], is_negated)


def tests_of(condition: Condition) -> tuple[list[Criterion | Happened], str]:
    """The tests and how they are joined; none when it is more than a row of tests."""
    if isinstance(condition, Criterion | Happened):
        return [condition], "any"
    if not isinstance(condition, Joined):
        return [], "any"
    tests = [part for part in condition.parts if isinstance(part, Criterion | Happened)]
    return (tests if len(tests) == len(condition.parts) else []), condition.join


def said_of(test: Criterion | Happened, kind: RecordType, view: Viewpoint) -> Said:
    if isinstance(test, Happened):
        return said_of_happened(test, kind, view)
    return said_of_criterion(test, kind, view)


def _icon(test: Criterion | Happened, kind: RecordType, view: Viewpoint) -> str:
    if isinstance(test, Happened):
        return HAPPENED_ICON
    return ICONS[resolve(kind, test.field, view).type]
