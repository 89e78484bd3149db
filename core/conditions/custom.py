"""Comparisons of custom fields: said to the database by the expression that their index has."""

from functools import reduce
from operator import and_
from typing import Any

from django.db.models import F, Q
from django.db.models.lookups import (
    Contains as ContainsLookup,
)
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
    StartsWith,
)

from core.choices import FieldType
from core.conditions.comparisons import Comparison, Contains, OneOf, Present, Within
from core.conditions.fields import ResolvedField
from core.fields.expressions import COMPARED, HasAny, WholeText, Words, custom_value
from core.fields.stored import to_stored
from core.text import Folded

BOUNDS = {
    "gte": GreaterThanOrEqual,
    "gt": GreaterThan,
    "lte": LessThanOrEqual,
    "lt": LessThan,
}


def custom_q(field: ResolvedField, comparison: Comparison) -> Q:
    """The rows whose value holds; a missing value makes it false, also under a negation."""
    custom = F(field.path)
    value = custom_value(field.type, custom, field.key)
    is_there = Q(IsNull(value, False))
    match comparison:
        case OneOf(values):
            return is_there & _one_of(field, value, sorted(values))
        case Within(bounds):
            bounded = (Q(BOUNDS[how](value, to_stored(bound))) for how, bound in bounds)
            return reduce(and_, bounded, is_there)
        case Contains(part, only_at_start):
            look = StartsWith if only_at_start else ContainsLookup
            return is_there & Q(look(Folded(WholeText(custom, field.key)), part))
        case Present():
            return is_there & ~Q(Exact(value, "")) if isinstance(value, Words) else is_there


def _one_of(field: ResolvedField, value: Any, wanted: list[Any]) -> Q:
    if field.type == FieldType.CHOICES:
        return Q(HasAny(F(field.path), field.key, wanted))
    if not isinstance(value, Words):
        return Q(In(value, wanted))
    found = Q(In(value, [text[:COMPARED] for text in wanted]))
    if any(len(text) >= COMPARED for text in wanted):
        found &= Q(In(WholeText(F(field.path), field.key), wanted))
    return found


def holds_of(field: ResolvedField, comparison: Comparison, value: Any) -> bool:
    """The same of a value at hand."""
    if field.type == FieldType.CHOICES and not isinstance(comparison, Present):
        return any(comparison.holds(each) for each in value or ())
    return comparison.holds(value)
