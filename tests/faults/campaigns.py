"""Campaigns that were sent and what their people did, for `drive` and for benchmarks."""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime

from analytics.models import CampaignEffect
from analytics.queries.campaigns import KIND
from core.jobs.questions import ask
from core.models import JobRun
from crm.models import Contact
from crm.services.interactions import NewInteraction, record_interactions
from marketing.choices import Arm, CampaignState, Goal, RecipientState
from marketing.models import Campaign, CampaignVariant, Recipient
from tests.marketing.campaigns import add_variant, draft, people, purpose

AT_ONCE = 5_000
HELD_OUT = 10  # every tenth


def now() -> datetime:
    found = parse_datetime("2026-03-01T08:00:00+00:00")
    assert found is not None
    return found


def make(campaigns: int, size: int) -> int:
    """As many campaigns to as many people each, all of them to the same; each tenth is held out."""
    for first in range(0, size, AT_ONCE):
        people(min(AT_ONCE, size - first), purpose())
    for number in range(campaigns):
        _make_campaign(number, size)
    for first in range(0, size, AT_ONCE):
        record_interactions(_purchases(list(_contacts(first)), first))
    return campaigns


def _contacts(first: int) -> Iterable[int]:
    rows = Contact.objects.filter(email_key__startswith="p").order_by("pk")
    numbers: Iterable[int] = rows.values_list("pk", flat=True)[first : first + AT_ONCE]
    return numbers


def _make_campaign(number: int, size: int) -> None:
    campaign = draft(
        name=f"Campaign {number}",
        state=CampaignState.SENT,
        goal=Goal.PURCHASE,
        started_at=now() - timedelta(days=12 + number),
        holdout_share=Decimal(1) / HELD_OUT,
        gathered_to=None,
    )
    variants = [*campaign.variants.all(), add_variant(campaign, "B")]
    for first in range(0, size, AT_ONCE):
        Recipient.objects.bulk_create(_recipients(campaign, variants, first), batch_size=1_000)


def _recipients(
    campaign: Campaign, variants: list[CampaignVariant], first: int
) -> Iterator[Recipient]:
    chance = random.Random(f"{campaign.name} {first}")
    for place, contact in enumerate(_contacts(first), first):
        is_held_out = place % HELD_OUT == 0
        at = campaign.started_at + timedelta(minutes=chance.randrange(600))
        opened = None if is_held_out or chance.random() < 0.6 else at + timedelta(hours=2)
        yield Recipient(
            campaign=campaign,
            contact_id=contact,
            address=f"p{contact}@example.org",
            address_key=f"p{contact}@example.org",
            domain="example.org",
            arm=Arm.CONTROL if is_held_out else Arm.TEST,
            variant=None if is_held_out else variants[place % 2],
            state=RecipientState.CONTROL if is_held_out else RecipientState.SENT,
            due_at=at,
            sent_at=None if is_held_out else at,
            opened_at=opened,
            clicked_at=opened if chance.random() < 0.3 else None,
            replied_at=opened if chance.random() < 0.05 else None,
        )


def _purchases(contacts: list[int], seed: int) -> Iterator[NewInteraction]:
    """Who got the campaigns buys a little more often."""
    chance = random.Random(seed)
    for place, contact in enumerate(contacts):
        if chance.random() < (0.04 if place % HELD_OUT == 0 else 0.07):
            at = now() - timedelta(days=chance.uniform(0.5, 20))
            yield NewInteraction(
                contact=contact,
                kind="purchase",
                at=at,
                key=f"order:{contact}",
                amount=Decimal(chance.randrange(20, 900)),
            )


def start() -> int:
    """Ask for a measurement; forgets what an earlier one has left."""
    JobRun.objects.all().delete()
    CampaignEffect.objects.all().delete()
    Recipient.objects.update(converted_at=None, revenue=None)
    return ask(kind=KIND, as_of=now()).pk


def facts() -> dict[str, Any]:
    """Everything that a run leaves for people to see."""
    run = JobRun.objects.get(kind=KIND)
    told = "campaign figures send_times verdict lift sent revenue credit as_of"
    reached = Recipient.objects.exclude(converted_at=None, revenue=None).order_by("pk")
    return {
        "run": [run.state, run.rows_read, run.rows_written, run.result],
        "parts": run.partitions_total,
        "effects": list(CampaignEffect.objects.order_by("campaign").values_list(*told.split())),
        "rows": list(reached.values_list("pk", "converted_at", "revenue")),
    }
