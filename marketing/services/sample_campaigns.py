"""Past campaigns of the sample company: one that worked, one that did not, one that still counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from core.chance import arm_at
from core.company import company
from core.models import SampleData
from crm.models import Contact
from marketing.choices import Goal, HitKind, MachineSign, Verdict
from marketing.models import Campaign, MailHit
from marketing.services.campaigns.assignment import share_of
from marketing.services.campaigns.past import PastCampaign, PastRecipient, import_past_campaign
from marketing.services.sample_messages import make_sample_messages
from marketing.services.sample_segments import marketer

FRIDAY = 4
LARGE = 500  # employees; there the messages work best
OPENED = 0.34
# Who bought before buys so many times as often as on average, the others the less often.
AGAIN = 1.8
# Share of the clicks in each hour since sending.
DECAY = (0.22, 0.18, 0.13, 0.09, 0.07, 0.05, 0.04, 0.03, 0.03, 0.02, 0.02, 0.02, 0.10)
HOURS = (9, 10, 11, 14, 16)
# What was clicked, and how often beside the others.
LINKS = {
    "https://helioptic.example/service/book": 5,
    "https://helioptic.example/service/plans": 3,
    "https://helioptic.example/stories/moravia": 1,
}
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/140.0"
SCANNED = 0.1


@dataclass(frozen=True)
class Story:
    """A campaign as it went. Chances are those of people at small companies; large ones add `large`."""

    name: str
    variants: tuple[str, ...]
    days_ago: int
    goal: Goal
    held_out: float
    clicks: tuple[float, ...]  # by variant
    usual: float  # who reaches the goal without it
    gain: float
    large: float
    worth: int
    cost: int


STORIES = (
    Story(
        "Camera upgrade, autumn 秋季相机升级",
        (
            "Your cameras turn three this winter 您的相机今冬满三年",
            "Plan the January stop 安排一月停机",
        ),
        47,
        Goal.PURCHASE,
        0.2,
        (0.07, 0.12),
        0.07,
        0.02,
        0.16,
        160,
        9_500,
    ),
    Story(
        "Fair invitation 展会邀请",
        ("Meet us at the fair 展会见",),
        80,
        Goal.SUBMIT,
        0.1,
        (0.06,),
        0.06,
        0.004,
        0.0,
        0,
        350,
    ),
    Story(
        "Service plan 服务计划",
        ("A plan that pays for itself 物有所值的服务计划",),
        6,
        Goal.PURCHASE,
        0.2,
        (0.09,),
        0.02,
        0.008,
        0.01,
        140,
        1_200,
    ),
)


@transaction.atomic
def make_sample_campaigns(*, as_of: datetime) -> int:
    """Make them once; returns how many were made."""
    by = marketer()
    if by is None or not SampleData.objects.exists():
        return 0
    if Campaign.objects.filter(is_sample=True, has_told_outcomes=True).exists():
        return 0
    seen: Any = Contact.objects.visible_to(by).filter(is_sample=True).exclude(email="")
    people = list(seen.order_by("pk").values_list("pk", "email", "company__employees"))
    currency = company().base_currency
    make_sample_messages(by=by, as_of=as_of)
    for story in STORIES:
        began = as_of - timedelta(days=story.days_ago)
        began -= timedelta(days=max(0, began.weekday() - FRIDAY))
        facts = PastCampaign(
            name=story.name,
            started_at=began.replace(hour=8, minute=0, second=0, microsecond=0),
            variants=story.variants,
            goal=story.goal,
            test_metric=Goal.CLICK,
            held_out=story.held_out,
            cost=Decimal(story.cost),
            currency=currency,
            is_sample=True,
        )
        told = (_told(story, facts.started_at, as_of, *each) for each in people)
        campaign, _number = import_past_campaign(facts=facts, people=told, by=by)
        _follow_links(campaign)
    return len(STORIES)


def _follow_links(campaign: Campaign) -> None:
    """Which link each of those who clicked has followed, and what a scanner did before them."""
    clicked: Any = campaign.recipients.exclude(clicked_at=None).order_by("pk")
    hits = [hit for recipient in clicked for hit in _hits_of(campaign, recipient)]
    MailHit.objects.bulk_create(hits, batch_size=1_000)


def _hits_of(campaign: Campaign, recipient: Any) -> Iterator[MailHit]:
    def chance(what: str) -> float:
        return share_of(campaign.name, what, recipient.contact_id)

    common = {"campaign": campaign, "recipient": recipient, "kind": HitKind.CLICK}
    common["url"] = list(LINKS)[arm_at(chance("link"), list(LINKS.values()))]
    yield MailHit(**common, at=recipient.clicked_at, agent=BROWSER, verdict=Verdict.PERSON)
    if chance("scanner") < SCANNED:
        early = {"verdict": Verdict.MACHINE, "sign": MachineSign.EARLY}
        yield MailHit(**common, at=recipient.sent_at, agent=BROWSER, **early)


def _told(
    story: Story, began: datetime, as_of: datetime, contact: int, email: str, employees: int | None
) -> PastRecipient:
    def chance(what: str) -> float:
        return share_of(story.name, what, contact)

    is_held_out = chance("held out") < story.held_out
    place = arm_at(chance("variant"), [1] * len(story.variants))
    sent_at = began + timedelta(hours=HOURS[arm_at(chance("hour"), [2, 5, 4, 2, 1])] - 8)
    before = _before(story, chance)
    again = AGAIN if before else 2 - AGAIN
    usual = story.usual * (again if story.worth else 1)
    reaches = usual + (0 if is_held_out else story.gain)
    if not is_held_out and (employees or 0) >= LARGE:
        reaches += story.large
    moments: dict[str, datetime] = {}
    revenue = None
    if chance("goal") < reaches:
        moments["converted_at"] = sent_at + timedelta(days=1 + 10 * chance("day"))
        if story.worth:
            revenue = before or Decimal(round(story.worth * (0.4 + 1.2 * chance("worth"))))
    if not is_held_out:
        moments |= dict(_engaged(story, place, sent_at, chance))
    kept = {name: at for name, at in moments.items() if at <= as_of}
    return PastRecipient(
        contact=contact,
        address=email,
        variant=None if is_held_out else place,
        moments=kept,
        revenue=revenue if "converted_at" in kept else None,
        before=before,
        sent_at=sent_at,
    )


def _before(story: Story, chance: Any) -> Decimal | None:
    """What somebody bought in the year before: half of them did, and buy for as much again."""
    if not story.worth or chance("bought before") < 0.5:
        return None
    return Decimal(round(story.worth * (0.2 + 1.6 * chance("worth"))))


def _engaged(
    story: Story, place: int, sent_at: datetime, chance: Any
) -> Iterator[tuple[str, datetime]]:
    """Bounced, or opened, clicked, answered, unsubscribed."""
    if chance("bounce") < 0.007:
        yield "bounced_at", sent_at
        return
    clicks = chance("click") < story.clicks[place]
    weights = [round(1_000 * share) for share in DECAY]
    after = timedelta(hours=arm_at(chance("after"), weights) + chance("minute"))
    if clicks or chance("open") < OPENED:
        yield "opened_at", sent_at + after
    if clicks:
        yield "clicked_at", sent_at + after + timedelta(minutes=3)
        if chance("reply") < 0.2:
            yield "replied_at", sent_at + after + timedelta(hours=5)
    if chance("unsubscribe") < 0.004:
        yield "unsubscribed_at", sent_at + after
