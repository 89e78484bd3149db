"""What rows of another system need beyond their fields, by record type."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from core import permissions
from core.currencies import base_currency, current_rates
from core.models import User
from core.registries import RowRules
from core.rows.items import Row
from core.text import comparable
from crm.choices import StageKind
from crm.models import Company, Contact, Deal, Lead, LeadImport, Product, Stage, StageChange
from crm.queries.pipelines import first_stage
from crm.services.activities import keep_activity
from crm.services.companies import find_companies, find_or_create_companies
from crm.services.contacts import find_or_create_contacts
from crm.services.deal_amounts import worth
from crm.services.lead_rows import MAX_LENGTHS, LeadDraft
from crm.services.leads import close_or_open

PERSON = ("name", "email", "phone", "job_title")
PERSON_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "The lead's person: the contact with this e-mail address, else a new one. "
    "Only what is empty is filled in. It takes the right to create contacts.",
    "properties": {name: {"type": "string", "maxLength": MAX_LENGTHS[name]} for name in PERSON},
    "additionalProperties": False,
}


def companies_called(names: Sequence[str], by: User) -> Mapping[str, Company]:
    """Companies by name; a name that none has becomes one, where the role makes companies."""
    if permissions.access_of(by).may("crm.company.create"):
        return find_or_create_companies(names, by=by, owner=by, team=by.team)
    found = find_companies(names, by=by)
    return {name: found[key] for name in names if (key := comparable(name)) in found}


# -- contacts --------------------------------------------------------------------------------------


def check_contact(contact: Contact) -> dict[str, str]:
    if contact.name or contact.email or contact.phone:
        return {}
    return {"name": _("Enter a name, an e-mail address or a phone.")}


# -- leads -----------------------------------------------------------------------------------------


def fill_leads(rows: Sequence[Row], by: User, _at: datetime) -> None:
    """The persons of the rows, found or made as an import does."""
    drafts, access = [], permissions.access_of(by)
    unseen = _with_unseen_person(rows, by)
    for row in rows:
        person = _person(row)
        if person:
            _refuse_hidden(row, person, access)
            if row.index in unseen:
                row.refuse("person", _("This links to a record that you may not see, so it stays."))
        if person and not row.is_refused:
            drafts.append(_draft(row, person))
    if not drafts:
        return
    by_index = {row.index: row for row in rows}
    numbers = [draft.row_number for draft in drafts]
    known = _with_contacts({str(n): by_index[n].record for n in numbers})
    firms = Company.objects.in_bulk([int(draft.company) for draft in drafts if draft.company])
    contacts = find_or_create_contacts(
        drafts,
        {str(pk): firm for pk, firm in firms.items()},
        known,
        LeadImport(created_by=by, owner=by, team=by.team),
    )
    for number, contact in contacts.items():
        by_index[number].record.contact = contact


def _with_unseen_person(rows: Sequence[Row], by: User) -> set[int]:
    """The rows of stored leads whose person the user may not see: nobody cuts or fills what they do
    not know of."""
    linked = {
        row.index: row.record.contact_id
        for row in rows
        if row.extras.get("person") and not row.is_new and row.record.contact_id
    }
    seen: set[int] = set()
    if linked:
        people = Contact.objects.visible_to(by).filter(pk__in=set(linked.values()))
        seen = set(people.values_list("pk", flat=True))
    return {index for index, pk in linked.items() if pk not in seen}


def _refuse_hidden(row: Row, person: Mapping[str, str], access: permissions.Access) -> None:
    """A person is a contact: what may not be written there is not written by way of a lead."""
    if not access.may("crm.contact.create"):
        row.refuse("person", _("Your role may not create contacts."))
    if not row.is_new and not access.edits("crm.lead.contact"):
        row.refuse("person", _("Your role may not change this field."))
    for name in person:
        if not access.edits(f"crm.contact.{name}"):
            row.refuse(f"person.{name}", _("Your role may not change this field."))


def _draft(row: Row, person: dict[str, str]) -> LeadDraft:
    """As an import knows it; the number of the row stands for the lead's, that of the company for
    its name."""
    company = str(row.record.company_id or "")
    number = {"external_id": str(row.index)}
    return LeadDraft(row.index, person=person, company=company, lead=number)


def _with_contacts(leads: Mapping[str, Lead]) -> dict[str, Lead]:
    """The leads with their contacts read at once."""
    contacts = Contact.objects.in_bulk([it.contact_id for it in leads.values() if it.contact_id])
    for lead in leads.values():
        lead.contact = contacts.get(lead.contact_id) if lead.contact_id else None
    return dict(leads)


def _person(row: Row) -> dict[str, str]:
    """What the row says of the person; a part that is not valid refuses the row."""
    given = row.extras.get("person")
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not set(given) <= set(PERSON):
        row.refuse("person", _("Give a name, an e-mail address, a phone or a job title."))
        return {}
    person = {name: str(value or "").strip() for name, value in given.items()}
    for name, text in person.items():
        if len(text) > MAX_LENGTHS[name]:
            sentence = _("At most %(most)s characters fit in here.")
            row.refuse(f"person.{name}", sentence % {"most": MAX_LENGTHS[name]})
    if person.get("email"):
        try:
            validate_email(person["email"])
        except ValidationError as error:
            row.refuse("person.email", error.messages[0])
    return {name: text for name, text in person.items() if text}


def check_lead(lead: Lead) -> dict[str, str]:
    if lead.contact is not None or lead.contact_id or lead.company_id:
        return {}
    return {"contact": _("Enter a name, an e-mail address, a phone or a company.")}


def begin_leads(leads: Sequence[Lead], _by: User, at: datetime) -> None:
    for lead in leads:
        lead.captured_at = lead.captured_at or at
        close_or_open(lead, at)


# -- deals and products ----------------------------------------------------------------------------


def fill_deals(rows: Sequence[Row], _by: User, _at: datetime) -> None:
    """The stages of new deals as rows: a lost one says why."""
    new = [row for row in rows if row.is_new]
    wanted = {row.record.stage_id for row in new if row.record.stage_id}
    stages = Stage.objects.select_related("pipeline").in_bulk(wanted)
    first = first_stage() if any(not row.record.stage_id for row in new) else None
    for row in new:
        stage = stages.get(row.record.stage_id, first)
        if stage is None:
            row.refuse("stage", _("There is no pipeline with an open stage. Ask an administrator."))
            continue
        row.record.stage = stage
        if stage.kind == StageKind.LOST and not row.record.lost_reason:
            row.refuse("lost_reason", _("Say why the deal is lost."))


def begin_deals(deals: Sequence[Deal], _by: User, at: datetime) -> None:
    usual, rates = base_currency(), current_rates()
    for deal in deals:
        deal.currency = deal.currency or usual
        deal.stage_entered_at = at
        if deal.stage.kind != StageKind.LOST:
            deal.lost_reason = ""
        deal.closed_at = None if deal.stage.kind == StageKind.OPEN else at
        deal.base_amount = worth(deal, rates)


def follow_new_deals(deals: Sequence[Deal], by: User, at: datetime) -> None:
    StageChange.objects.bulk_create(
        (
            StageChange(deal=deal, from_stage=None, to_stage=deal.stage, at=at, by=by)
            for deal in deals
        ),
        batch_size=500,
    )


def begin_products(products: Sequence[Product], _by: User, _at: datetime) -> None:
    usual = base_currency()
    for product in products:
        product.currency = product.currency or usual


ROW_RULES = (
    RowRules("crm.company", called=companies_called),
    RowRules("crm.contact", check=check_contact),
    RowRules(
        "crm.lead",
        begins_with=("captured",),
        check=check_lead,
        begin=begin_leads,
        extras={"person": PERSON_SCHEMA},
        fill=fill_leads,
    ),
    RowRules(
        "crm.deal",
        begins_with=("stage",),
        begin=begin_deals,
        made=follow_new_deals,
        fill=fill_deals,
    ),
    RowRules("crm.product", begin=begin_products),
    RowRules("crm.activity", begins_with=("kind",), save=keep_activity),
)
