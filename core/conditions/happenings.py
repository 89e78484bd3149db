"""What happened to a single record, read once for all the conditions that count it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, QuerySet

from core.conditions.checking import behaviour_of
from core.conditions.fields import value_of
from core.conditions.sql import all_rows_of, asks_for_a_kind, rows_of, span_of
from core.conditions.tree import Happened
from core.conditions.viewpoint import Viewpoint
from core.registries import RecordType
from core.registries.records import Behaviour

# Of so many rows all are read and counted here, whatever is asked of them; more are left to the database.
MOST_ROWS = 200

Told = Sequence[tuple[Any, Any]]  # kind and moment


class Happenings:
    """Counts what happened to a record, as each asker may see it; asks once for each kind of thing."""

    def __init__(self, record: Model, kind: RecordType) -> None:
        self._record = record
        self._kind = kind
        self._told: dict[tuple[str, int], Told | None] = {}

    def number(self, condition: Happened, view: Viewpoint) -> int:
        behaviour = behaviour_of(condition, self._kind, view)
        anchor = value_of(self._record, behaviour.anchor)
        if anchor is None:
            return 0
        asked = behaviour.name, view.user.pk
        if asked not in self._told:
            rows = all_rows_of(behaviour, view).filter(**{behaviour.link: anchor})
            self._told[asked] = _read(rows, behaviour)
        told = self._told[asked]
        if told is None:
            rows = rows_of(condition, behaviour, view)
            return int(rows.filter(**{behaviour.link: anchor}).count())
        return sum(_counts(condition, behaviour, view, told))


def _read(rows: QuerySet[Any], behaviour: Behaviour) -> Told | None:
    """Kinds and moments, unless there are too many."""
    columns = behaviour.kind or "pk", behaviour.at
    told = list(rows.order_by().values_list(*columns)[: MOST_ROWS + 1])
    return told if len(told) <= MOST_ROWS else None


def _counts(condition: Happened, behaviour: Behaviour, view: Viewpoint, told: Told) -> list[bool]:
    """Of each row whether it counts: what `rows_of` says to the database."""
    span = span_of(condition, behaviour, view)
    begin, end = span.get("gte"), span["lt"]
    any_kind, needs_kind = not condition.kinds, asks_for_a_kind(behaviour)
    return [
        at is not None
        and at < end
        and (begin is None or at >= begin)
        and (str(kind) in condition.kinds or (any_kind and not (needs_kind and kind is None)))
        for kind, at in told
    ]
