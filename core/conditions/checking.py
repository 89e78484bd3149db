"""A condition that somebody gave, checked against what there is and what they may see."""

from dataclasses import replace

from django.utils.translation import gettext as _

from core.conditions.fields import resolve
from core.conditions.given import ME, MY_TEAM, day_of
from core.conditions.operators import operator_for
from core.conditions.tree import Condition, Criterion, Happened, Joined, Not, leaves
from core.conditions.viewpoint import Viewpoint
from core.errors import Refused
from core.registries import RecordType
from core.registries.records import Behaviour


def checked(condition: Condition, kind: RecordType, view: Viewpoint) -> Condition:
    """The condition with its values in their JSON form; refuses what is unknown or hidden."""
    if isinstance(condition, Joined):
        return replace(
            condition, parts=tuple(checked(part, kind, view) for part in condition.parts)
        )
    if isinstance(condition, Not):
        return Not(checked(condition.part, kind, view))
    if isinstance(condition, Happened):
        behaviour_of(condition, kind, view)
        return _days_checked(condition)
    field = resolve(kind, condition.field, view)
    value = operator_for(condition.operator, field).read(condition.value, field)
    return Criterion(field.name, condition.operator, value)


def _days_checked(condition: Happened) -> Happened:
    """With its days in their written form, the earlier one first."""
    days = [None if day is None else day_of(day) for day in (condition.since, condition.until)]
    if all(days):
        days = sorted(days, key=str)
    return replace(condition, since=days[0], until=days[1])


def behaviour_of(condition: Happened, kind: RecordType, view: Viewpoint) -> Behaviour:
    """The behaviour; refuses an unknown one, unknown kinds, and one that may not be seen."""
    found = kind.behaviour.get(condition.behaviour)
    if found is None or not view.counts(found):
        raise Refused(_("There is nothing of this kind to count."))
    known = {key for key, _label in view.choices_of(found)} if condition.kinds else set()
    if not set(condition.kinds) <= known:
        raise Refused(_("There is nothing of this kind to count."))
    return found


def asks_who_asks(condition: Condition) -> bool:
    """Whether it means something else for each user: “me”, “my team”."""
    return any(
        isinstance(leaf, Criterion)
        and isinstance(leaf.value, list)
        and not {ME, MY_TEAM}.isdisjoint(map(str, leaf.value))
        for leaf in leaves(condition)
    )
