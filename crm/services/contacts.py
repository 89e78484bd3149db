"""Contacts: finding and making the people of leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core import audit
from core.insertion import insert_records
from core.models import User
from core.rows.writing import Writing
from core.services.records import CREATE, EDIT, after_change
from core.upsert import update_rows
from crm.models import Company, Contact

FILLED = ("name", "email", "phone", "job_title")
IDENTIFYING = frozenset({"name", "email", "phone"})


@dataclass(frozen=True)
class Person:
    """What a row (`index`) says of a person, and the contact that its lead has already."""

    index: int
    says: Mapping[str, str]
    company: Company | None = None
    known: Contact | None = None

    @property
    def email(self) -> str:
        return self.says.get("email", "").casefold()


def find_or_create_contacts(people: Sequence[Person], writing: Writing) -> dict[int, Contact]:
    """The contact of each person with a name, an e-mail or a phone, by the index of the row.

    It is the one with the row's e-mail address, else the one that the row's lead has already.
    Empty fields of a contact are filled.
    """
    people = [person for person in people if person.says.keys() & IDENTIFYING]
    by_email = _by_email(people, writing.by)
    known = {contact.pk: contact for contact in by_email.values()}
    for person in people:
        if person.known is not None:
            known.setdefault(person.known.pk, person.known)
    open_ones = _editable(known, writing.by)
    before = {pk: audit.snapshot(known[pk]) for pk in open_ones}
    new: list[Contact] = []
    found: dict[int, Contact] = {}
    for person in people:
        contact = by_email.get(person.email) or _fitting(person, known)
        if contact is None:
            contact = Contact(owner=writing.owner, team=writing.team)
            for name, value in writing.marks.items():
                setattr(contact, name, value)
            new.append(contact)
        if contact.pk not in known or contact.pk in open_ones:
            _fill(contact, person)
        found[person.index] = contact
        by_email |= {person.email: contact} if person.email else {}
    insert_records(new)
    after_change("crm.contact", [c.pk for c in new], action=CREATE, by=writing.by)
    _write_filled([known[pk] for pk in sorted(open_ones)], before, writing)
    return found


def _write_filled(
    contacts: Sequence[Contact], before: Mapping[int, dict[str, object]], writing: Writing
) -> None:
    differences = {c.pk: audit.differences(before[c.pk], c) for c in contacts}
    filled = [contact for contact in contacts if differences[contact.pk]]
    update_rows(filled, fields=[*FILLED, "name_key", "email_key", "company"])
    audit.record_all(
        actor=writing.by,
        action=EDIT,
        changes_by_subject=[(contact, differences[contact.pk]) for contact in filled],
        change_set=writing.change_set,
    )
    changes = {contact.pk: differences[contact.pk] for contact in filled}
    after_change("crm.contact", changes, changes=changes, by=writing.by)


def _by_email(people: Sequence[Person], by: User) -> dict[str, Contact]:
    """The contacts that have the e-mail address of a person; the oldest wins.

    Only those that whoever writes may see: a file of addresses must not open foreign contacts.
    """
    emails = {person.email for person in people} - {""}
    if not emails:
        return {}
    rows = Contact.objects.visible_to(by).filter(email_key__in=emails).order_by("-pk")
    return {contact.email_key: contact for contact in rows}


def _fitting(person: Person, known: Mapping[int, Contact]) -> Contact | None:
    """The contact of the row's lead, unless the row names somebody with another address."""
    contact = known[person.known.pk] if person.known is not None else None
    if contact is None or (person.email and contact.email_key):
        return None
    return contact


def _editable(known: Mapping[int, Contact], by: User) -> set[int]:
    """Of the known contacts, those that whoever writes may change; others are only linked."""
    if not known:
        return set()
    rows = Contact.objects.filter(pk__in=known).visible_to(by, "edit")
    return set(rows.values_list("pk", flat=True))


def _fill(contact: Contact, person: Person) -> None:
    """Fill empty fields; what a person has entered stays."""
    for name in FILLED:
        if not getattr(contact, name):
            setattr(contact, name, person.says.get(name, ""))
    if contact.company is None and person.company is not None:
        contact.company = person.company
    contact.normalise()
