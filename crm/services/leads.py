"""Leads: capturing, changing, assigning."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.models import User
from core.services.records import after_change, save_record
from core.text import comparable
from crm.choices import CLOSED_STATUSES, LeadStatus
from crm.models import Company, Contact, Lead
from crm.services.assignments import note_arrivals, note_entered_by_hand
from crm.services.companies import find_or_create_companies
from crm.services.responses import begin_clocks, follow_clock

PERSON = ("name", "email", "phone", "job_title")


@transaction.atomic
def save_lead(
    *, lead: Lead, person: dict[str, str], company: str | None, by: User, at: datetime
) -> Lead:
    """Create or change a lead together with its person and company; None leaves the company."""
    is_new = lead.pk is None
    if is_new and lead.owner is None:
        lead.owner, lead.team = by, by.team
    if is_new:
        lead.captured_at = lead.captured_at or at
    if company is not None:
        lead.company = _company_called(company, lead, by)
    lead.contact = _save_person(lead, person, by)
    close_or_open(lead, at)
    if not is_new:
        follow_clock(lead)
    save_record(record=lead, by=by)
    if is_new:
        note_entered_by_hand(lead)
    return lead


@transaction.atomic
def keep_lead(lead: Lead, by: User, at: datetime) -> Lead:
    """Write a lead at hand with its person, who is made when there is a name, e-mail or phone."""
    person = lead.contact
    if person is not None and (not person.pk or may_edit_person(lead, by)):
        values = {name: getattr(person, name) for name in PERSON}
        lead.contact = person if person.pk else None
        return save_lead(lead=lead, person=values, company=None, by=by, at=at)
    return save_lead(lead=lead, person={}, company=None, by=by, at=at)


def _company_called(name: str, lead: Lead, by: User) -> Company | None:
    """The lead's company while its name is the same, else the one of that name; none without."""
    if not name:
        return None
    if lead.company is not None and lead.company.name_key == comparable(name):
        return lead.company
    return find_or_create_companies([name], by=by, owner=lead.owner, team=lead.team)[name]


def may_edit_person(lead: Lead, by: User) -> bool:
    """Whether the user may change the lead's contact; it may belong to somebody else."""
    if lead.contact is None:
        return True
    return Contact.objects.visible_to(by, "edit").filter(pk=lead.contact.pk).exists()


def _save_person(lead: Lead, person: dict[str, str], by: User) -> Contact | None:
    contact = lead.contact
    if contact is not None and not may_edit_person(lead, by):
        return contact
    if contact is None:
        if not any(person.get(name) for name in ("name", "email", "phone")):
            return None
        contact = Contact(owner=lead.owner, team=lead.team, company=lead.company)
    for name, value in person.items():
        setattr(contact, name, value)
    return save_record(record=contact, by=by)


@transaction.atomic
def set_lead_status(*, lead: Lead, status: str, by: User, at: datetime) -> None:
    """Move a lead to another status; closing dates the outcome."""
    if not permissions.access_of(by).edits("crm.lead.status"):
        raise Refused(_("Your role may not change the status of leads."))
    if status not in LeadStatus.values:
        raise Refused(_("Choose one of the statuses in the list."))
    if lead.status == status:
        return
    before = audit.snapshot(lead)
    lead.status = status
    lead.touched_at = at
    close_or_open(lead, at)
    follow_clock(lead)
    columns = ["status", "touched_at", "closed_at", "awaits_since", "clock", "updated_at"]
    lead.save(update_fields=columns)
    changes = audit.differences(before, lead)
    audit.record(actor=by, action="edit", subject=lead, changes=changes)
    after_change("crm.lead", [lead.pk], changes={lead.pk: changes}, by=by)


def close_or_open(lead: Lead, at: datetime) -> None:
    """Date the outcome of a closed lead; an open one has none."""
    is_closed = lead.status in CLOSED_STATUSES
    if not is_closed:
        lead.closed_at = None
    elif lead.closed_at is None:
        lead.closed_at = at


def follow_lead_edit(leads: Sequence[Lead], at: datetime) -> None:
    """An edited status dates the outcome, and stops or starts the response clock."""
    for lead in leads:
        close_or_open(lead, at)
        follow_clock(lead)


def begin_leads(ids: Collection[int], by: User | None, at: datetime) -> None:
    """New leads wait for an answer, and for the rules of the assignment."""
    begin_clocks(ids)
    note_arrivals(ids, by, at)


def contacts_taken_along(leads: Sequence[Lead]) -> dict[str, set[int]]:
    """Contacts that belong to whoever has the lead go along with it, else nobody could call them."""
    had = {lead.contact_id: lead.owner_id for lead in leads if lead.contact_id}
    owners = Contact.objects.kept().filter(pk__in=had).values_list("pk", "owner_id")
    return {"crm.contact": {pk for pk, owner in owners if owner == had[pk]}}
