"""The lists of sales."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import Column, Filter, ListDefinition, Sort
from core.models import User
from core.permissions import NOTHING, Access
from core.text import comparable
from crm.choices import OPEN_STATUSES, Grade, LeadStatus
from crm.models import Company, Contact, Lead

BY_SCORE = Sort("score", _("Score"), "score__score", is_nullable=True, descending_first=True)
BY_CHANCE = Sort(
    "chance", _("Chance"), "score__probability", is_nullable=True, descending_first=True
)
BY_CREATED = Sort("created", _("Created"), "created_at", descending_first=True)
BY_TOUCH = Sort("touch", _("Last touch"), "touched_at", is_nullable=True, descending_first=True)
BY_NAME = Sort("name", _("Name"), "name_key")
COMPANY_NAME = pgettext_lazy("company", "Name")
BY_COMPANY_NAME = Sort("name", COMPANY_NAME, "name_key")


def _lead_rows(user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = Lead.objects.visible_to(user).for_list()
    return rows


def _any_seen(access: Access, conditions: dict[str, Q]) -> Q:
    """One of the conditions, by full field name, on fields that the user may see."""
    seen = (condition for name, condition in conditions.items() if access.sees(name))
    return reduce(or_, seen, NOTHING)


def _search_leads(words: str, access: Access) -> Q:
    key = comparable(words)
    return _any_seen(
        access,
        {
            "crm.contact.name": Q(contact__name_key__contains=key),
            "crm.contact.email": Q(contact__email_key__startswith=key),
            "crm.lead.company": Q(company__name_key__contains=key),
            "crm.lead.external_id": Q(external_id=words),
        },
    )


def _by_status(value: str, _user: User) -> Q:
    return Q(status__in=OPEN_STATUSES) if value == "open" else Q(status=value)


def _statuses(_user: User) -> Sequence[tuple[str, Any]]:
    return [("open", _("Open")), *LeadStatus.choices]


def _owners(user: User) -> Sequence[tuple[str, Any]]:
    others = User.objects.filter(is_active=True).exclude(pk=user.pk)
    return [
        ("me", _("Me")),
        ("nobody", _("Nobody")),
        *((str(u.pk), u.display_name) for u in others),
    ]


def _by_owner(value: str, user: User) -> Q:
    if value == "nobody":
        return Q(owner__isnull=True)
    return Q(owner=user.pk if value == "me" else value)


OWNER = Filter("owner", _("Owner"), "user", _owners, _by_owner)

LEADS = ListDefinition(
    key="leads",
    object_type="crm.lead",
    title=_("Leads"),
    icon="target-arrow",
    rows=_lead_rows,
    columns=[
        Column("name", _("Name"), css="m-title"),
        Column("company", _("Company"), field="company", css="m-sub"),
        Column("score", _("Score"), field="score", sort=BY_SCORE, css="m-end"),
        Column("chance", _("Chance"), field="score", sort=BY_CHANCE, is_number=True),
        Column("status", _("Status"), field="status", css="m-end2"),
        Column("source", _("Source"), field="source"),
        Column("owner", _("Owner")),
        Column("touch", _("Last touch"), sort=BY_TOUCH),
        Column("created", _("Created"), sort=BY_CREATED),
    ],
    filters=[
        Filter("status", _("Status"), "circle-dashed-check", _statuses, _by_status, field="status"),
        Filter(
            "grade",
            _("Grade"),
            "gauge",
            lambda _user: Grade.choices,
            lambda value, _user: Q(score__grade=value),
            field="score",
        ),
        OWNER,
    ],
    sorts=[BY_SCORE, BY_CHANCE, BY_TOUCH, BY_CREATED],
    default_sort="-score",
    cells="crm/cells/lead.html",
    search=_search_leads,
    search_hint=_("Name, e-mail, company or number"),
)


def _contact_rows(user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = Contact.objects.visible_to(user).for_list()
    return rows


def _search_contacts(words: str, access: Access) -> Q:
    key = comparable(words)
    return _any_seen(
        access,
        {
            "crm.contact.name": Q(name_key__contains=key),
            "crm.contact.email": Q(email_key__startswith=key),
            "crm.contact.company": Q(company__name_key__contains=key),
        },
    )


CONTACTS = ListDefinition(
    key="contacts",
    object_type="crm.contact",
    title=_("Contacts"),
    icon="users",
    rows=_contact_rows,
    columns=[
        Column("name", _("Name"), field="name", sort=BY_NAME, css="m-title"),
        Column("job_title", _("Job title"), field="job_title"),
        Column("company", _("Company"), field="company", css="m-sub"),
        Column("email", _("E-mail"), field="email"),
        Column("phone", _("Phone"), field="phone"),
        Column("owner", _("Owner")),
        Column("created", _("Created"), sort=BY_CREATED, css="m-end"),
    ],
    filters=[OWNER],
    sorts=[BY_NAME, BY_CREATED],
    default_sort="name",
    cells="crm/cells/contact.html",
    search=_search_contacts,
    search_hint=_("Name, e-mail or company"),
)


def _company_rows(user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = Company.objects.visible_to(user).for_list()
    return rows


def _search_companies(words: str, access: Access) -> Q:
    return _any_seen(access, {"crm.company.name": Q(name_key__contains=comparable(words))})


COMPANIES = ListDefinition(
    key="companies",
    object_type="crm.company",
    title=_("Companies"),
    icon="building",
    rows=_company_rows,
    columns=[
        Column("name", COMPANY_NAME, field="name", sort=BY_COMPANY_NAME, css="m-title"),
        Column("industry", _("Industry"), field="industry", css="m-sub"),
        Column("city", _("City"), field="city"),
        Column("country", _("Country"), field="country"),
        Column("owner", _("Owner")),
        Column("created", _("Created"), sort=BY_CREATED, css="m-end"),
    ],
    filters=[OWNER],
    sorts=[BY_COMPANY_NAME, BY_CREATED],
    default_sort="name",
    cells="crm/cells/company.html",
    search=_search_companies,
    search_hint=COMPANY_NAME,
)
