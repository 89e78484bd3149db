"""Contacts: finding and making them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from core import audit
from core.models import User
from core.services.records import CREATE, after_change
from core.upsert import update_rows
from crm.models import Company, Contact, Lead, LeadImport

if TYPE_CHECKING:
    from crm.services.lead_rows import LeadDraft

FILLED = ("name", "email", "phone", "job_title")
IDENTIFYING = frozenset({"name", "email", "phone"})


def find_or_create_contacts(
    drafts: "Sequence[LeadDraft]",
    companies: dict[str, Company],
    leads: Mapping[str, Lead],
    lead_import: LeadImport,
) -> dict[int, Contact]:
    """The contact of each draft with a name, an e-mail or a phone, by row number.

    It is the one with the row's e-mail address, else the one that the row's lead has already
    (`leads` are those that are there, by number). Empty fields of a contact are filled.
    """
    by_email = _by_email(drafts, lead_import.created_by)
    known = {contact.pk: contact for contact in by_email.values()}
    by_number = {
        number: known.setdefault(lead.contact.pk, lead.contact)
        for number, lead in leads.items()
        if lead.contact is not None
    }
    protected = known.keys() - _editable(known, lead_import)
    before = {pk: audit.snapshot(known[pk]) for pk in known.keys() - protected}
    new: list[Contact] = []
    filled: dict[int, Contact] = {}
    by_row: dict[int, Contact] = {}
    for draft in drafts:
        if not draft.person.keys() & IDENTIFYING:
            continue
        email = draft.person.get("email", "").casefold()
        contact = by_email.get(email) or _fitting(by_number.get(draft.number), email)
        if contact is None:
            contact = Contact(owner=lead_import.owner, team=lead_import.team)
            new.append(contact)
        elif contact.pk and contact.pk not in protected:
            filled[contact.pk] = contact
        if contact.pk not in protected:
            _fill(contact, draft, companies)
        by_row[draft.row_number] = contact
        by_email |= {email: contact} if email else {}
        by_number |= {draft.number: contact} if draft.number else {}
    Contact.objects.bulk_create(new, batch_size=500)
    update_rows(list(filled.values()), fields=[*FILLED, "name_key", "email_key", "company"])
    by = lead_import.created_by
    after_change("crm.contact", [contact.pk for contact in new], action=CREATE, by=by)
    changes = {pk: audit.differences(before[pk], contact) for pk, contact in filled.items()}
    after_change("crm.contact", filled, changes=changes, by=by)
    return by_row


def _by_email(drafts: "Sequence[LeadDraft]", by: User | None) -> dict[str, Contact]:
    """The contacts that have the e-mail address of a draft; the oldest wins.

    Only those that whoever imports may see: a file of addresses must not open foreign contacts.
    """
    emails = {d.person["email"].casefold() for d in drafts if d.person.get("email")}
    if not emails or by is None:
        return {}
    rows = Contact.objects.visible_to(by).filter(email_key__in=emails).order_by("-pk")
    return {contact.email_key: contact for contact in rows}


def _fitting(contact: Contact | None, email: str) -> Contact | None:
    """The contact of the row's lead, unless the row names somebody with another address."""
    if contact is None or (email and contact.email_key):
        return None
    return contact


def _editable(known: Mapping[int, Contact], lead_import: LeadImport) -> set[int]:
    """Of the known contacts, those that whoever imports may change; others are only linked."""
    if not known or lead_import.created_by is None:
        return set()
    rows = Contact.objects.filter(pk__in=known)
    return set(rows.visible_to(lead_import.created_by, "edit").values_list("pk", flat=True))


def _fill(contact: Contact, draft: "LeadDraft", companies: dict[str, Company]) -> None:
    """Fill empty fields; what a person has entered stays."""
    for name in FILLED:
        if not getattr(contact, name):
            setattr(contact, name, draft.person.get(name, ""))
    if contact.company is None and draft.company:
        contact.company = companies[draft.company]
    contact.normalise()
