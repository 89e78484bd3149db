"""The page of a lead: a chance, its person and its company."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.models import User
from core.permissions import Access
from core.records import Linked, Pill, RecordPage, Related
from core.records.fields import RecordField, through
from crm.cells.triage import response_pills, triage_actions
from crm.choices import LeadStatus
from crm.models import Deal, Lead
from crm.pages import shared
from crm.pages.alike import people_alike
from crm.pages.naming import NamesCompany
from crm.services.conversions import may_convert
from crm.services.leads import keep_lead

PERSON = ("name", "email", "phone", "job_title")
TONES = {"new": "accent", "working": "warn", "qualified": "violet", "converted": "ok"}


class LeadForm(NamesCompany):
    """A lead with its person and its company."""

    def offered(self) -> Iterator[tuple[str, RecordField]]:
        if self._sees_person:
            yield from ((f.name, f) for f in through("contact", "crm.contact", PERSON, self.user))
        yield from super().offered()

    def is_offered(self, field: RecordField) -> bool:
        return field.name != "contact" and super().is_offered(field)

    def is_locked(self, field: RecordField) -> bool:
        if not field.through:
            return super().is_locked(field)
        return super().is_locked(field) or not self._may_edit_person

    @property
    def _sees_person(self) -> bool:
        """Whether there is nobody yet who could be made, or somebody who may be told of."""
        contact = self.record.contact
        if contact is None:
            known = self.access.may("crm.contact.create")
        else:
            known = self.access.reaches(contact)
        return known and self.access.sees("crm.lead.contact")

    @property
    def _may_edit_person(self) -> bool:
        contact = self.record.contact
        return contact is None or permissions.reaches(type(contact), self.user, contact, "edit")

    def control(self, name: str, field: RecordField) -> forms.Field:
        control = super().control(name, field)
        if field.through and not self._may_edit_person:
            control.help_text = _("This contact belongs to somebody else.")
        return control

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        told = (*PERSON, "company_name")
        if not self.record.pk and not any(data.get(name) for name in told):
            place = "name" if "name" in self.fields else None
            self.add_error(place, _("Enter a name, an e-mail address, a phone or a company."))
        return data


def _sub(lead: Lead, access: Access) -> str:
    contact = lead.contact
    is_told = contact is not None and access.sees("crm.lead.contact") and access.reaches(contact)
    title = (
        contact.job_title if contact and is_told and access.sees("crm.contact.job_title") else ""
    )
    return title or shared.company_name(lead, access, "crm.lead.company")


def _pills(lead: Lead, access: Access) -> Sequence[Pill]:
    pills = list(shared.nobodys(lead))
    if access.sees("crm.lead.status"):
        pills.insert(0, shared.toned(lead.get_status_display(), TONES, lead.status))
    return [*pills, *response_pills(lead, access)]


def _bar(lead: Lead, access: Access) -> Mapping[str, Any]:
    can_convert = access.user is not None and may_convert(lead, access.user)
    return {
        "statuses": LeadStatus.choices,
        "may_set_status": access.edits("crm.lead.status"),
        "convert_url": reverse("lead_convert", args=[lead.pk]) if can_convert else "",
        "has_main_action": can_convert,
        "triage": triage_actions(lead, access),
    }


def _rows(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("imported_by", "hand_by", "score__version")


def _deals(lead: Lead, user: User) -> QuerySet[Any]:
    deals: QuerySet[Any] = Deal.objects.visible_to(user).filter(lead=lead).for_list()
    return deals.order_by("-pk")


LEAD_PAGE = RecordPage(
    "crm.lead",
    create_url="lead_create",
    edit_url="lead_edit",
    first=(*PERSON, "company", "status", "source", "interest"),
    save=keep_lead,
    form=LeadForm,
    new_title=_("New lead"),
    edit_title=_("Edit lead"),
    saved=_("The lead is saved."),
    rows=_rows,
    sub=_sub,
    pills=_pills,
    actions=shared.person_actions("contact"),
    linked=(
        Linked("contact", _("Person"), ("email", "phone", "mobile", "job_title"), comes_first=True),
        Linked("company", _("Company"), ("industry", "employees", "website", "city")),
    ),
    related=(
        Related(
            "deals",
            _("Deals"),
            "crm.deal",
            "layout-kanban",
            _deals,
            note=shared.deal_note,
            filter_name="lead",
            new_field="lead",
        ),
    ),
    duplicates=people_alike,
    tabs=shared.tabs(has_activities=True),
    bar_template="crm/leads/bar.html",
    bar=_bar,
)
