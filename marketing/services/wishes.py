"""What a person says without a log-in: unsubscribing, choosing topics, how often, until when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.models import User
from core.registries import tell_followers
from crm.models import Contact
from marketing.choices import Channel, ConsentSource, ConsentState, SuppressionReason
from marketing.models import ContactPreference, Purpose, Recipient, Suppression
from marketing.queries.consents import choices_of, contact_now
from marketing.queries.message_options import options
from marketing.queries.standing import caps_of
from marketing.services.consents import MOST_DETAIL, Word, record_consents, withdraw, withdraw_all
from marketing.services.public_links import Unsubscribing
from marketing.services.suppressions import suppress

NOTING = "marketing.consent.edit"
LIMITED = "consent.limit"


@dataclass(frozen=True)
class Wishes:
    """What stands in the form of the preference page."""

    given: Collection[str]  # keys of choices
    week_cap: int | None
    month_cap: int | None
    paused_until: datetime | None
    is_untracked: bool


def purpose_of(link: Unsubscribing) -> Purpose | None:
    """What the message was for by which the link came; none where that is not known any more."""
    found = _recipients(link).select_related("campaign__purpose").first()
    return found.campaign.purpose if found is not None else None


def _recipients(link: Unsubscribing) -> QuerySet[Recipient]:
    """Of the message by which the link came; of who was merged meanwhile it is that of who stayed."""
    now = contact_now(link.contact)
    contacts = {link.contact} if now is None else {link.contact, now.pk}
    return Recipient.objects.filter(pk=link.recipient or 0, contact__in=contacts)


@transaction.atomic
def unsubscribe(
    *,
    link: Unsubscribing,
    detail: str,
    at: datetime,
    source: ConsentSource = ConsentSource.UNSUBSCRIBE,
) -> bool:
    """From what the message was for, else from all; returns whether the person is still known.

    However often it is asked, the first time counts.
    """
    contact = contact_now(link.contact)
    if contact is None:
        return False
    purpose = purpose_of(link)
    if purpose is None:
        withdraw_all(contacts=[contact.pk], source=source, detail=detail, at=at)
    else:
        withdraw(
            contact=contact.pk,
            purposes=[purpose.pk],
            channel=Channel.EMAIL,
            detail=detail,
            at=at,
            source=source,
        )
    _recipients(link).filter(unsubscribed_at=None).update(unsubscribed_at=at)
    return True


@transaction.atomic
def unsubscribe_from_all(*, contact: Contact, detail: str, at: datetime, source: str) -> None:
    """All purposes, and the address onto the suppression list: also what is added later stays away."""
    withdraw_all(contacts=[contact.pk], source=source, detail=detail, at=at)
    if contact.email_key:
        reason = SuppressionReason.UNSUBSCRIBED
        suppress(addresses=[contact.email_key], reason=reason, at=at, detail=detail)


@transaction.atomic
def save_wishes(*, contact: Contact, wishes: Wishes, at: datetime) -> None:
    """Consents that changed become words of the person; whoever agrees to something is wanted again."""
    words = []
    for choice in choices_of(contact):
        is_wanted = choice.key in wishes.given
        if is_wanted == choice.is_given or not (is_wanted or choice.state):
            continue
        state = ConsentState.GRANTED if is_wanted else ConsentState.WITHDRAWN
        source, channel = ConsentSource.CENTRE, choice.channel
        words.append(Word(contact.pk, choice.purpose.pk, channel, state, source, at))
    record_consents(words)
    if any(word.state == ConsentState.GRANTED for word in words):
        let_in_again(contact)
    said: dict[str, Any] = {
        "week_cap": wishes.week_cap,
        "month_cap": wishes.month_cap,
        "paused_until": wishes.paused_until,
        "is_untracked": wishes.is_untracked,
    }
    known = ContactPreference.objects.filter(contact=contact).first()
    if known is None and not any(said.values()):
        return
    caps = (wishes.week_cap, wishes.month_cap)
    if known is None or caps != (known.week_cap, known.month_cap):
        said |= {"detail": "", "noted_by": None}  # the person's own word now
    ContactPreference.objects.update_or_create(contact=contact, defaults={**said, "at": at})


def let_in_again(contact: Contact) -> None:
    """Who left everything and now agrees is written to again; other reasons stay."""
    rows = Suppression.objects.filter(
        address_key=contact.email_key, reason=SuppressionReason.UNSUBSCRIBED
    )
    if contact.email_key and rows.delete()[0]:
        tell_followers("crm.contact", {contact.pk})


@transaction.atomic
def set_limits(
    *,
    contact: Contact,
    week_cap: int | None,
    month_cap: int | None,
    detail: str,
    by: User,
    at: datetime,
) -> bool:
    """What a person told a colleague on how often is enough; returns whether it changed anything.

    It stands before the company's limit until the person, or a colleague, says otherwise.
    """
    permissions.require(by, NOTING)
    if not detail.strip():
        raise Refused(_("Say on whose word it is noted."))
    for said, limit in zip((week_cap, month_cap), caps_of(None, options()), strict=True):
        if said is not None and limit is not None and said > limit:
            told = _("The company’s limit is %(limit)s: a person can want fewer, never more.")
            raise Refused(told % {"limit": limit})
    known = ContactPreference.objects.select_for_update().filter(contact=contact).first()
    row = known or ContactPreference(contact=contact)
    before, after = (row.week_cap, row.month_cap), (week_cap, month_cap)
    if before == after:
        return False
    row.week_cap, row.month_cap, row.at = week_cap, month_cap, at
    row.detail, row.noted_by = detail.strip()[:MOST_DETAIL], by
    row.save()
    # Who noted it; the words are beside the wish, which has its own right.
    audit.record(actor=by, action=LIMITED, subject=contact)
    tell_followers("crm.contact", {contact.pk})
    return True
