"""Campaigns that were sent elsewhere, with what became of their recipients and of who was held out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from core import permissions
from core.errors import Refused
from core.models import User
from core.services.records import save_record
from marketing.choices import Arm, CampaignState, Goal, RecipientState
from marketing.models import Campaign, CampaignVariant, Message, Purpose, Recipient
from marketing.services.campaigns.drafts import LETTERS

AT_ONCE = 2_000


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
    """One person of its audience: the place of the variant (None: held out), and what they did, when."""

    contact: int
    address: str
    variant: int | None
    moments: dict[str, datetime] = field(default_factory=dict)  # clicked_at, converted_at …
    revenue: Decimal | None = None
    sent_at: datetime | None = None


@transaction.atomic
def import_past_campaign(
    *, facts: PastCampaign, people: Iterable[PastRecipient], by: User
) -> tuple[Campaign, int]:
    """The campaign, and how many people it has; of several with one address the first counts."""
    permissions.require(by, "marketing.campaign.create")
    if not 1 <= len(facts.variants) <= len(LETTERS):
        raise Refused(_("A campaign has one to %(number)s variants.") % {"number": len(LETTERS)})
    if not 0 <= facts.held_out < 1:
        raise Refused(_("The share that was held out lies between 0 and 1."))
    campaign = _campaign(facts)
    save_record(record=campaign, by=by)
    variants = [_variant(campaign, name, place) for place, name in enumerate(facts.variants)]
    seen: set[str] = set()
    count = 0
    for part in _in_parts(people):
        rows = [
            _recipient(campaign, variants, each, facts.started_at)
            for each in part
            if _is_new(each, seen)
        ]
        Recipient.objects.bulk_create(rows)
        count += len(rows)
    return campaign, count


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
    campaign: Campaign, variants: Sequence[CampaignVariant], each: PastRecipient, began: datetime
) -> Recipient:
    sent_at = each.sent_at or began
    is_held_out = each.variant is None
    key = each.address.strip().casefold()[:254]
    return Recipient(
        campaign=campaign,
        contact_id=each.contact,
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
        **each.moments,
    )


def _is_new(each: PastRecipient, seen: set[str]) -> bool:
    key = each.address.strip().casefold()
    if key in seen:
        return False
    seen.add(key)
    return True


def _in_parts(people: Iterable[PastRecipient]) -> Iterator[list[PastRecipient]]:
    source = iter(people)
    while part := list(islice(source, AT_ONCE)):
        yield part
