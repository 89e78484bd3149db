"""What the panel beside a list shows of a record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import permissions
from core.conditions import Viewpoint
from core.conditions.fields import value_of
from core.custom_names import custom_name
from core.lists.columns import Column, columns_of
from core.lists.definition import ListDefinition
from core.models import OwnedRecord
from core.registries import RecordType

MOST_HAPPENED = 5


@dataclass(frozen=True)
class HappenedLately:
    """One thing that was done about the record."""

    at: datetime
    kind: Any
    name: str


def preview_columns(definition: ListDefinition, view: Viewpoint) -> list[Column]:
    """The columns of the list, then all other fields of the record."""
    kind = definition.kind
    added = [custom_name(key) for key in view.custom_fields.get(kind.key, {})]
    return columns_of(definition, [*definition.columns, *kind.field, *added], view, most=None)


def happened_lately(kind: RecordType, row: Any, view: Viewpoint) -> list[HappenedLately]:
    """The newest things that somebody did about the record, as far as they may be seen."""
    found: list[HappenedLately] = []
    for behaviour in kind.behaviours:
        is_owned = issubclass(behaviour.model, OwnedRecord)
        if not is_owned or not behaviour.is_told or not view.counts(behaviour):
            continue
        rows = permissions.visible_rows(behaviour.model, view.user)
        rows = rows.filter(
            **{
                behaviour.link: value_of(row, behaviour.anchor),
                f"{behaviour.at}__isnull": False,
            }
        ).order_by(f"-{behaviour.at}")
        labels = dict(view.choices_of(behaviour))
        found += [
            HappenedLately(
                getattr(each, behaviour.at),
                labels.get(getattr(each, behaviour.kind, ""), behaviour.label),
                each.name_for(view.access),
            )
            for each in rows[:MOST_HAPPENED]
        ]
    return found
