"""The conditions of a list, one by one: as its address says them, checked, and as chips."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.utils.translation import gettext as _

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
}
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
    """A condition as people read it: alternatives of field, operator, value, or a sentence."""

    place: int
    icon: str
    said: Sequence[Said]
    sentence: str
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
    negated = isinstance(condition, Not)
    inner = condition.part if isinstance(condition, Not) else condition
    tests = alternatives(inner)
    if tests is None:
        words = sentence(condition, kind, view)
        return Chip(place, SENTENCE_ICON, [], words)
    said = [said_of(test, kind, view) for test in tests]
    pattern = _("%(first)s or %(second)s")
    words = reduce(
        lambda first, second: pattern % {"first": first, "second": second}, map(str, said)
    )
    return Chip(place, _icon(tests[0], kind, view), said, words, is_negated=negated)


def alternatives(condition: Condition) -> list[Criterion | Happened] | None:
    """The tests of which one has to hold; None when it is more than that."""
    if isinstance(condition, Criterion | Happened):
        return [condition]
    if isinstance(condition, Joined) and condition.join == "any":
        tests = [part for part in condition.parts if isinstance(part, Criterion | Happened)]
        return tests if tests and len(tests) == len(condition.parts) else None
    return None


def said_of(test: Criterion | Happened, kind: RecordType, view: Viewpoint) -> Said:
    if isinstance(test, Happened):
        return said_of_happened(test, kind, view)
    return said_of_criterion(test, kind, view)


def _icon(test: Criterion | Happened, kind: RecordType, view: Viewpoint) -> str:
    if isinstance(test, Happened):
        return HAPPENED_ICON
    return ICONS[resolve(kind, test.field, view).type]
