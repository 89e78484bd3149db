"""The report of a campaign: did it work, what people did, which variant, when, and for whom."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from analytics.models import CampaignEffect
from analytics.pages.campaign_parts import links_in, segments_of, send_times_of, variants_of
from analytics.pages.campaign_uplift import for_whom
from analytics.pages.campaign_words import (
    VERDICTS,
    bare_points,
    difference_text,
    digits_for,
    has_width,
    interval_text,
    level_text,
    outcome_text,
    pill_of,
    points,
    shown_ends,
)
from analytics.pages.intervals import drawn_interval
from analytics.queries.campaigns import KIND, delivered, effect_of, may_measure
from core import permissions
from core.company import company
from core.currencies import Rates, base_currency
from core.models import ExchangeRate, JobRun, User
from core.permissions import Access
from core.phrases import money, money_short, number, percent
from marketing.models import Campaign

EARLY = timedelta(days=2)


def report_panel(campaign: Campaign, user: User) -> dict[str, Any] | None:
    """Everything that stands on the page; nothing before the campaign has begun."""
    if campaign.started_at is None:
        return None
    access = permissions.access_of(user)
    effect = effect_of(campaign)
    context: dict[str, Any] = {
        "campaign": campaign,
        "effect": effect,
        "may_measure": may_measure(user),
        "may_see_jobs": access.may("core.job.view"),
        "run": JobRun.objects.filter(kind=KIND).active().order_by("-pk").first(),
    }
    if effect is None:
        return context
    figures, money_of = effect.figures, currency_of(effect, access)
    return context | {
        "steps": [
            *_steps(figures, is_early=_is_early(campaign, effect)),
            *_ends(campaign, figures, money_of),
        ],
        "worked": _worked(campaign, figures, money_of),
        "left_out": _left_out(figures),
        "outcomes": _outcomes(campaign, figures["effects"], money_of),
        "by_variant": _by_variant(campaign, figures, money_of),
        "for_whom": for_whom(campaign),
        "engagement": _engagement(campaign, figures),
        "variants": variants_of(campaign, figures, user),
        "links": list(links_in(figures)),
        "send_times": send_times_of(user),
        "segments": segments_of(figures, user),
    }


def sees_money(access: Access) -> bool:
    """Whether somebody may read what a campaign cost and brought: won deals are a part of it."""
    return access.sees("marketing.campaign.cost") and access.sees("crm.deal.amount")


def currency_of(effect: CampaignEffect, access: Access) -> str:
    """The currency of its amounts, to whom they are shown; nothing while they are in one that is no longer the base."""
    base = base_currency()
    is_current = effect.figures.get("currency", base) == base
    return base if is_current and sees_money(access) else ""


# -- the funnel ------------------------------------------------------------------------------------


def _is_early(campaign: Campaign, effect: CampaignEffect) -> bool:
    """Whether most clicks are still to come, so that nothing is compared with what is usual."""
    begun = campaign.started_at
    return begun is None or effect.as_of - begun < EARLY


def _steps(figures: Mapping[str, Any], *, is_early: bool) -> Iterator[dict[str, Any]]:
    funnel, usual = figures["funnel"], {} if is_early else figures.get("usual", {})
    reached = delivered(funnel)
    audience = sum(figures["people"].values())
    yield {
        "label": pgettext("funnel of a campaign", "Sent"),
        "value": number(funnel["sent"]),
        "note": _("%(share)s of the audience")
        % {"share": percent(_share(funnel["sent"], audience))},
    }
    yield {
        "label": pgettext("funnel of a campaign", "Delivered"),
        "value": number(reached),
        "share": _percent(reached, funnel["sent"]),
        "note": _("%(number)s bounced") % {"number": number(funnel["bounced"])},
    }
    for name, label in (
        ("clicked", pgettext("funnel of a campaign", "Clicked")),
        ("replied", pgettext("funnel of a campaign", "Replied")),
    ):
        step = {
            "label": label,
            "value": number(funnel[name]),
            "share": _percent(funnel[name], reached),
        }
        yield step | _against_usual(_share(funnel[name], reached), usual.get(name))


def _ends(
    campaign: Campaign, figures: Mapping[str, Any], currency: str
) -> Iterator[dict[str, Any]]:
    """Deals from the CRM; of a past campaign what its file told."""
    funnel = figures["funnel"]
    reached = delivered(funnel)
    if campaign.has_told_outcomes:
        yield {
            "label": outcome_text("converted", campaign.goal),
            "value": number(funnel["converted"]),
            "share": _percent(funnel["converted"], reached),
        }
        if currency:
            yield {
                "label": pgettext("funnel of a campaign", "Revenue"),
                "value": money_short(funnel["revenue"], currency),
            }
        return
    yield {
        "label": pgettext("funnel of a campaign", "Opportunity"),
        "value": number(funnel["opportunities"]),
        "share": _percent(funnel["opportunities"], reached),
        "note": _("%(worth)s pipeline") % {"worth": money_short(funnel["pipeline"], currency)}
        if currency
        else "",
    }
    yield {
        "label": pgettext("funnel of a campaign", "Won so far"),
        "value": number(funnel["won"]),
        "share": _percent(funnel["won"], reached),
        "note": _("%(worth)s booked") % {"worth": money_short(funnel["booked"], currency)}
        if currency
        else "",
    }


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _percent(part: float, whole: float) -> str:
    return percent(_share(part, whole), 1)


def _against_usual(share: float | None, usual: float | None) -> dict[str, str]:
    if share is None or usual is None:
        return {"note": ""}
    difference = share - usual
    tone = "" if abs(difference) < 0.0005 else "up" if difference > 0 else "down"
    return {"note": _("%(points)s vs. usual") % {"points": points(difference)}, "tone": tone}


# -- did it work -----------------------------------------------------------------------------------


def _worked(campaign: Campaign, figures: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """The goal against those held out; without them, why nothing can be said."""
    goal = next((row for row in figures["effects"] if row["outcome"] == "converted"), None)
    people = figures["people"]
    if goal is None:
        return {"held_out": 0}
    worked = {
        "held_out": percent(_share(people["control"], sum(people.values()))),
        "pill": pill_of(goal),
        "text": pill_of(goal)["text"],
    }
    if "difference" not in goal or not has_width(goal):
        return worked
    now = shown_ends(goal)
    interval = {"low": now["lower"], "middle": now["difference"], "high": now["upper"]}
    digits = digits_for(goal["difference"])
    says = {name: bare_points(value, digits) for name, value in interval.items()}
    return worked | {
        "big": points(goal["difference"], digits),
        "said": _("%(goal)s: %(with)s with, %(without)s without")
        % {
            "goal": outcome_text("converted", campaign.goal),
            "with": level_text(goal["with"], currency, is_share=True),
            "without": level_text(goal["without"], currency, is_share=True),
        },
        "interval": drawn_interval(interval, lambda value: bare_points(value, digits)),
        "tone": VERDICTS[goal["word"]].tone,
        "label": _("Uplift %(middle)s points, 95 percent interval %(low)s to %(high)s") % says,
        "tiles": list(_tiles(campaign, figures, currency)),
    }


def _left_out(figures: Mapping[str, Any]) -> str:
    """That people count where they were drawn, if some of them got nothing."""
    count = figures.get("left_out", 0)
    said = ngettext(
        "%(number)s person was drawn for a message and got none: a limit, a pause or a consent that was withdrawn "
        "meanwhile. They count where they were drawn, so that the parts stay alike.",
        "%(number)s people were drawn for a message and got none: a limit, a pause or a consent that was withdrawn "
        "meanwhile. They count where they were drawn, so that the parts stay alike.",
        count,
    )
    return said % {"number": number(count)} if count else ""


def _tiles(
    campaign: Campaign, figures: Mapping[str, Any], currency: str
) -> Iterator[dict[str, str]]:
    extra, funnel = figures["extra"], figures["funnel"]
    if extra is not None:
        yield {
            "label": pgettext("outcomes of a campaign", "Extra"),
            "value": number(max(0, round(extra["converted"]))),
        }
        if currency:
            worth = extra["pipeline"] or extra["revenue"]
            label = _("Pipeline added") if extra["pipeline"] else _("Revenue added")
            yield {"label": label, "value": money_short(worth, currency)}
            yield from _cost_tiles(campaign, extra, currency)
    yield {
        "label": pgettext("campaign", "Unsubscribed"),
        "value": _percent(funnel["unsubscribed"], delivered(funnel)),
    }


def _cost_tiles(
    campaign: Campaign, extra: Mapping[str, float], currency: str
) -> Iterator[dict[str, str]]:
    cost = base_cost(campaign, currency)
    if cost is None:
        return
    if extra["converted"] >= 1:
        each = round(cost / extra["converted"], 2 if cost < 10 * extra["converted"] else 0)
        yield {"label": _("Cost of each"), "value": money(each, currency)}


def base_cost(campaign: Campaign, currency: str) -> float | None:
    """What it cost in the base currency, by the rate of its day."""
    if campaign.cost is None:
        return None
    if campaign.currency in {"", currency}:
        return float(campaign.cost)
    rows = ExchangeRate.objects.filter(currency=campaign.currency)
    rates = Rates(currency, rows.values_list("currency", "valid_from", "rate"))
    day = campaign.started_at.date() if campaign.started_at else None
    rate = rates.rate(campaign.currency, day)
    return None if rate is None else float(campaign.cost * rate)


def roi(revenue: float, cost: float) -> float:
    """What came back of what was spent, over and above it: 0 where it just paid for itself."""
    return (revenue - cost) / cost


def _by_variant(
    campaign: Campaign, figures: Mapping[str, Any], currency: str
) -> list[dict[str, Any]]:
    """What each message changed, where there are several and people were held out."""
    if len(figures["variants"]) < 2:
        return []
    told = [
        {
            "letter": row["letter"],
            "name": row["name"],
            "outcomes": _outcomes(campaign, row["effects"], currency),
        }
        for row in figures["variants"]
    ]
    return [row for row in told if row["outcomes"]]


def _outcomes(
    campaign: Campaign, effects: Sequence[Mapping[str, Any]], currency: str
) -> list[dict[str, Any]]:
    """Every outcome against those held out, with both intervals."""
    rows = []
    for row in effects:
        if "difference" not in row or (not currency and not row["is_share"]):
            continue
        is_share = row["is_share"]
        always = {end: row[f"always_{end}"] for end in ("lower", "upper")}
        told = {
            "difference": difference_text(
                row["difference"], currency, is_share=is_share, digits=digits_for(row["difference"])
            ),
            "range": interval_text(shown_ends(row), currency, is_share=is_share),
            "always": interval_text({**row, **always}, currency, is_share=is_share),
            "with": level_text(row["with"], currency, is_share=is_share),
            "without": level_text(row["without"], currency, is_share=is_share),
        }
        label = outcome_text(row["outcome"], campaign.goal)
        rows.append(told | _adjusted(row, currency) | {"label": label, "pill": pill_of(row)})
    return rows


def _adjusted(row: Mapping[str, Any], currency: str) -> dict[str, str]:
    """How much of the noise the year before took away, and what it would be with it."""
    if "unadjusted" not in row:
        return {}
    plain = row["unadjusted"]
    return {
        "saved": percent(max(0.0, row["saved"])),
        "unadjusted": _("%(difference)s (%(range)s)")
        % {
            "difference": difference_text(plain["difference"], currency, is_share=False),
            "range": interval_text(plain, currency, is_share=False),
        },
    }


# -- engagement ------------------------------------------------------------------------------------


def _engagement(campaign: Campaign, figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """Clicks and opens by the hour and by the day, as two charts."""
    if campaign.started_at is None:
        return None
    begun = campaign.started_at.astimezone(ZoneInfo(company().time_zone))
    hours = _chart(figures["hours"], lambda slot: f"{(begun + timedelta(hours=slot)).hour:02}:00")
    days = _chart(
        figures["by_day"],
        lambda slot: date_format(begun + timedelta(days=slot), pgettext("format of a day", "j M")),
    )
    return {"hours": hours, "days": days} if hours or days else None


def _chart(rows: Mapping[str, Any], name: Any) -> dict[str, Any] | None:
    told = {kind: dict(map(tuple, pairs)) for kind, pairs in rows.items()}
    slots = [slot for values in told.values() for slot in values]
    # What a file told of a past campaign stands in its first hour: nobody knows when.
    if not slots or max(slots) == 0:
        return None
    span = range(max(slots) + 1)
    return {
        "x": [name(slot) for slot in span],
        "s": [
            {
                "n": pgettext("chart", "Clicks"),
                "v": [told["clicks"].get(slot, 0) for slot in span],
                "area": True,
            },
            {
                "n": pgettext("chart", "Opens"),
                "v": [told["opens"].get(slot, 0) for slot in span],
                "c": "c8",
            },
        ],
    }
