"""The one question of whoever sends: which of these contacts may not be written to, and why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import Contact
from marketing.choices import ConsentState
from marketing.models import Consent, Suppression

SENTENCES: Mapping[str, Promise] = {
    "binned": _("The contact is in the bin or gone."),
    "no_address": _("The contact has no address for this channel."),
    "suppressed": _("The address is on the suppression list."),
    "no_consent": _("The person has not agreed to this purpose."),
}


@dataclass(frozen=True)
class Refusal:
    """Why somebody is not written to: a word for the database, a sentence for people."""

    code: str

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code])


def refusals(
    contacts: Collection[int], *, purpose: int, channel: str, at: datetime
) -> dict[int, Refusal]:
    """Of these contacts those who may not be written to, each with the first reason against it."""
    rows = Contact._base_manager.filter(pk__in=contacts)
    kept = dict(rows.filter(deleted_at=None).values_list("pk", "email_key"))
    stopped = set(
        Suppression.objects.filter(address_key__in=kept.values()).values_list(
            "address_key", flat=True
        )
    )
    said = Consent.objects.filter(contact__in=contacts, purpose=purpose, channel=channel)
    agreed = set(
        said.filter(state=ConsentState.GRANTED, at__lte=at).values_list("contact", flat=True)
    )
    found = {}
    for pk in contacts:
        if pk not in kept:
            found[pk] = Refusal("binned")
        elif not kept[pk]:
            found[pk] = Refusal("no_address")
        elif kept[pk] in stopped:
            found[pk] = Refusal("suppressed")
        elif pk not in agreed:
            found[pk] = Refusal("no_consent")
    return found
