"""Fields of leads as the score sees them: which people have decided on, and which part the leads."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analytics.choices import TIMELINE
from analytics.models import ComparedGroup, LeadFieldDecision
from core import permissions
from core.choices import FieldType, KnownWhen
from core.fields.added import fields_of
from core.models import CustomField, ModelVersion, User
from core.registries import record_types
from core.registries.records import Field

LEAD, CONTACT = "crm.lead", "crm.contact"
CUSTOM = ".custom."

# Fields whose values part people into groups; what is free text or one of a kind does not.
PARTING_TYPES = (FieldType.CHOICE, FieldType.CHOICES, FieldType.BOOLEAN)
PARTING_FIELDS = (
    "crm.lead.country",
    "crm.lead.city",
    "crm.lead.source",
    "crm.lead.industry",
    "crm.lead.job_title",
    "crm.contact.language",
    "crm.contact.salutation",
)


def decisions() -> dict[str, str]:
    """What people have said of fields: known before the outcome, or filled in after contact."""
    return dict(LeadFieldDecision.objects.values_list("field", "known_when"))


@dataclass(frozen=True)
class PageFields:
    """The fields of leads and of their contacts that somebody may see, read once for a page."""

    access: permissions.Access
    custom: list[CustomField]

    @classmethod
    def seen_by(cls, user: User) -> "PageFields":
        found = CustomField.objects.filter(object_type__in=(LEAD, CONTACT))
        access = permissions.access_of(user)
        return cls(access, [field for field in found if access.sees(field.name)])

    @cached_property
    def labels(self) -> dict[str, Any]:
        """Of the fields of leads, of archived ones as well."""
        kind = record_types[LEAD]
        declared = {kind.field_name(name): label for name, label in kind.labels.items()}
        seen = {name: label for name, label in declared.items() if self.access.sees(name)}
        return seen | TIMELINE | {f.name: f.label for f in self.custom if f.object_type == LEAD}

    @cached_property
    def groups(self) -> dict[str, Any]:
        """Labels of the fields that part the leads into groups."""
        offered = _parting(self.custom)
        return {name: label for name, label in offered.items() if self.access.sees(name)}

    @cached_property
    def words(self) -> dict[str, dict[str, str]]:
        """How the values read of fields whose values are stored as keys."""
        declared = {name: _declared(name).choices for name in PARTING_FIELDS}
        listed = {
            name: choices() if callable(choices) else choices for name, choices in declared.items()
        }
        listed |= {field.name: field.choices for field in self.custom}
        return {
            name: {str(key): str(label) for key, label in choices}
            for name, choices in listed.items()
            if choices
        }

    def decided(self) -> dict[str, dict[str, Any]]:
        """What people have said of fields, those filled in after contact first."""
        said = LeadFieldDecision.objects.filter(field__in=self.labels)
        found = dict(said.values_list("field", "known_when"))
        # Marked while importing, or among the settings of the field.
        found |= {
            field.name: field.known_when
            for field in self.custom
            if field.object_type == LEAD and field.known_when == KnownWhen.AFTER
        }
        names = sorted(found, key=lambda name: (found[name], str(self.labels[name])))
        return {
            name: {"name": name, "label": self.labels[name], "known_when": found[name]}
            for name in names
        }


def barred_fields(version: ModelVersion) -> list[str]:
    """What a version learned from although it may not be used any more: marked, archived or gone."""
    learned = {feature["name"] for feature in version.features}
    usable = {field.name for field in fields_of(LEAD) if field.known_when == KnownWhen.BEFORE}
    late = {name for name, known in decisions().items() if known == KnownWhen.AFTER}
    custom = {name for name in learned if name.startswith(f"{LEAD}{CUSTOM}")}
    return sorted((custom - usable) | (learned & late))


def parting_fields() -> dict[str, Any]:
    """Fields that part the leads into groups, by full name, with their labels."""
    return _parting([field for kind in (LEAD, CONTACT) for field in fields_of(kind)])


def _parting(custom: Iterable[CustomField]) -> dict[str, Any]:
    return {name: _declared(name).label for name in PARTING_FIELDS} | {
        field.name: field.label for field in custom if field.type in PARTING_TYPES
    }


def compared_fields() -> list[str]:
    """The fields that an administrator has named, as far as they are still there."""
    there = parting_fields()
    named = ComparedGroup.objects.order_by("pk").values_list("field", flat=True)
    return [name for name in named if name in there]


def _declared(name: str) -> Field:
    kind, _dot, short = name.rpartition(".")
    return record_types[kind].field[short]
