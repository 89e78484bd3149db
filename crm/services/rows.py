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
from core.rows.writing import Writing
from core.text import comparable
from crm.choices import StageKind
from crm.models import (
    Company,
    Contact,
    Deal,
    DealContact,
    DealLine,
    Lead,
    Product,
    Stage,
    StageChange,
)
from crm.queries.pipelines import first_stage
from crm.services.activities import keep_activity
from crm.services.companies import find_companies, find_or_create_companies
from crm.services.contacts import Person, find_or_create_contacts
from crm.services.deal_amounts import worth
from crm.services.leads import close_or_open

PERSON = {"name": 200, "email": 254, "phone": 50, "job_title": 200}  # their lengths
PERSON_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "The lead's person: the contact with this e-mail address, else a new one. "
    "Only what is empty is filled in. It takes the right to create contacts.",
    "properties": {
        name: {"type": "string", "maxLength": longest} for name, longest in PERSON.items()
    },
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


def fill_leads(rows: Sequence[Row], writing: Writing) -> None:
    """The persons of the rows, found or made as an import does."""
    by = writing.by
    access, given = permissions.access_of(by), {}
    unseen = _with_unseen_person(rows, by)
    for row in rows:
        says = _person(row)
        if says:
            _refuse_hidden(row, says, access)
            if row.index in unseen:
                row.refuse("person", _("This links to a record that you may not see, so it stays."))
        if says and not row.is_refused:
            given[row.index] = says
    saying = {row.index: row for row in rows if row.index in given}
    if not saying:
        return
    for index, contact in find_or_create_contacts(_people(saying, given), writing).items():
        saying[index].record.contact = contact


def _people(rows: Mapping[int, Row], given: Mapping[int, dict[str, str]]) -> list[Person]:
    """With the companies and contacts of their leads, read at once."""
    leads = {index: row.record for index, row in rows.items()}
    firms = Company.objects.in_bulk({it.company_id for it in leads.values()} - {None})
    known = Contact.objects.in_bulk({it.contact_id for it in leads.values()} - {None})
    return [
        Person(index, given[index], firms.get(lead.company_id), known.get(lead.contact_id))
        for index, lead in leads.items()
    ]


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


def _person(row: Row) -> dict[str, str]:
    """What the row says of the person; a part that is not valid refuses the row."""
    given = row.extras.get("person")
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not set(given) <= PERSON.keys():
        row.refuse("person", _("Give a name, an e-mail address, a phone or a job title."))
        return {}
    person = {name: str(value or "").strip() for name, value in given.items()}
    for name, text in person.items():
        if len(text) > PERSON[name]:
            sentence = _("At most %(most)s characters fit in here.")
            row.refuse(f"person.{name}", sentence % {"most": PERSON[name]})
    if person.get("email"):
        try:
            validate_email(person["email"])
        except ValidationError as error:
            row.refuse("person.email", error.messages[0])
    return {name: text for name, text in person.items() if text}


def check_lead(lead: Lead) -> dict[str, str]:
    """A row of a file may be anonymous: nobody has told who visited, only what they did."""
    if lead.contact is not None or lead.contact_id or lead.company_id or lead.imported_by_id:
        return {}
    return {"contact": _("Enter a name, an e-mail address, a phone or a company.")}


def begin_leads(leads: Sequence[Lead], writing: Writing) -> None:
    at = writing.at
    for lead in leads:
        if not lead.imported_by_id:  # when a file does not tell it, nobody knows
            lead.captured_at = lead.captured_at or at
        close_or_open(lead, at)


# -- deals and products ----------------------------------------------------------------------------


def fill_deals(rows: Sequence[Row], writing: Writing) -> None:
    """The stages of the rows: a lost one says why; a stored deal moves where a row says so."""
    new = [row for row in rows if row.is_new]
    moved = [row for row in rows if not row.is_new and row.extras.get("stage")]
    wanted = {row.record.stage_id for row in new} | {row.extras["stage"] for row in moved}
    stages = Stage.objects.select_related("pipeline").in_bulk(wanted - {None})
    first = first_stage() if any(not row.record.stage_id for row in new) else None
    for row in new:
        stage = stages.get(row.record.stage_id, first)
        if stage is None:
            row.refuse("stage", _("There is no pipeline with an open stage. Ask an administrator."))
            continue
        row.record.stage = stage
        if stage.kind == StageKind.LOST and not row.record.lost_reason:
            row.refuse("lost_reason", _("Say why the deal is lost."))
    _move(moved, stages, writing)


