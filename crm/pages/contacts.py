"""The page of a contact."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.permissions import Access, related_row_condition
from core.records import Linked, Pill, RecordPage, Related
from core.services.edits import keep_record
from crm.models import Contact, Deal, DealContact, Event, Group, Lead, Membership, Participation
from crm.pages import shared
from crm.pages.alike import people_alike
from crm.pages.naming import NamesCompany
from crm.queries.acquaintances import with_own_ties
from crm.queries.doubles import with_doubles
from crm.queries.lifetimes import with_lifetime

WAYS = ("name", "email", "phone")


class ContactForm(NamesCompany):
    """A contact; the company is chosen or made by its name."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        sent = self.sent() if not self.errors else data
        if not any(sent.get(name, getattr(self.record, name)) for name in WAYS):
            self.add_error(self._first_way(), _("Enter a name, an e-mail address or a phone."))
        return data

    def _first_way(self) -> str | None:
        return next((name for name in WAYS if name in self.fields), None)


def _sub(contact: Contact, access: Access) -> str:
    title = contact.job_title if access.sees("crm.contact.job_title") else ""
    return title or shared.company_name(contact, access, "crm.contact.company")


def _pills(contact: Contact, access: Access) -> Sequence[Pill]:
    pills = list(shared.nobodys(contact))
    life = getattr(contact, "life", None)
    if life is not None and access.sees("crm.contact.life_stage"):
        pills.insert(0, Pill(life.stage.name, life.stage.tone, has_dot=True))
    return pills


def _leads(contact: Contact, user: User) -> QuerySet[Any]:
    leads: QuerySet[Any] = Lead.objects.visible_to(user).filter(contact=contact).for_list()
    return leads.order_by("-pk")


def _reports(contact: Contact, user: User) -> QuerySet[Any]:
    people: QuerySet[Any] = Contact.objects.visible_to(user).filter(reports_to=contact).for_list()
    return people.order_by("name_key", "pk")


def _deals(contact: Contact, user: User) -> QuerySet[Any]:
    parts = DealContact.objects.filter(contact=contact).select_related("deal")
    return parts.filter(related_row_condition(Deal, user, "deal")).order_by("-pk")


def _groups(contact: Contact, user: User) -> QuerySet[Any]:
    rows = Membership.objects.filter(contact=contact).select_related("group")
    return rows.filter(related_row_condition(Group, user, "group")).order_by("-pk")


def _events(contact: Contact, user: User) -> QuerySet[Any]:
    rows = Participation.objects.filter(contact=contact).select_related("event")
    return rows.filter(related_row_condition(Event, user, "event")).order_by("-pk")


CONTACT_PAGE = RecordPage(
    "crm.contact",
    create_url="contact_create",
    edit_url="contact_edit",
    first=("name", "email", "phone", "job_title", "company", "city", "country"),
    save=keep_record,
    form=ContactForm,
    new_title=_("New contact"),
    edit_title=_("Edit contact"),
    saved=_("The contact is saved."),
    rows=lambda rows: with_own_ties(
        with_doubles(with_lifetime(rows.select_related("reports_to", "life__stage")))
    ),
    sub=_sub,
    pills=_pills,
    actions=shared.person_actions(),
    linked=(Linked("company", _("Company"), ("industry", "employees", "website", "city")),),
    related=(
        Related(
            "deals",
            _("Deals"),
            "crm.deal",
            "layout-kanban",
            _deals,
            record="deal",
            note=lambda part, _access: part.get_role_display(),
            new_field="contact",
        ),
        Related(
            "leads",
            _("Leads"),
            "crm.lead",
            "target-arrow",
            _leads,
            note=shared.lead_note,
            filter_name="contact",
        ),
        Related(
            "groups",
            _("Groups"),
            "crm.group",
            "users-group",
            _groups,
            record="group",
            note=lambda row, _access: row.role,
        ),
        Related(
            "events",
            _("Events"),
            "crm.event",
            "ticket",
            _events,
            record="event",
            note=lambda row, _access: row.get_attendance_display(),
        ),
        Related(
            "reports",
            _("Direct reports"),
            "crm.contact",
            "users",
            _reports,
            note=_sub,
            filter_name="reports_to",
            new_field="reports_to",
        ),
    ),
    duplicates=people_alike,
    tabs=shared.tabs(has_activities=True),
)
