"""What tests come down to: a few comparisons, each said to the database and in Python alike."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from core.text import fold

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "gte": operator.ge,
    "gt": operator.gt,
    "lte": operator.le,
    "lt": operator.lt,
}


@dataclass(frozen=True)
class OneOf:
    """The value is one of these."""

    values: frozenset[Any]

    def q(self, path: str) -> Q:
        return Q(**{f"{path}__in": sorted(self.values)})

    def holds(self, actual: Any) -> bool:
        return actual in self.values


@dataclass(frozen=True)
class Within:
    """The value keeps all bounds; a missing one keeps none."""

    bounds: tuple[tuple[str, Any], ...]

    def q(self, path: str) -> Q:
        return Q(**{f"{path}__{how}": bound for how, bound in self.bounds})

    def holds(self, actual: Any) -> bool:
        return actual is not None and all(COMPARE[how](actual, to) for how, to in self.bounds)


@dataclass(frozen=True)
class Contains:
    """The text has this part; `is_folded` when the column is compared text already."""

    part: str
    only_at_start: bool = False
    is_folded: bool = False

    def q(self, path: str) -> Q:
        column = path if self.is_folded else f"{path}__folded"
        how = "startswith" if self.only_at_start else "contains"
        return Q(**{f"{column}__{how}": self.part})

    def holds(self, actual: Any) -> bool:
        if actual is None:
            return False
        text = actual if self.is_folded else fold(actual)
        return text.startswith(self.part) if self.only_at_start else self.part in text


@dataclass(frozen=True)
class Present:
    """There is a value; an empty text is none."""

    is_text: bool = False

    def q(self, path: str) -> Q:
        there = Q(**{f"{path}__isnull": False})
        return there & ~Q(**{path: ""}) if self.is_text else there

    def holds(self, actual: Any) -> bool:
        return actual is not None and not (self.is_text and actual == "")


Comparison = OneOf | Within | Contains | Present