def _move(rows: Sequence[Row], stages: Mapping[int, Stage], writing: Writing) -> None:
    before = Stage.objects.in_bulk({row.record.stage_id for row in rows})
    steps = []
    for row in rows:
        deal, stage = row.record, stages[row.extras["stage"]]
        if row.is_refused or deal.stage_id == stage.pk:
            continue
        if stage.kind == StageKind.LOST and not deal.lost_reason:
            deal.lost_reason = row.extras.get("lost_reason", "")
            if not deal.lost_reason:
                row.refuse("lost_reason", _("Say why the deal is lost."))
                continue
        steps.append(
            StageChange(
                deal=deal,
                from_stage=before[deal.stage_id],
                to_stage=stage,
                at=writing.at,
                by=writing.by,
            )
        )
        deal.stage = stage
        _stand(deal, writing.at)
    StageChange.objects.bulk_create(steps, batch_size=500)


def _stand(deal: Deal, at: datetime) -> None:
    """The facts that follow from the stage; a closed deal was closed on its day, if it has one."""
    kind = deal.stage.kind
    if kind != StageKind.LOST:
        deal.lost_reason = ""
    if kind != StageKind.WON:
        deal.won_reason = ""
    if kind == StageKind.OPEN:
        deal.closed_at = None
    else:
        deal.closed_at = deal.closed_at or at
    deal.stage_entered_at = deal.closed_at or at


def begin_deals(deals: Sequence[Deal], writing: Writing) -> None:
    usual, rates = base_currency(), current_rates()
    for deal in deals:
        deal.currency = deal.currency or usual
        # A deal that began long ago has stood there since, for all that is known.
        _stand(deal, min(deal.created_at, writing.at))
        deal.base_amount = worth(deal, rates)


def follow_new_deals(rows: Sequence[Row], writing: Writing) -> None:
    """Their way begins where they stand; what a row sells becomes a line."""
    StageChange.objects.bulk_create(
        (
            StageChange(
                deal=row.record,
                from_stage=None,
                to_stage=row.record.stage,
                at=row.record.stage_entered_at,
                by=writing.by,
            )
            for row in rows
        ),
        batch_size=500,
    )
    DealLine.objects.bulk_create(
        (
            DealLine(
                deal=row.record,
                product_id=line.product,
                quantity=line.quantity,
                unit_price=line.price,
            )
            for row in rows
            if (line := row.extras.get("line"))
        ),
        batch_size=500,
    )
    _let_take_part(rows)


def _let_take_part(rows: Sequence[Row]) -> None:
    DealContact.objects.bulk_create(
        (
            DealContact(deal=row.record, contact_id=pk)
            for row in rows
            for pk in row.extras.get("participants", ())
            if pk != row.record.contact_id
        ),
        batch_size=500,
        ignore_conflicts=True,
    )


def fill_activities(rows: Sequence[Row], _writing: Writing) -> None:
    """What a file says is still to be done, even if its time is over."""
    for row in rows:
        row.record.is_still_open = bool(row.extras.get("is_open"))


def begin_products(products: Sequence[Product], _writing: Writing) -> None:
    usual = base_currency()
    for product in products:
        product.currency = product.currency or usual


ROW_RULES = (
    RowRules("crm.company", told_by_files=("created",), called=companies_called),
    RowRules("crm.contact", told_by_files=("created",), check=check_contact),
    RowRules(
        "crm.lead",
        begins_with=("captured",),
        told_by_files=("created",),
        check=check_lead,
        begin=begin_leads,
        extras={"person": PERSON_SCHEMA},
        fill=fill_leads,
    ),
    RowRules(
        "crm.deal",
        begins_with=("stage",),
        told_by_files=("closed", "created"),
        begin=begin_deals,
        made=follow_new_deals,
        fill=fill_deals,
    ),
    RowRules("crm.product", told_by_files=("created",), begin=begin_products),
    RowRules(
        "crm.activity",
        begins_with=("kind",),
        told_by_files=("done", "created"),
        fill=fill_activities,
        save=keep_activity,
    ),
)
