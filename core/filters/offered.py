"""The fields that a user may ask for, in groups as the builder lists them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.conditions import Viewpoint
from core.conditions.fields import ResolvedField, offered_fields
from core.custom_names import CUSTOM
from core.lists.parts import HAPPENED_ICON, ICONS
from core.registries import RecordType
from core.registries.records import Behaviour

HAPPENED = "happened:"


@dataclass(frozen=True)
class Group:
    """Fields under one heading; each is (name, label, icon)."""

    label: Any
    fields: list[tuple[str, Any, str]]
    is_related: bool = False


def groups_of(kind: RecordType, view: Viewpoint) -> list[Group]:
    """Fields of the record, added ones, those of linked records, then what happened."""
    groups: dict[str, Group] = {}
    for found in offered_fields(kind, view):
        key, label = _heading(found, kind)
        is_related = key not in ("", CUSTOM)
        group = groups.setdefault(key, Group(label, [], is_related))
        name = " › ".join(map(str, found.labels[1:])) if is_related else found.label
        group.fields.append((found.name, name, ICONS[found.type]))
    happened = [(f"{HAPPENED}{b.name}", b.label, HAPPENED_ICON) for b in behaviours_of(kind, view)]
    found_groups = list(groups.values())
    return [*found_groups, Group(_("What happened"), happened)] if happened else found_groups


def _heading(found: ResolvedField, kind: RecordType) -> tuple[str, Any]:
    first, dot, _rest = found.name.partition(".")
    if first == CUSTOM:
        return CUSTOM, _("Fields of your own")
    return (first, f"{found.labels[0]} ›") if dot else ("", kind.label)


def behaviours_of(kind: RecordType, view: Viewpoint) -> Iterator[Behaviour]:
    for behaviour in kind.behaviours:
        if view.counts(behaviour):
            yield behaviour
