"""Conditions in an address: `?if=score:at_least:70&if=owner:is:me`, each part has to hold.

What is more than a single test is written as JSON.
"""

import json
from collections.abc import Iterable
from typing import Any

from core.conditions.operators import OPERATORS
from core.conditions.tree import Condition, Criterion, Joined, from_json

SEPARATOR = ","
NUMBERS = ("number", "two_numbers", "days")
LISTS = ("several", "two_numbers", "two_dates")


def to_parameter(condition: Condition) -> str:
    """The part as a parameter of an address."""
    if isinstance(condition, Criterion) and ":" not in condition.field:
        written = _written(condition.value)
        if written is not None:
            return ":".join(filter(None, (condition.field, condition.operator, written)))
    return json.dumps(condition.as_json(), ensure_ascii=False, separators=(",", ":"))


def _written(value: Any) -> str | None:
    """The value as text; None when it would not be read back as it was."""
    if value is None:
        return ""
    values = value if isinstance(value, list) else [value]
    if isinstance(value, list) and any(SEPARATOR in str(each) for each in values):
        return None
    return SEPARATOR.join(map(str, values))


def from_parameter(given: str) -> Condition:
    """The part that a parameter stands for; refuses what is none."""
    if given.startswith("{"):
        try:
            return from_json(json.loads(given))
        except (ValueError, RecursionError):
            return from_json(None)
    name, _colon, rest = given.partition(":")
    operator, _colon, value = rest.partition(":")
    if operator not in OPERATORS:
        return from_json(None)
    takes = OPERATORS[operator].takes
    if takes == "nothing":
        return Criterion(name, operator)
    values: list[Any] = value.split(SEPARATOR) if takes in LISTS else [value]
    if takes in NUMBERS:
        values = [float(each) if _is_number(each) else each for each in values]
    return Criterion(name, operator, values if takes in LISTS else values[0])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def from_parameters(given: Iterable[str]) -> Joined:
    """All parts of an address."""
    return Joined("all", tuple(map(from_parameter, given)))
