"""Who of a campaign's audience reached its goal in its days, and what they brought; also those held out.

Both arms count from the moment at which the campaign began, whenever a message of it went out: who was
drawn for which arm is all that tells them apart.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Min

from core.time_ids import first_id, moment_of
from crm.choices import InteractionKind
from crm.models import Deal, Interaction
from crm.queries.purchases import Purchases
from marketing.choices import Goal
from marketing.models import Campaign, Recipient
from marketing.queries.drawn import drawn
from marketing.services.tracking.visits import browser_of, known_browsers

AT_ONCE = 500
YEAR = timedelta(days=365)
OUTCOMES = ("converted_at", "revenue", "revenue_before")
KINDS = {Goal.REPLY: InteractionKind.REPLY, Goal.SUBMIT: InteractionKind.SUBMIT}


def window_of(campaign: Campaign) -> tuple[datetime, datetime] | None:
    """From when until when outcomes count; None before the campaign has begun."""
    if campaign.started_at is None:
        return None
    return campaign.started_at, campaign.started_at + timedelta(days=campaign.goal_days)


def changed_outcomes(*, campaign: Campaign, first: int, last: int, at: datetime) -> list[Recipient]:
    """Recipients of a range of numbers who reached the goal or brought something that is not written down yet.

    That the goal was reached is never taken back: the first time counts.
    """
    window = window_of(campaign)
    if window is None or campaign.has_told_outcomes:
        return []
    begins, ends = window[0], min(window[1], at)
    rows = list(drawn(campaign).filter(pk__gte=first, pk__lte=last).order_by("contact_id"))
    parts = (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
    return [row for part in parts for row in _changed(campaign, part, begins, ends)]


def store_outcomes(rows: Sequence[Recipient]) -> int:
    """Write them down; how many that were."""
    return Recipient.objects.bulk_update(rows, OUTCOMES, batch_size=AT_ONCE)


def _changed(
    campaign: Campaign, rows: Sequence[Recipient], begins: datetime, ends: datetime
) -> list[Recipient]:
    contacts = [row.contact_id for row in rows]
    purchases = Purchases(ends, min(contacts), max(contacts))
    first = begins.astimezone(purchases.zone).date()
    before, bought = _bought(purchases, set(contacts), first)
    if campaign.goal == Goal.CLICK:
        reached = _visited(campaign, contacts, begins, ends)
    else:
        firsts = {
            contact: max(datetime.combine(min(days), time(), purchases.zone), begins)
            for contact, days in bought.items()
        }
        reached = _reached(campaign.goal, contacts, begins, ends, firsts)
    changed = []
    for row in rows:
        known = tuple(getattr(row, name) for name in OUTCOMES)
        found = (
            row.converted_at or reached.get(row.contact_id),
            sum(bought.get(row.contact_id, {}).values()) or None,
            before.get(row.contact_id) or None,
        )
        if found != known:
            for name, value in zip(OUTCOMES, found, strict=True):
                setattr(row, name, value)
            changed.append(row)
    return changed


def _bought(
    purchases: Purchases, wanted: Collection[int], first: date
) -> tuple[dict[int, Decimal], dict[int, dict[date, Decimal]]]:
    """Of each contact what it bought in the year before a day, and what on each day from then on, in the base
    currency."""
    before = defaultdict[int, Decimal](Decimal)
    since = defaultdict[int, dict[date, Decimal]](dict)
    for contact, day, worth in purchases.of_each():
        if contact not in wanted or day < first - YEAR:
            continue
        if day < first:
            before[contact] += Decimal(worth or 0)
        else:
            since[contact][day] = Decimal(worth or 0)
    return before, since


def _visited(
    campaign: Campaign, contacts: Sequence[int], begins: datetime, ends: datetime
) -> dict[int, datetime]:
    """When each contact visited a website for the first time; clicks are none.

    Where people are held out, browsers count only that were known before the campaign began: its links make
    browsers of recipients known, and nothing does so for those held out.
    """
    seen = _happened(InteractionKind.VISIT, contacts, begins, ends)
    known = known_browsers(contacts, begins) if campaign.holdout_share else None
    found: dict[int, datetime] = {}
    for contact, number, key in seen.order_by("pk").values_list("contact", "pk", "key"):
        browser = browser_of(key)
        if contact not in found and (known is None or not browser or browser in known):
            found[contact] = moment_of(number)
    return found


def _happened(
    kind: InteractionKind, contacts: Sequence[int], begins: datetime, ends: datetime
) -> Any:
    rows: Any = Interaction.objects.filter(contact__in=contacts, kind=kind).order_by()
    return rows.filter(pk__gte=first_id(begins), pk__lt=first_id(ends))


def _reached(
    goal: str,
    contacts: Sequence[int],
    begins: datetime,
    ends: datetime,
    bought: dict[int, datetime],
) -> dict[int, datetime]:
    """When each contact reached the goal for the first time."""
    if goal == Goal.PURCHASE:
        return bought
    if goal in KINDS:
        seen = _happened(KINDS[Goal(goal)], contacts, begins, ends)
        firsts = seen.values_list("contact").annotate(first=Min("pk"))
        return {contact: moment_of(pk) for contact, pk in firsts}
    deals: Any = Deal.objects.kept().filter(contact__in=contacts)
    column = "created_at"
    if goal == Goal.WON:
        deals, column = deals.won(), "closed_at"
    deals = deals.filter(**{f"{column}__gte": begins, f"{column}__lt": ends})
    return dict(deals.order_by().values_list("contact").annotate(first=Min(column)))
