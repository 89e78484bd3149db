"""Campaigns that were sent, with people who did one thing or another."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from crm.models import Contact
from marketing.choices import Arm, CampaignState, RecipientState
from marketing.models import Campaign, CampaignVariant, Message, Recipient
from tests.factories import CampaignFactory
from tests.factories.core import NOW

BEGAN = NOW - timedelta(days=20)


def people(count: int, owner: Any = None) -> list[Contact]:
    rows = [
        Contact(given_name=f"P{number}", email=f"p{number}@example.com", owner=owner)
        for number in range(count)
    ]
    for row in rows:
        row.normalise()
    return Contact.objects.bulk_create(rows)


def campaign(**given: Any) -> Campaign:
    """Sent twenty days ago, one in five held out; its goal is a purchase within two weeks."""
    given = {
        "state": CampaignState.SENT,
        "started_at": BEGAN,
        "finished_at": BEGAN + timedelta(hours=1),
        "holdout_share": "0.2",
        "goal": "purchase",
        "gathered_to": None,
    } | given
    made: Campaign = CampaignFactory(**given)
    return made


def variants(of: Campaign, letters: str = "AB") -> list[CampaignVariant]:
    found = [of.variants.get()]
    for letter in letters[1:]:
        message = Message.objects.create(name=f"Message {letter}", owner=of.owner)
        found.append(CampaignVariant.objects.create(campaign=of, letter=letter, message=message))
    return found


def recipient(of: Campaign, contact: Contact, **given: Any) -> Recipient:
    begun: datetime = of.started_at or NOW
    return Recipient(
        campaign=of,
        contact=contact,
        address=contact.email,
        address_key=contact.email_key,
        domain="example.com",
        **{
            "due_at": begun,
            "state": RecipientState.SENT,
            "arm": Arm.TEST,
            "sent_at": begun,
            **given,
        },
    )


def held_out(of: Campaign, contact: Contact, **given: Any) -> Recipient:
    state = {"state": RecipientState.CONTROL, "arm": Arm.CONTROL, "sent_at": None}
    return recipient(of, contact, **(state | given))


def send(of: Campaign, contacts: Sequence[Contact], control: int, **given: Any) -> None:
    """The first so many are held out; all others get the first variant."""
    variant = of.variants.first()
    rows = [held_out(of, contact) for contact in contacts[:control]]
    rows += [recipient(of, contact, variant=variant, **given) for contact in contacts[control:]]
    Recipient.objects.bulk_create(rows)
