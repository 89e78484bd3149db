"""Contacts: finding and making them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from core import audit
from core.models import User
from core.upsert import update_rows
from crm.models import Company, Contact, LeadImport

if TYPE_CHECKING:
    from crm.services.lead_rows import LeadDraft

FILLED = ("name", "phone", "job_title")


def find_or_create_contacts(
    drafts: "Sequence[LeadDraft]", companies: dict[str, Company], lead_import: LeadImport
) -> dict[int, Contact]:
    """The contact of each draft with a name, an e-mail or a phone, by row number.

    An e-mail address that is known finds its contact, whose empty fields are filled.
    """
    emails = {d.person["email"].casefold() for d in drafts if d.person.get("email")}
    known: dict[str, Contact] = {}
    for found in Contact.objects.filter(email_key__in=emails).order_by("-pk"):
        known[found.email_key] = found  # the oldest wins
    protected = {contact.pk for contact in known.values()} - _editable(known, lead_import)
    new: list[Contact] = []
    filled: dict[int, Contact] = {}
    by_row: dict[int, Contact] = {}
    for draft in drafts:
        if not draft.person.keys() & {"name", "email", "phone"}:
            continue
        key = draft.person.get("email", "").casefold()
        contact: Contact | None = known.get(key) if key else None
        if contact is None:
            contact = Contact(owner=lead_import.owner, team=lead_import.team)
            new.append(contact)
        elif contact.pk and contact.pk not in protected:
            filled[contact.pk] = contact
        if contact.pk not in protected:
            _fill(contact, draft, companies)
        if key:
            known[key] = contact
        by_row[draft.row_number] = contact
    Contact.objects.bulk_create(new, batch_size=500)
    update_rows(list(filled.values()), fields=[*FILLED, "name_key", "company"])
    return by_row


def _editable(known: dict[str, Contact], lead_import: LeadImport) -> set[int]:
    """Of the known contacts, those that whoever imports may change; others are only linked."""
    if not known or lead_import.created_by is None:
        return set()
    rows = Contact.objects.filter(pk__in=[contact.pk for contact in known.values()])
    return set(rows.visible_to(lead_import.created_by, "edit").values_list("pk", flat=True))


def _fill(contact: Contact, draft: "LeadDraft", companies: dict[str, Company]) -> None:
    """Fill empty fields; what a person has entered stays."""
    for name in (*FILLED, "email"):
        if not getattr(contact, name):
            setattr(contact, name, draft.person.get(name, ""))
    if contact.company is None and draft.company:
        contact.company = companies[draft.company]
    contact.normalise()


@transaction.atomic
def save_contact(*, contact: Contact, by: User) -> Contact:
    """Create or change a contact, with its trace in the audit trail."""
    is_new = contact.pk is None
    before = {} if is_new else audit.snapshot(Contact.objects.get(pk=contact.pk))
    if is_new and contact.owner is None:
        contact.owner, contact.team = by, by.team
    contact.save()
    changes = {} if is_new else audit.differences(before, contact)
    if is_new or changes:
        action = "create" if is_new else "edit"
        audit.record(actor=by, action=action, subject=contact, changes=changes)
    return contact
