"""What can happen to records that another system may want to be told of."""

from dataclasses import dataclass

from django.utils.functional import Promise

from core.registries.base import Registry


@dataclass(frozen=True)
class EventKind:
    """An event beside those that every record type has: it happens when a certain field changes.

    `key` begins with that of the record type (`crm.deal.stage_changed`).
    """

    key: str
    label: Promise
    object_type: str
    field: str


event_kinds: Registry[EventKind] = Registry("Event kind")
