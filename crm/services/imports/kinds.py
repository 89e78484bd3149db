"""What can be imported: for each record type the names of its columns, and what tells records apart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.choices import FieldType
from core.models import User
from core.registries import RecordType, record_types
from crm.choices import InteractionKind
from crm.services.imports import words

EXTERNAL, ID, IGNORE, NEW = "external", "id", "ignore", "new"
PERSON = "person."


@dataclass(frozen=True)
class Extra:
    """A target that is no field of the record, or is more than one; `target` makes it a link.

    `by` says what the cell of a link holds; without it, all ways to name the linked record are offered.
    `reads` reads the cells where the type does not; `called` are further heads of its columns.
    """

    label: Promise | str
    type: FieldType = FieldType.TEXT
    rule: str = ""
    longest: int = 200
    target: str = ""
    by: str = ""
    choices: Mapping[str, Any] = field(default_factory=dict)
    reads: Callable[[str], Any] | None = None
    called: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportKind:
    """One kind of rows. `keys` are targets that say which record a row is of, the surest first.

    Rows that become no records of their own have a `name`, and the rights, colleagues and list of
    the record type `ruled_by`; those of `permission` have this one right instead.
    """

    key: str
    words: Mapping[str, str]
    keys: Sequence[str]
    extras: Mapping[str, Extra] = field(default_factory=dict)
    name: Promise | None = None
    ruled_by: str = ""
    permission: str = ""

    @property
    def keeps_others(self) -> bool:
        """Whether columns that fit no target have a place: a field of their own, or the details."""
        return not self.permission

    def rights(self, *actions: str) -> list[str]:
        """What somebody needs to do so with the rows."""
        return [self.permission or f"{self.record_type.key}.{action}" for action in actions]

    @property
    def is_record(self) -> bool:
        return not self.ruled_by

    @property
    def record_type(self) -> RecordType:
        return record_types[self.ruled_by or self.key]

    @property
    def plural(self) -> str:
        return str(self.name or self.record_type.plural)

    @property
    def slug(self) -> str:
        if self.key == COLLEAGUE:
            return "colleagues"
        return self.record_type.slug if self.is_record else f"{self.key.partition('.')[2]}s"


_PERSON_OF_LEAD = {
    "person.name": Extra(_("Name"), rule="crm.contact.name"),
    "person.given_name": Extra(_("First name"), rule="crm.contact.name", longest=100),
    "person.family_name": Extra(_("Last name"), rule="crm.contact.name", longest=99),
    "person.email": Extra(_("E-mail"), FieldType.EMAIL, "crm.contact.email", 254),
    "person.phone": Extra(_("Phone"), FieldType.PHONE, "crm.contact.phone", 50),
    "person.job_title": Extra(_("Job title"), rule="crm.contact.job_title"),
    "outcome": Extra(_("Outcome (converted: yes / no)"), rule="crm.lead.status"),
}
# Several columns may go here: each value finds the first place that is free.
MORE = {
    "more_email": Extra(_("Further e-mail address"), FieldType.EMAIL, "crm.contact.other_email"),
    "more_phone": Extra(_("Further phone"), FieldType.PHONE, "crm.contact.other_phone", 50),
}
# Who imports the file knows them: a tie, no field of the contact.
_OF_CONTACT = MORE | {"known_since": Extra(_("Known to me since"), FieldType.DATE)}
# A stage is told by its own name, by that of its pipeline, and by a status.
_OF_DEAL = {
    "pipeline": Extra(_("Pipeline"), rule="crm.deal.stage", longest=80),
    "stage": Extra(_("Stage"), rule="crm.deal.stage", longest=80),
    "status": Extra(_("Status (open, won, lost)"), rule="crm.deal.stage", longest=80),
    "product": Extra(_("Product"), FieldType.LINK, "crm.deal.amount", target="crm.product"),
    "quantity": Extra(_("Quantity"), FieldType.NUMBER, "crm.deal.amount"),
}
_OF_ACTIVITY = {
    "status": Extra(_("Status (open, done)"), rule="crm.activity.done", longest=80),
    "time": Extra(_("Time of day"), rule="crm.activity.at", longest=20),
    "duration": Extra(_("Duration (1:30)"), rule="crm.activity.minutes", longest=20),
    "seconds": Extra(_("Duration in seconds"), FieldType.NUMBER, "crm.activity.minutes"),
}
_CONTACT = "crm.contact"
INTERACTION = "crm.interaction"
_OF_INTERACTION = {
    "contact.external": Extra(
        _("Contact by the ID of the other system"), FieldType.LINK, target=_CONTACT, by="external"
    ),
    "contact.id": Extra(
        _("Contact by the number in Renmai"), FieldType.LINK, target=_CONTACT, by="id"
    ),
    "contact.linkedin": Extra(
        _("Contact by the LinkedIn address"),
        FieldType.URL,
        "crm.contact.linkedin_url",
        target=_CONTACT,
        by="linkedin_url",
    ),
    "contact.email": Extra(
        _("Contact by e-mail address"),
        FieldType.LINK,
        "crm.contact.email",
        target=_CONTACT,
        by="email",
    ),
    "contact": Extra(
        _("Contact by name"), FieldType.LINK, "crm.contact.name", target=_CONTACT, by="name"
    ),
    "at": Extra(_("When"), FieldType.MOMENT),
    "kind": Extra(
        _("What was done"), rule="crm.interaction.kind", choices=dict(InteractionKind.choices)
    ),
    "key": Extra(_("What makes it the same event again")),
    "subject": Extra(_("What it was about"), longest=0),
    "url": Extra(_("Web address"), longest=0),
    "channel": Extra(_("Channel"), longest=0),
    "amount": Extra(_("Amount"), FieldType.MONEY),
    "currency": Extra(_("Currency"), longest=0),
}
# Text that people write; what it means is found by the writer.
COLLEAGUE = "core.user"
_OF_COLLEAGUE = {
    EXTERNAL: Extra(_("ID in the other system")),
    "name": Extra(_("Name"), longest=150),
    "given_name": Extra(_("First name"), longest=75),
    "family_name": Extra(_("Last name"), longest=74),
    "email": Extra(_("E-mail"), FieldType.EMAIL, longest=254),
    "team": Extra(_("Team"), longest=100),
    "manager": Extra(_("Manager (name or e-mail address)"), longest=150),
    "role": Extra(_("Role")),
    "language": Extra(_("Language")),
    "time_zone": Extra(_("Time zone")),
    "is_active": Extra(_("Active (yes / no)"), FieldType.BOOLEAN),
}


def kinds_for(user: User) -> list[tuple[str, str]]:
    """The kinds of rows that somebody may import, as they are called."""
    access = permissions.access_of(user)
    return [
        (key, kind.plural)
        for key, kind in KINDS.items()
        if not kind.permission or access.may(kind.permission)
    ]


KINDS = {
    kind.key: kind
    for kind in (
        ImportKind("crm.lead", words.LEAD, ("id", "external", "external_id"), _PERSON_OF_LEAD),
        ImportKind(
            "crm.contact",
            words.CONTACT,
            ("id", "external", "external_id", "linkedin_url", "email"),
            _OF_CONTACT,
        ),
        ImportKind(
            "crm.company", words.COMPANY, ("id", "external", "external_id", "domain", "name")
        ),
        ImportKind("crm.deal", words.DEAL, ("id", "external", "external_id"), _OF_DEAL),
        ImportKind("crm.product", words.PRODUCT, ("id", "external", "sku", "name")),
        ImportKind("crm.activity", words.ACTIVITY, ("id", "external"), _OF_ACTIVITY),
        ImportKind("crm.group", words.GROUP, ("id", "external", "name")),
        ImportKind("crm.event", words.EVENT, ("id", "external", "name")),
        ImportKind(
            INTERACTION,
            words.INTERACTION,
            ("key",),
            _OF_INTERACTION,
            _("Interactions"),
            ruled_by=_CONTACT,
        ),
        ImportKind(
            COLLEAGUE,
            words.COLLEAGUE,
            (EXTERNAL, "email", "name"),
            _OF_COLLEAGUE,
            _("Colleagues"),
            ruled_by=_CONTACT,
            permission="core.user.manage",
        ),
    )
}
