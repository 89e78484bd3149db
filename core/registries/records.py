"""The record types: what every mechanism of the core needs to know about an object."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise

from core.registries.base import Registry


@dataclass(frozen=True)
class RecordType:
    """One kind of record.

    `key` is its name in permissions, rules and audit (`crm.lead`); `fields` maps the names of the
    fields people know to their labels, in the order of the record page.
    """

    key: str
    label: Promise
    icon: str
    detail_url: str
    fields: dict[str, Promise]

    @cached_property
    def model(self) -> type[Model]:
        return apps.get_model(self.key)

    def field_name(self, name: str) -> str:
        """The full name of a field in rules, such as `crm.lead.source`."""
        return f"{self.key}.{name}"

    def label_of(self, name: str) -> Any:
        return self.fields.get(name, name)


record_types: Registry[RecordType] = Registry("Record type")
