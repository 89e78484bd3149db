"""Who of a campaign's audience reached its goal in its days, and what they brought; also those held out.

Both arms count from the moment at which the campaign began, whenever a message of it went out: who was
drawn for which arm is all that tells them apart.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Min

from core.time_ids import first_id, moment_of
from crm.choices import InteractionKind
from crm.models import Deal, Interaction
from crm.queries.purchases import Purchases
from marketing.choices import Goal, RecipientState
from marketing.models import Campaign, Recipient
from marketing.services.tracking.visits import browser_of, known_browsers

AT_ONCE = 500
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
    rows = list(
        Recipient.objects.filter(campaign=campaign, pk__gte=first, pk__lte=last)
        .exclude(state=RecipientState.SKIPPED)
        .order_by("contact_id")
    )
    parts = (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
    return [row for part in parts for row in _changed(campaign, part, begins, ends)]


def store_outcomes(rows: Sequence[Recipient]) -> int:
    """Write them down; how many that were."""
    return Recipient.objects.bulk_update(rows, ["converted_at", "revenue"], batch_size=AT_ONCE)


def _changed(
    campaign: Campaign, rows: Sequence[Recipient], begins: datetime, ends: datetime
) -> list[Recipient]:
    contacts = [row.contact_id for row in rows]
    bought = _bought(contacts, begins, ends)
    if campaign.goal == Goal.CLICK:
        reached = _visited(campaign, contacts, begins, ends)
    else:
        reached = _reached(campaign.goal, contacts, begins, ends, bought)
    changed = []
    for row in rows:
        revenue = sum((worth for _day, worth in bought.get(row.contact_id, ())), Decimal(0)) or None
        converted = row.converted_at or reached.get(row.contact_id)
        if (converted, revenue) != (row.converted_at, row.revenue):
            row.converted_at, row.revenue = converted, revenue
            changed.append(row)
    return changed


def _bought(
    contacts: Sequence[int], begins: datetime, ends: datetime
) -> dict[int, list[tuple[datetime, Decimal]]]:
    """Purchases of the days from the first one on, in the base currency."""
    purchases = Purchases(ends, min(contacts), max(contacts))
    wanted, found = set(contacts), dict[int, list[tuple[datetime, Decimal]]]()
    first = begins.astimezone(purchases.zone).date()
    for contact, day, worth in purchases.of_each():
        if contact in wanted and day >= first:
            moment = datetime(day.year, day.month, day.day, tzinfo=purchases.zone)
            found.setdefault(contact, []).append((max(moment, begins), Decimal(worth or 0)))
    return found


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
    bought: dict[int, list[tuple[datetime, Decimal]]],
) -> dict[int, datetime]:
    """When each contact reached the goal for the first time."""
    if goal == Goal.PURCHASE:
        return {contact: min(days)[0] for contact, days in bought.items()}
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
