"""The events that there are: four of each record type, and those that the apps declare."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.registries import event_kinds, record_types

CREATED, CHANGED, DELETED, RESTORED = "created", "changed", "deleted", "restored"
OF_RECORDS = {
    CREATED: pgettext_lazy("webhook event", "Created"),
    CHANGED: pgettext_lazy("webhook event", "Changed"),
    DELETED: pgettext_lazy("webhook event", "Deleted"),
    RESTORED: pgettext_lazy("webhook event", "Restored"),
}
TEST = "webhook.test"
BIN = "deleted_at"
# What is deleted for good was deleted before.
CREATE = "create"
SILENT = frozenset({"erase"})


def verb_of(kind: str) -> str:
    return kind.rpartition(".")[2]


def kinds_by_type() -> dict[str, dict[str, Any]]:
    """The events with their labels, by the key of the record type."""
    found: dict[str, dict[str, Any]] = {
        kind.key: {f"{kind.key}.{verb}": label for verb, label in OF_RECORDS.items()}
        for kind in record_types
    }
    for kind in event_kinds:
        found[kind.object_type][kind.key] = kind.label
    return found


def label_of(kind: str) -> str:
    """“Deal: Changed”."""
    if kind == TEST:
        return str(pgettext_lazy("webhook event", "Test"))
    for object_type, kinds in kinds_by_type().items():
        if kind in kinds:
            words = {"record": record_types[object_type].label, "event": kinds[kind]}
            return str(_("%(record)s: %(event)s") % words)
    return kind


def raised(object_type: str, action: str, changes: Mapping[str, Any] | None) -> list[str]:
    """The events that a change of a record is; `changes` is None where nobody knows them."""
    if action == CREATE:
        return [f"{object_type}.{CREATED}"]
    if action in SILENT or changes == {}:
        return []
    told = changes or {}
    more = (kind for kind in event_kinds if kind.object_type == object_type)
    return [
        f"{object_type}.{_verb(told)}",
        *(kind.key for kind in more if kind.field in told),
    ]


def _verb(changes: Mapping[str, Any]) -> str:
    if BIN in changes:
        _before, after = changes[BIN]
        return DELETED if after is not None else RESTORED
    return CHANGED


def known(kinds: Collection[str]) -> bool:
    return set(kinds) <= {key for of_type in kinds_by_type().values() for key in of_type}
