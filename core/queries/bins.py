"""Reads about the bin."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from core import permissions
from core.conditions import Viewpoint
from core.lists.definition import ListDefinition, lists
from core.lists.searching import search_q
from core.models import AuditEvent, User


@dataclass(frozen=True)
class Binned:
    """A record of the bin: what it is called, when it was deleted and by whom."""

    row: Any
    name: str
    deleted_by: User | None


def bins_of(user: User) -> list[ListDefinition]:
    """The lists whose records the user may delete, and so bring back."""
    access = permissions.access_of(user)
    return [found for found in lists if access.may(f"{found.key}.delete")]


def rows_in_bin(definition: ListDefinition, view: Viewpoint, words: str) -> Any:
    """The deleted rows that the user may bring back, as far as they have the words."""
    model: Any = definition.kind.model
    rows = model._base_manager.filter(permissions.bin_condition(model, view.user))
    if words:
        rows = rows.filter(search_q(definition, words, view))
    return rows.select_related(*definition.related) if definition.related else rows


def described(definition: ListDefinition, rows: Collection[Any], view: Viewpoint) -> list[Binned]:
    """The rows with their names and who deleted them: one query for all."""
    events = AuditEvent.objects.filter(
        object_type=definition.key, object_id__in=[row.pk for row in rows], action="delete"
    )
    by: dict[int | None, User | None] = {
        event.object_id: event.actor for event in events.select_related("actor").order_by("pk")
    }
    return [Binned(row, row.name_for(view.access), by.get(row.pk)) for row in rows]
