"""How the sending of a campaign goes, and the sentence that says why it does or does not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Min, QuerySet
from django.db.models.functions import TruncMinute

from core.models import User
from crm.models import Contact
from marketing.choices import Arm, RecipientState
from marketing.models import Campaign, Recipient

KEPT_SECONDS = 2
MINUTES = 5


@dataclass(frozen=True)
class Progress:
    """Recipients by state, and how fast they become fewer."""

    counts: dict[str, int]
    per_minute: float = 0

    @property
    def total(self) -> int:
        """Those who are to get a message."""
        return sum(self._of(state) for state in SENT_TO)

    def _of(self, state: RecipientState) -> int:
        return self.counts.get(state.value, 0)

    @property
    def sent(self) -> int:
        return self._of(RecipientState.SENT)

    @property
    def left(self) -> int:
        return self._of(RecipientState.WAITING) + self._of(RecipientState.TAKEN)

    @property
    def failed(self) -> int:
        return self._of(RecipientState.FAILED)

    @property
    def unknown(self) -> int:
        return self._of(RecipientState.UNKNOWN)

    @property
    def skipped(self) -> int:
        return self._of(RecipientState.SKIPPED)

    @property
    def held_out(self) -> int:
        return self._of(RecipientState.CONTROL)

    @property
    def share(self) -> float:
        return 1 - self.left / self.total if self.total else 0

    @property
    def percent(self) -> int:
        return int(self.share * 100)

    @property
    def minutes_left(self) -> int | None:
        return round(self.left / self.per_minute) if self.per_minute and self.left else None


SENT_TO = (
    RecipientState.WAITING,
    RecipientState.TAKEN,
    RecipientState.SENT,
    RecipientState.FAILED,
    RecipientState.UNKNOWN,
)


def progress_of(campaign: Campaign, at: datetime) -> Progress:
    """Counted by an index, at most every two seconds however many people look."""
    key = f"marketing.sending:{campaign.pk}"
    found: Progress | None = cache.get(key)
    if found is None:
        rows = Recipient.objects.filter(campaign=campaign)
        counts = dict(rows.values_list("state").annotate(Count("pk")).order_by())
        found = Progress(counts, _per_minute(campaign, at))
        cache.set(key, found, KEPT_SECONDS)
    return found


def _per_minute(campaign: Campaign, at: datetime) -> float:
    """Messages a minute of the last whole minutes in which any left."""
    since = at - timedelta(minutes=MINUTES)
    rows = Recipient.objects.filter(
        campaign=campaign, state=RecipientState.SENT, sent_at__gte=since
    )
    minutes: list[Any] = list(
        rows.annotate(minute=TruncMinute("sent_at")).values_list("minute").annotate(Count("pk"))
    )
    whole = [count for minute, count in minutes if minute + timedelta(minutes=1) <= at]
    if whole:
        return float(sum(whole) / len(whole))
    begun = min((minute for minute, _count in minutes), default=None)
    if begun is None:
        return 0
    first = max(begun, campaign.started_at or begun)
    seconds = max((at - first).total_seconds(), 1)
    return float(sum(count for _minute, count in minutes) / seconds * 60)


def next_due(campaign: Campaign) -> datetime | None:
    """When the next waiting recipient is due."""
    rows = Recipient.objects.filter(campaign=campaign, state=RecipientState.WAITING)
    found: datetime | None = rows.aggregate(first=Min("due_at"))["first"]
    return found


def waits_for_decision(campaign: Campaign) -> int:
    """How many of the rest have no variant yet."""
    rows = Recipient.objects.filter(
        campaign=campaign, state=RecipientState.WAITING, arm=Arm.REST, variant=None
    )
    return rows.count()


def recipients_of(campaign: Campaign, user: User) -> QuerySet[Recipient]:
    """Those whose contacts the user reaches."""
    seen = Contact.objects.visible_to(user).values("pk")
    return Recipient.objects.filter(campaign=campaign, contact__in=seen).select_related(
        "contact", "variant"
    )
