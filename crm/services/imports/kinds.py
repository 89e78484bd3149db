"""What can be imported: for each record type the names of its columns, and what tells records apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.choices import FieldType
from crm.services.imports import words

EXTERNAL, ID, IGNORE, NEW = "external", "id", "ignore", "new"
PERSON = "person."


@dataclass(frozen=True)
class Extra:
    """A target that is no field of the record, or is more than one; `target` makes it a link."""

    label: Promise
    type: FieldType = FieldType.TEXT
    rule: str = ""
    longest: int = 200
    target: str = ""


@dataclass(frozen=True)
class ImportKind:
    """One kind of rows. `keys` are targets that say which record a row is of, the surest first."""

    key: str
    words: Mapping[str, str]
    keys: Sequence[str]
    extras: Mapping[str, Extra] = field(default_factory=dict)


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
# A stage is told by its own name, by that of its pipeline, and by a status.
_OF_DEAL = {
    "pipeline": Extra(_("Pipeline"), rule="crm.deal.stage", longest=80),
    "stage": Extra(_("Stage"), rule="crm.deal.stage", longest=80),
    "status": Extra(_("Status (open, won, lost)"), rule="crm.deal.stage", longest=80),
    "product": Extra(_("Product"), FieldType.LINK, "crm.deal.amount", target="crm.product"),
    "quantity": Extra(_("Quantity"), FieldType.NUMBER, "crm.deal.amount"),
}

KINDS = {
    kind.key: kind
    for kind in (
        ImportKind("crm.lead", words.LEAD, ("id", "external", "external_id"), _PERSON_OF_LEAD),
        ImportKind(
            "crm.contact",
            words.CONTACT,
            ("id", "external", "external_id", "linkedin_url", "email"),
            MORE,
        ),
        ImportKind(
            "crm.company", words.COMPANY, ("id", "external", "external_id", "domain", "name")
        ),
        ImportKind("crm.deal", words.DEAL, ("id", "external", "external_id"), _OF_DEAL),
        ImportKind("crm.product", words.PRODUCT, ("id", "external", "sku", "name")),
        ImportKind("crm.activity", words.ACTIVITY, ("id", "external")),
        ImportKind("crm.group", words.GROUP, ("id", "external", "name")),
        ImportKind("crm.event", words.EVENT, ("id", "external", "name")),
    )
}
