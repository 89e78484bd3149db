"""Leads that become deals: the company, the contact and the deal in one go, and taking it back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import permissions
from core.assigning import assignable_users
from core.changes.drafts import Draft, complete, load_drafts, write_drafts
from core.errors import Refused
from core.models import ChangeSet, User
from core.registries import record_types
from core.services.edits import set_tags
from core.services.records import BATCH, EDIT, after_change, save_record
from crm.choices import LeadStatus
from crm.models import Activity, Company, Contact, Deal, Lead, LeadConversion
from crm.services.deals import save_deal

CONVERT = "convert"
LEAD, CONTACT, ACTIVITY = "crm.lead", "crm.contact", "crm.activity"
CARRIED = ("source", "description")

Firm = Company | str | None
Person = Contact | Mapping[str, str] | None


def may_convert(lead: Lead, by: User) -> bool:
    """Whether the user could turn the lead into a deal now."""
    access = permissions.access_of(by)
    may = access.may("crm.deal.create") and access.edits("crm.lead.status")
    return may and lead.is_open and permissions.reaches(Lead, by, lead, "edit")


@transaction.atomic
def convert_lead(
    *, lead: Lead, deal: Deal, company: Firm, contact: Person, by: User, at: datetime
) -> LeadConversion:
    """Make the deal of a lead, and the company and contact where they are new.

    `deal` has its name, stage, value and owner, and is not stored yet. `company` is one that is there or
    the name of a new one, `contact` one that is there or what is known of a new one.
    """
    draft = _hold(lead, by)
    held: Any = draft.record
    change_set = ChangeSet.objects.create(
        object_type=LEAD, action=CONVERT, actor=by, at=at, count=1
    )
    firm, person = _firm(company, held, by), _person(contact, held, by)
    _check_links(held, firm, person, by)
    firm = _made_firm(firm, deal, by)
    person = _made_person(person, firm, deal, by)
    _make_deal(deal, held, firm, person, by, at)
    _close(draft, firm, person, change_set)
    _place_at(firm, person, by, change_set)
    _take_activities(held, deal, change_set)
    lead.refresh_from_db()
    return LeadConversion.objects.create(
        lead=held,
        deal=deal,
        company=firm,
        contact=person,
        made_company=isinstance(company, str) and firm is not None,
        made_contact=isinstance(contact, Mapping) and person is not None,
        change_set=change_set,
        at=at,
    )


def _hold(lead: Lead, by: User) -> Draft:
    """The lead, locked until the transaction ends: two who convert it at once make one deal."""
    permissions.require(by, "crm.deal.create")
    if not permissions.access_of(by).edits("crm.lead.status"):
        raise Refused(_("Your role may not change the status of leads."))
    found = load_drafts(record_types[LEAD], [lead.pk], with_tags=False)
    held: Any = found[0].record if found else None
    if held is None or not permissions.reaches(Lead, by, held, "edit"):
        raise Refused(_("This lead is gone, or your role does not reach it."))
    if held.status == LeadStatus.CONVERTED:
        raise Refused(_already(held))
    if not held.is_open:
        raise Refused(_("This lead is closed. Move it to an open status first."))
    return found[0]


def _already(lead: Lead) -> str:
    """Who was quicker."""
    conversions = LeadConversion.objects.standing().filter(lead=lead)
    done = conversions.select_related("change_set__actor").first()
    if done is None or done.change_set.actor is None:
        return _("This lead is converted already.")
    name = done.change_set.actor.display_name
    return _("%(name)s has converted this lead already.") % {"name": name}


# -- company and contact ---------------------------------------------------------------------------


def _firm(company: Firm, lead: Lead, by: User) -> Firm:
    if isinstance(company, str):
        permissions.require(by, "crm.company.create")
        if not company.strip():
            raise Refused(_("Enter the name of the company."))
        return company.strip()[:200]
    _require_seen(company, lead.company_id, by)
    return company


def _person(contact: Person, lead: Lead, by: User) -> Person:
    if isinstance(contact, Mapping):
        permissions.require(by, "crm.contact.create")
        if not any(contact.get(name) for name in ("name", "email", "phone")):
            raise Refused(_("Enter a name, an e-mail address or a phone."))
        return contact
    _require_seen(contact, lead.contact_id, by)
    return contact


def _require_seen(record: Any, linked: int | None, by: User) -> None:
    """Refuse what the user may not see; what the lead has already stays, whoever may see it."""
    is_linked = record is not None and record.pk == linked
    if record is not None and not is_linked and not permissions.reaches(type(record), by, record):
        raise Refused(_("Choose one of the suggestions."))


def _check_links(lead: Lead, firm: Firm, person: Person, by: User) -> None:
    """Whether the user may link the lead to others than it has."""
    access = permissions.access_of(by)
    wanted = (("company", firm, lead.company_id), ("contact", person, lead.contact_id))
    for name, value, linked in wanted:
        number = getattr(value, "pk", None) if value is not None else None
        is_same = number == linked if not isinstance(value, str | Mapping) else False
        if not is_same and not access.edits(f"crm.lead.{name}"):
            raise Refused(_("Your role may not link this lead to another record."))


def _made_firm(firm: Firm, deal: Deal, by: User) -> Company | None:
    if not isinstance(firm, str):
        return firm
    return save_record(record=Company(name=firm, owner=deal.owner, team=deal.team), by=by)


def _made_person(person: Person, firm: Company | None, deal: Deal, by: User) -> Contact | None:
    if not isinstance(person, Mapping):
        return person
    access = permissions.access_of(by)
    said = {name: text for name, text in person.items() if access.edits(f"crm.contact.{name}")}
    contact = Contact(**said, company=firm, owner=deal.owner, team=deal.team, source=deal.source)
    return save_record(record=contact, by=by)


# -- deal, lead, activities ------------------------------------------------------------------------


def _make_deal(
    deal: Deal, lead: Any, firm: Company | None, person: Contact | None, by: User, at: datetime
) -> None:
    if deal.owner is None:
        deal.owner = by
    if deal.owner not in (by, *assignable_users(by, "crm.deal")):
        raise Refused(_("You may not give records to this colleague."))
    deal.team = deal.owner.team
    deal.lead, deal.company, deal.contact = lead, firm, person
    deal.touched_at = lead.touched_at
    for name in CARRIED:
        setattr(deal, name, getattr(deal, name) or getattr(lead, name))
    save_deal(deal=deal, by=by, at=at)
    tags = list(lead.tags.values_list("name", flat=True))
    if tags:
        set_tags(record=deal, names=tags, by=by)


def _close(draft: Draft, firm: Company | None, person: Contact | None, done: ChangeSet) -> None:
    lead: Any = draft.record
    lead.status, lead.company, lead.contact = LeadStatus.CONVERTED, firm, person
    lead.touched_at = max(done.at, lead.touched_at or done.at)
    lead.returns_on = None
    _write(LEAD, [draft], CONVERT, done)


def _place_at(firm: Company | None, person: Contact | None, by: User, done: ChangeSet) -> None:
    """A contact without a company works where the deal is, if the user may say so."""
    if firm is None or person is None or person.company_id is not None:
        return
    if permissions.access_of(by).edits("crm.contact.company") and permissions.reaches(
        Contact, by, person, "edit"
    ):
        _change(CONTACT, [person.pk], lambda contact: _put(contact, company_id=firm.pk), done)


def _take_activities(lead: Any, deal: Deal, done: ChangeSet) -> None:
    """What was done and planned about the lead is seen at the deal as well."""
    rows = Activity.objects.kept().filter(lead=lead, deal=None).order_by("pk")
    pks = list(rows.values_list("pk", flat=True))

    def take(activity: Any) -> None:
        company, contact = activity.company_id, activity.contact_id
        _put(
            activity,
            deal_id=deal.pk,
            company_id=company or deal.company_id,
            contact_id=contact or deal.contact_id,
        )

    for start in range(0, len(pks), BATCH):
        _change(ACTIVITY, pks[start : start + BATCH], take, done)


def _put(record: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(record, name, value)


def _change(kind: str, pks: list[int], put: Callable[[Any], None], done: ChangeSet) -> None:
    drafts = load_drafts(record_types[kind], pks, with_tags=False)
    for draft in drafts:
        put(draft.record)
    _write(kind, drafts, EDIT, done)


def _write(kind: str, drafts: list[Draft], action: str, done: ChangeSet) -> None:
    complete(record_types[kind], drafts, done.at)
    written = write_drafts(record_types[kind], drafts, action=action, change_set=done)
    after_change(kind, written, changes=written, by=done.actor)
