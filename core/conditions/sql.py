"""Conditions as the database understands them."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from core import permissions
from core.choices import FieldType
from core.conditions.checking import behaviour_of
from core.conditions.comparisons import Comparison, Contains, OneOf
from core.conditions.custom import custom_q
from core.conditions.fields import ResolvedField, resolve
from core.conditions.operators import operator_for
from core.conditions.tree import Condition, Criterion, Happened, Joined, Not
from core.conditions.viewpoint import Viewpoint
from core.models import OwnedRecord
from core.reading import field_at
from core.registries import RecordType, record_types
from core.registries.records import Behaviour
from core.time_ids import MILLISECOND

EVERYTHING = Q()
NOTHING = Q(pk__in=[])
# Up to so many records are asked for by number: planners then begin with them, whatever else is joined.
FEW = 5_000


def to_q(condition: Condition, kind: RecordType, view: Viewpoint) -> Q:
    """The rows of the record type that meet a checked condition."""
    if isinstance(condition, Joined):
        parts = [to_q(part, kind, view) for part in condition.parts]
        return reduce(and_, parts, EVERYTHING) if condition.join == "all" else _any(parts)
    if isinstance(condition, Not):
        return ~_certain(to_q(condition.part, kind, view))
    if isinstance(condition, Happened):
        return _happened(condition, kind, view)
    return _test(condition, kind, view)


def answers_to(
    asked: Mapping[str, Condition], kind: RecordType, view: Viewpoint
) -> dict[str, Case]:
    """Columns that say of each row whether it meets the checked conditions, by their names."""
    return {
        name: Case(
            When(_certain(to_q(condition, kind, view)), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
        for name, condition in asked.items()
    }


def _any(parts: list[Q]) -> Q:
    if not all(parts):  # one of them always holds
        return EVERYTHING
    return reduce(or_, parts, NOTHING)


def _certain(q: Q) -> Q:
    """Django drops an empty condition where it is negated, and "not everything" became everything."""
    return q or ~NOTHING


def _test(criterion: Criterion, kind: RecordType, view: Viewpoint) -> Q:
    field = resolve(kind, criterion.field, view)
    operator = operator_for(criterion.operator, field)
    comparison = operator.mean(criterion.value, field, view)
    if field.type == FieldType.LINKS:
        q = _linked(field, comparison, kind, view)
    else:
        q = _compared(field, comparison, kind)
    for hop in field.hops:
        q &= view.reached(hop.record_type, hop.path)
    named = named_type(field, comparison, view)
    if named is not None:
        q &= view.reached(named, field.path)
    return ~q if operator.is_negated else q


def named_type(field: ResolvedField, comparison: Comparison, view: Viewpoint) -> RecordType | None:
    """The type whose records are asked for by number, where the asker does not see all of them.

    Else numbers could be tried out until a link that shows nothing has told where it leads.
    """
    if field.type != FieldType.LINK or field.key or not isinstance(comparison, OneOf):
        return None
    target = record_types[field.target]
    return None if view.reaches_all(target) else target


def _compared(field: ResolvedField, comparison: Comparison, kind: RecordType) -> Q:
    if field.key:
        return custom_q(field, comparison)
    path = column_of(field, comparison)
    q = comparison.q(path)
    if "__" in path:
        # Django leaves this out of a negation where it takes the join for an inner one.
        q &= Q(**{f"{path}__isnull": False})
    if field.type != FieldType.TAGS:
        return q
    rows: QuerySet[Any] = kind.model._base_manager.filter(pk=OuterRef("pk"))
    return Q(Exists(rows.filter(q)))


def _linked(field: ResolvedField, comparison: Comparison, kind: RecordType, view: Viewpoint) -> Q:
    """Some linked record that the asker may see; the others are not there, filled in or not."""
    before, _dot, _name = field.path.rpartition("__")
    near = f"{before}__pk" if before else "pk"
    back = field_at(kind.model, field.path).remote_field.name
    rows = permissions.visible_rows(record_types[field.target].model, view.user)
    rows = rows.filter(comparison.q("pk"))
    if isinstance(comparison, OneOf):
        ids = rows.filter(**{f"{back}__isnull": False}).values_list(back, flat=True)[: FEW + 1]
        if len(ids) <= FEW:
            return Q(**{f"{near}__in": sorted(set(ids))})
    return Q(Exists(rows.filter(**{back: OuterRef(near)})))


def column_of(field: ResolvedField, comparison: Comparison) -> str:
    """Where the comparison looks: the normalised column for words, the value for the rest."""
    is_worded = isinstance(comparison, OneOf | Contains)
    return field.compared if is_worded and field.compared else field.path


def _happened(condition: Happened, kind: RecordType, view: Viewpoint) -> Q:
    behaviour = behaviour_of(condition, kind, view)
    rows = rows_of(condition, behaviour, view)
    rows = rows.filter(**{behaviour.link: OuterRef(behaviour.anchor)})
    least, most = bounds_of(condition)
    if most is None and least == 1:
        return Q(Exists(rows))
    if most == 0:
        return ~Q(Exists(rows)) if least == 0 else NOTHING
    if not condition.is_bounded:
        return _counted_for_each(rows, behaviour, kind, least, most)
    counted = _among(rows_of(condition, behaviour, view), behaviour, view)
    return _counted_at_once(counted, behaviour, least, most)


def _among(rows: QuerySet[Any], behaviour: Behaviour, view: Viewpoint) -> QuerySet[Any]:
    """Of all that happened only what the records that are asked about can have done."""
    if view.among is None or behaviour.anchor != "pk":
        return rows
    first, last = view.among
    return rows.filter(**{f"{behaviour.link}__gte": first, f"{behaviour.link}__lte": last})


def _counted_at_once(rows: QuerySet[Any], behaviour: Behaviour, least: int, most: int | None) -> Q:
    """Count what happened in some days once for everybody: few rows of many records."""
    link = behaviour.link
    counted = rows.order_by().filter(**{f"{link}__isnull": False}).values(link)
    counted = counted.annotate(number=Count("pk"))
    q = EVERYTHING
    if least > 0:
        q &= Q(**{f"{behaviour.anchor}__in": counted.filter(number__gte=least).values(link)})
    if most is not None:
        more = Q(**{f"{behaviour.anchor}__in": counted.filter(number__gt=most).values(link)})
        anchored = Q(**{f"{behaviour.anchor}__isnull": False})
        q &= ~(more & anchored)
    return q


def _counted_for_each(
    rows: QuerySet[Any], behaviour: Behaviour, kind: RecordType, least: int, most: int | None
) -> Q:
    """Count all that ever happened record by record: a list needs only some of them."""
    counted = rows.order_by().values(behaviour.link).annotate(number=Count("pk")).values("number")
    number = Coalesce(Subquery(counted), 0)
    within = kind.model._base_manager.filter(pk=OuterRef("pk")).annotate(number=number)
    within = within.filter(number__gte=least)
    return Q(Exists(within if most is None else within.filter(number__lte=most)))


def bounds_of(condition: Happened) -> tuple[int, int | None]:
    """How often at least and at most; without either, at least once."""
    if condition.at_least is None and condition.at_most is None:
        return 1, None
    return condition.at_least or 0, condition.at_most


def rows_of(condition: Happened, behaviour: Behaviour, view: Viewpoint) -> QuerySet[Any]:
    """What happened of the wanted kinds in the wanted time, of all records.

    Rows that somebody owns count only where the asker may see them.
    """
    rows = all_rows_of(behaviour, view)
    if condition.kinds:
        rows = rows.filter(**{f"{behaviour.kind}__in": condition.kinds})
    elif asks_for_a_kind(behaviour):
        rows = rows.filter(**{f"{behaviour.kind}__isnull": False})
    span = span_of(condition, behaviour, view)
    return rows.filter(**{f"{behaviour.at}__{how}": to for how, to in span.items()})


def all_rows_of(behaviour: Behaviour, view: Viewpoint) -> QuerySet[Any]:
    """What happened at any time of any kind, as far as the asker may see it."""
    model = behaviour.model
    rows: QuerySet[Any] = model._base_manager.all()
    if issubclass(model, OwnedRecord):
        rows = permissions.visible_rows(model, view.user)
    if behaviour.seen is not None:
        rows = rows.filter(behaviour.seen(view.user))
    return rows


def asks_for_a_kind(behaviour: Behaviour) -> bool:
    """Whether a row without a kind is none of these."""
    return bool(behaviour.kind) and bool(behaviour.model._meta.get_field(behaviour.kind).null)


def span_of(condition: Happened, behaviour: Behaviour, view: Viewpoint) -> dict[str, Any]:
    """Before what (`lt`) and from what on (`gte`) it counts, in the terms of the column."""
    bounds = {"lt": view.now + MILLISECOND}
    if condition.until is not None:
        bounds["lt"] = min(bounds["lt"], _midnight(condition.until, view, later=1))
    if condition.since is not None:
        bounds["gte"] = _midnight(condition.since, view)
    if condition.days is not None:
        since = view.now - timedelta(condition.days)
        bounds["gte"] = max(since, bounds.get("gte", since))
    return {how: behaviour.moment(to) for how, to in bounds.items()}


def _midnight(day: str, view: Viewpoint, *, later: int = 0) -> datetime:
    """When the day begins, or the one after it, in the asker's time zone."""
    return datetime.combine(
        date.fromisoformat(day) + timedelta(later), time.min, tzinfo=view.now.tzinfo
    )
