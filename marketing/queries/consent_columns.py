"""Consent and suppression as columns of contacts and leads: a few questions for all rows of a page."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.conditions.viewpoint import Viewpoint
from core.lists.cells import Word
from core.lists.told import Told, ToldColumns
from crm.models import Contact, Lead
from marketing.choices import Channel, ConsentState
from marketing.models import Consent, Purpose, Suppression

SEES, ADDRESS = "marketing.consent.view", "crm.contact.email"
PREFIX, SUPPRESSED = "consent:", "suppressed"
CONTACT, LEAD = "crm.contact", "crm.lead"
TONES = {
    ConsentState.GRANTED: "ok",
    ConsentState.PENDING: "warn",
    ConsentState.WITHDRAWN: "bad",
}


def _columns(view: Viewpoint) -> Sequence[tuple[str, Any]]:
    if not view.access.may(SEES):
        return []
    found: list[tuple[str, Any]] = []
    if view.access.sees(ADDRESS):
        found.append((SUPPRESSED, _("Address suppressed")))
    purposes = Purpose.objects.in_use().values_list("pk", "name")
    found += [(f"{PREFIX}{pk}", _("Consent: %(purpose)s") % {"purpose": n}) for pk, n in purposes]
    return found


def _read(kind: str, names: Collection[str], ids: Collection[int], view: Viewpoint) -> Told:
    """By e-mail; of leads what their contacts said, as far as the reader sees these."""
    contacts = _contacts(kind, ids, view)
    found: dict[str, Mapping[int, Any]] = {}
    if SUPPRESSED in names:
        found[SUPPRESSED] = _suppressed(contacts)
    purposes = {int(name.removeprefix(PREFIX)) for name in names if name.startswith(PREFIX)}
    if purposes:
        found |= _consents(contacts, purposes)
    return found


def _contacts(kind: str, ids: Collection[int], view: Viewpoint) -> dict[int, tuple[int, str]]:
    """Number and address of each row's contact."""
    seen = Contact.objects.visible_to(view.user)
    if kind == CONTACT:
        rows = seen.filter(pk__in=ids).values_list("pk", "pk", "email_key")
    else:
        leads = Lead.objects.filter(pk__in=ids, contact__in=seen)
        rows = leads.values_list("pk", "contact", "contact__email_key")
    return {pk: (contact, address) for pk, contact, address in rows}


def _suppressed(contacts: Mapping[int, tuple[int, str]]) -> dict[int, Word]:
    addresses = {address for _contact, address in contacts.values()} - {""}
    rows = Suppression.objects.filter(address_key__in=addresses)
    known = set(rows.values_list("address_key", flat=True))
    word = Word(pgettext("address", "Suppressed"), "bad")
    return {pk: word for pk, (_contact, address) in contacts.items() if address in known}


def _consents(
    contacts: Mapping[int, tuple[int, str]], purposes: Collection[int]
) -> dict[str, dict[int, Word]]:
    numbers = {contact for contact, _address in contacts.values()}
    rows = Consent.objects.filter(contact__in=numbers, purpose__in=purposes, channel=Channel.EMAIL)
    words = {state: Word(str(state.label), TONES[state]) for state in ConsentState}
    said = {
        (contact, purpose): words[ConsentState(state)]
        for contact, purpose, state in rows.values_list("contact", "purpose", "state")
    }
    return {
        f"{PREFIX}{purpose}": {
            pk: said[contact, purpose]
            for pk, (contact, _address) in contacts.items()
            if (contact, purpose) in said
        }
        for purpose in purposes
    }


TOLD_CONSENT = ToldColumns(
    "marketing.consent",
    gettext_lazy("Consent"),
    frozenset({CONTACT, LEAD}),
    _columns,
    _read,
)
