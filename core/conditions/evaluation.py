"""Conditions asked of a single record at hand: the same answer as from the database."""

from django.db.models import Model

from core.choices import FieldType
from core.conditions.comparisons import Comparison
from core.conditions.custom import holds_of
from core.conditions.fields import ResolvedField, resolve, value_of
from core.conditions.happenings import Happenings
from core.conditions.operators import operator_for
from core.conditions.sql import bounds_of, column_of, named_type
from core.conditions.tree import Condition, Criterion, Happened, Joined, Not
from core.conditions.viewpoint import Viewpoint
from core.registries import RecordType, record_types


def meets(
    record: Model,
    condition: Condition,
    kind: RecordType,
    view: Viewpoint,
    happenings: Happenings | None = None,
) -> bool:
    """Whether the record meets a checked condition.

    Whoever asks several conditions of a record gives its happenings, which are then read once.
    """
    return _meets(record, condition, kind, view, happenings or Happenings(record, kind))


def _meets(
    record: Model, condition: Condition, kind: RecordType, view: Viewpoint, seen: Happenings
) -> bool:
    if isinstance(condition, Joined):
        answers = (_meets(record, part, kind, view, seen) for part in condition.parts)
        return all(answers) if condition.join == "all" else any(answers)
    if isinstance(condition, Not):
        return not _meets(record, condition.part, kind, view, seen)
    if isinstance(condition, Happened):
        least, most = bounds_of(condition)
        count = seen.number(condition, view)
        return count >= least and (most is None or count <= most)
    return _test(record, condition, kind, view)


def _test(record: Model, criterion: Criterion, kind: RecordType, view: Viewpoint) -> bool:
    field = resolve(kind, criterion.field, view)
    operator = operator_for(criterion.operator, field)
    comparison = operator.mean(criterion.value, field, view)
    is_reached = all(
        view.reaches(hop.record_type, value_of(record, hop.path)) for hop in field.hops
    )
    named = named_type(field, comparison, view)
    if named is not None:
        is_reached = is_reached and view.reaches(named, value_of(record, field.path))
    holds = is_reached and _holds(record, field, comparison, view)
    return holds != operator.is_negated


def _holds(record: Model, field: ResolvedField, comparison: Comparison, view: Viewpoint) -> bool:
    if field.key:
        return holds_of(field, comparison, field.value_of(record))
    value = value_of(record, _attribute(column_of(field, comparison), field))
    if field.type == FieldType.TAGS:
        return any(comparison.holds(each.pk) for each in value.all())
    if field.type == FieldType.LINKS:
        target = record_types[field.target]
        return any(comparison.holds(it.pk) for it in value.all() if view.reaches(target, it))
    return comparison.holds(value)


def _attribute(path: str, field: ResolvedField) -> str:
    """A link is compared by its number."""
    return f"{path}_id" if field.type in (FieldType.LINK, FieldType.USER) else path
