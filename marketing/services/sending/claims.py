"""Rows of recipients as workers take them: claimed, begun, settled, recovered (docs/decisions/0062)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from marketing.choices import CampaignState, RecipientState
from marketing.models import Campaign, Recipient, Sending
from marketing.services.sending.hours import Hours
from marketing.services.sending.words import CRASH

LEASE = timedelta(seconds=120)
MOST_CLAIMED = 100
WORKERS = 2  # at one campaign
# Of rows that wait for a decision: no moment that ever comes.
NEVER = datetime(9000, 1, 1, tzinfo=UTC)


def waiting(campaign: int) -> QuerySet[Recipient]:
    return Recipient.objects.filter(campaign=campaign, state=RecipientState.WAITING)


def due(campaign: int, at: datetime) -> QuerySet[Recipient]:
    return waiting(campaign).filter(due_at__lte=at)


def may_send(campaign: int, at: datetime) -> bool:
    """Whether the campaign sends now: neither paused, cancelled, binned nor at rest."""
    rested = Q(sending=None) | Q(sending__not_before=None) | Q(sending__not_before__lte=at)
    rows = Campaign.objects.filter(pk=campaign, state=CampaignState.SENDING, deleted_at=None)
    return bool(rows.filter(rested).exists())


@transaction.atomic
def claim(campaign: Campaign, key: str, count: int, *, at: datetime) -> list[Recipient]:
    """Take the next rows that are due; those whose hours have passed move to the next ones."""
    if not may_send(campaign.pk, at):
        return []
    rows = due(campaign.pk, at).order_by("due_at", "pk")
    locked = list(rows.select_for_update(skip_locked=True, of=("self",))[:count])
    late = [row for row in locked if row.due_until is not None and row.due_until <= at]
    if late:
        put_off_to_next_hours(campaign, late, at=at)
    passed = {row.pk for row in late}
    taken = [row for row in locked if row.pk not in passed]
    Recipient.objects.filter(pk__in=[row.pk for row in taken]).update(
        state=RecipientState.TAKEN, claim=key, lease_until=at + LEASE, begun_at=None
    )
    for row in taken:
        row.claim = key
    return taken


def put_off_to_next_hours(campaign: Campaign, rows: Sequence[Recipient], *, at: datetime) -> None:
    """Their hours have passed: the next ones begin their wait anew."""
    from marketing.services.sending.gathering import zones_of  # noqa: PLC0415  # it gathers with claims

    hours, zones = Hours.of(campaign), zones_of(campaign, [row.contact_id for row in rows])
    moved: dict[tuple[datetime, datetime | None], list[int]] = {}
    for row in rows:
        moved.setdefault(hours.next(at, zones[row.contact_id]), []).append(row.pk)
    for (due_at, due_until), pks in moved.items():
        # Whoever had a free moment of its domain has none then.
        Recipient.objects.filter(pk__in=pks).update(due_at=due_at, due_until=due_until, reason="")


def _mine(key: str, pks: Collection[int]) -> QuerySet[Recipient]:
    return Recipient.objects.filter(pk__in=pks, claim=key, state=RecipientState.TAKEN)


def renew(key: str, *, at: datetime) -> None:
    """The worker lives: its claims hold on."""
    Recipient.objects.filter(claim=key, state=RecipientState.TAKEN).update(lease_until=at + LEASE)


def begin(campaign: int, key: str, pks: Sequence[int], *, at: datetime) -> set[int]:
    """Write that these are handed over now; the numbers of those that still may be.

    The caller's transaction is committed before the server hears of them. One statement: a campaign
    that was paused meanwhile begins nothing.
    """
    if not pks:
        return set()
    at_work = Campaign.objects.filter(pk=campaign, state=CampaignState.SENDING, deleted_at=None)
    rows = _mine(key, pks).filter(begun_at=None, campaign__in=at_work.values("pk"))
    begun = rows.update(begun_at=at, lease_until=at + LEASE)
    if begun == len(pks):
        return set(pks)
    return set(_mine(key, pks).filter(begun_at=at).values_list("pk", flat=True))


def settle(key: str, pks: Collection[int], *, was_begun: bool = True, **values: Any) -> int:
    """Write what became of rows of the claim; nothing of those that are another's by now.

    Of rows that were taken for lost meanwhile (`unknown`), the worker that begun them still knows better.
    """
    if not pks:
        return 0
    rows = Recipient.objects.filter(pk__in=pks, claim=key)
    states = [RecipientState.TAKEN, *([RecipientState.UNKNOWN] if was_begun else [])]
    return rows.filter(state__in=states).update(**{"lease_until": None, **values})


def release(key: str, pks: Collection[int] | None = None) -> int:
    """Put back what the worker has not begun."""
    rows = Recipient.objects.filter(claim=key, state=RecipientState.TAKEN, begun_at=None)
    if pks is not None:
        rows = rows.filter(pk__in=pks)
    return rows.update(state=RecipientState.WAITING, claim="", lease_until=None)


def recover(*, at: datetime) -> tuple[int, int]:
    """What dead workers held: not begun waits again, begun is unknown; how many of each."""
    lost = Recipient.objects.filter(state=RecipientState.TAKEN, lease_until__lt=at)
    back = lost.filter(begun_at=None).update(
        state=RecipientState.WAITING, claim="", lease_until=None
    )
    # The claim stays: if the worker lives after all, it writes what it knows.
    unknown = lost.exclude(begun_at=None).update(
        state=RecipientState.UNKNOWN, reason=CRASH, lease_until=None
    )
    return back, unknown


def workers_at(campaign: int, at: datetime) -> int:
    """How many workers hold rows of it."""
    rows = Recipient.objects.filter(
        campaign=campaign, state=RecipientState.TAKEN, lease_until__gte=at
    )
    return rows.values("claim").distinct().count()


def note_server(campaign: int, values: Mapping[str, Any]) -> None:
    """What the mail server said last."""
    Sending.objects.filter(pk=campaign).update(**values)


def make_durable() -> None:
    """SQLite: commits of this connection outlive a power failure, as PostgreSQL's do."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
