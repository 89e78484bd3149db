"""Campaigns that were sent elsewhere, with what became of their recipients and of who was held out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from core import permissions
from core.errors import Refused
from core.models import User
from core.services.records import save_record
from core.services.search import index_records
from marketing.choices import Arm, CampaignState, Goal, RecipientState
from marketing.models import (
    Campaign,
    CampaignVariant,
    Message,
    PastPerson,
    Purpose,
    Recipient,
)
from marketing.services.campaigns.drafts import LETTERS

AT_ONCE = 2_000
LONGEST_ADDRESS = 254


@dataclass(frozen=True)
class PastCampaign:
    """What is known of the campaign. `held_out` is the share that was meant; 0 where nobody wrote it down."""

    name: str
    started_at: datetime
    variants: Sequence[str]  # what each message was called
    goal: Goal = Goal.PURCHASE
    test_metric: Goal | None = None  # by which variants are compared; the goal, unless named
    goal_days: int = 14
    held_out: float = 0.0
    purpose: Purpose | None = None
    cost: Decimal | None = None
    currency: str = ""
    is_sample: bool = False


@dataclass(frozen=True)
class PastRecipient:
    """One person of its audience: the place of the variant (None: held out), and what they did, when.

    Without a contact they are counted only; `facts` is what else was known of them before.
    """

    contact: int | None
    address: str
    variant: int | None
    moments: dict[str, datetime] = field(default_factory=dict)  # clicked_at, converted_at …
    revenue: Decimal | None = None
    before: Decimal | None = None  # what they had brought in the year before
    sent_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def import_past_campaign(
    *, facts: PastCampaign, people: Iterable[PastRecipient], by: User
) -> tuple[Campaign, int]:
    """The campaign, and how many people it has; of several with one address the first counts."""
    campaign = begin_past_campaign(facts=facts, by=by)
    seen: set[str] = set()
    count = 0
    for part in _in_parts(people):
        new = [each for each in part if _is_new(each, seen)]
        count += add_past_people(campaign=campaign, people=new)
    return campaign, count


@transaction.atomic
def begin_past_campaign(*, facts: PastCampaign, by: User) -> Campaign:
    """The campaign with its variants, without people."""
    permissions.require(by, "marketing.campaign.create")
    if not 1 <= len(facts.variants) <= len(LETTERS):
        raise Refused(_("A campaign has one to %(number)s variants.") % {"number": len(LETTERS)})
    if not 0 <= facts.held_out < 1:
        raise Refused(_("The share that was held out lies between 0 and 1."))
    campaign = _campaign(facts)
    save_record(record=campaign, by=by)
    for place, name in enumerate(facts.variants):
        _variant(campaign, name, place)
    return campaign


@transaction.atomic
def add_past_people(*, campaign: Campaign, people: Sequence[PastRecipient]) -> int:
    """Contacts become recipients; whoever is none, or has facts, a person that is counted only."""
    variants = list(campaign.variants.order_by("letter"))
    recipients = {
        place: _recipient(campaign, variants, each, each.contact)
        for place, each in enumerate(people)
        if each.contact is not None
    }
    Recipient.objects.bulk_create(recipients.values())
    PastPerson.objects.bulk_create(
        _person(campaign, variants, each, recipients.get(place))
        for place, each in enumerate(people)
        if each.contact is None or each.facts
    )
    return len(people)


def put_aside(*, campaign: Campaign, at: datetime) -> None:
    """Into the bin until all its people are in: half a campaign is shown to nobody."""
    _keep_in_bin(campaign.pk, at)


def bring_out(*, campaign: int) -> None:
    """All its people are in."""
    _keep_in_bin(campaign, None)


def _keep_in_bin(campaign: int, at: datetime | None) -> None:
    Campaign.objects.filter(pk=campaign).update(deleted_at=at)
    index_records("marketing.campaign", [campaign])


def key_of(address: str) -> str:
    """An address as it is compared."""
    return address.strip().casefold()[:LONGEST_ADDRESS]


def _campaign(facts: PastCampaign) -> Campaign:
    return Campaign(
        name=facts.name[:120],
        state=CampaignState.SENT,
        purpose=facts.purpose,
        holdout_share=Decimal(str(round(facts.held_out, 3))),
        goal=facts.goal,
        goal_days=facts.goal_days,
        test_metric=facts.test_metric or facts.goal,
        cost=facts.cost,
        currency=facts.currency,
        started_at=facts.started_at,
        finished_at=facts.started_at + timedelta(minutes=1),
        gathered_to=None,
        has_told_outcomes=True,
        is_sample=facts.is_sample,
    )


def _variant(campaign: Campaign, name: str, place: int) -> CampaignVariant:
    message = Message(name=name[:120], owner=campaign.owner, is_sample=campaign.is_sample)
    message.team = campaign.team
    message.save()
    return CampaignVariant.objects.create(campaign=campaign, letter=LETTERS[place], message=message)


def _recipient(
    campaign: Campaign, variants: Sequence[CampaignVariant], each: PastRecipient, contact: int
) -> Recipient:
    sent_at = each.sent_at or campaign.started_at or campaign.created_at
    is_held_out = each.variant is None
    key = key_of(each.address)
    return Recipient(
        campaign=campaign,
        contact_id=contact,
        address=each.address,
        address_key=key,
        domain=key.rpartition("@")[2][:253],
        arm=Arm.CONTROL if is_held_out else Arm.TEST,
        variant=None if each.variant is None else variants[each.variant],
        state=RecipientState.CONTROL if is_held_out else RecipientState.SENT,
        due_at=sent_at,
        sent_at=None if is_held_out else sent_at,
        message_key="" if is_held_out else uuid4().hex,
        revenue=each.revenue,
        revenue_before=each.before,
        **each.moments,
    )


def _person(
    campaign: Campaign,
    variants: Sequence[CampaignVariant],
    each: PastRecipient,
    recipient: Recipient | None,
) -> PastPerson:
    return PastPerson(
        campaign=campaign,
        recipient=recipient,
        arm=Arm.CONTROL if each.variant is None else Arm.TEST,
        variant=None if each.variant is None else variants[each.variant],
        has_visited="clicked_at" in each.moments,
        has_replied="replied_at" in each.moments,
        has_converted="converted_at" in each.moments,
        revenue=each.revenue,
        revenue_before=each.before,
        facts=dict(each.facts),
    )


def _is_new(each: PastRecipient, seen: set[str]) -> bool:
    key = key_of(each.address)
    if not key:
        return True
    if key in seen:
        return False
    seen.add(key)
    return True


def _in_parts(people: Iterable[PastRecipient]) -> Iterator[list[PastRecipient]]:
    source = iter(people)
    while part := list(islice(source, AT_ONCE)):
        yield part
