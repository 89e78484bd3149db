"""Which variant of a campaign did better, when people click, and for whom the campaign works."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from analytics.pages.campaign_words import (
    METRICS,
    VERDICTS,
    bare_points,
    digits_for,
    interval_text,
    shown_ends,
)
from analytics.pages.intervals import mini_interval
from analytics.queries.campaigns import send_times_for
from core import permissions
from core.models import User
from core.phrases import number, percent
from marketing.choices import Decision
from marketing.models import Campaign, Segment
from marketing.services.campaigns.winners import DECIDABLE

METRIC = {"click": "clicked", "reply": "replied"}
FEWEST = 20  # messages of an hour that say something
SHADES = 5


def variants_of(
    campaign: Campaign, figures: Mapping[str, Any], user: User
) -> dict[str, Any] | None:
    rows = figures["variants"]
    if len(rows) < 2:
        return None
    most = max((row["upper"] for row in rows if row["people"]), default=0.0)
    test, metric = figures["test"], METRIC.get(campaign.test_metric, "converted")
    won = campaign.winner.letter if campaign.winner else ""
    has_control = any(row["effects"] for row in rows)
    return {
        "head": METRICS[metric],
        "sub": _variants_sub(campaign),
        "pill": _test_pill(test, won),
        "has_control": has_control,
        "may_choose": bool(figures["waiting"])
        and campaign.winner_id is None
        and campaign.gathered_to is None
        and campaign.state in DECIDABLE
        and permissions.reaches(Campaign, user, campaign, "edit"),
        "note": VERDICTS["unhealthy"].text if test and test["word"] == "unhealthy" else "",
        "rows": [
            {
                "letter": row["letter"],
                "name": row["name"],
                "is_best": row["letter"] == (won or (test or {}).get("best", "")),
                "sent": number(row.get("test", row)["sent"]),
                "share": percent(row["share"], 1),
                "range": f"{number(100 * row['lower'], 1)}–{number(100 * row['upper'], 1)}",
                "mini": mini_interval(row["lower"], row["share"] or 0, row["upper"], most),
                "replies": number(row.get("test", row)["replied"]),
                "converted": number(row.get("test", row)["converted"]),
                "lift": _variant_lift(row),
            }
            for row in rows
        ],
    }


def _variant_lift(row: Mapping[str, Any]) -> dict[str, str] | None:
    goal = next((each for each in row["effects"] if each["outcome"] == "converted"), None)
    if goal is None or "difference" not in goal:
        return None
    return {
        "text": bare_points(goal["difference"], digits_for(goal["difference"])),
        "range": interval_text(shown_ends(goal), "", is_share=True),
        "tone": VERDICTS[goal["word"]].tone,
    }


def _variants_sub(campaign: Campaign) -> str:
    said = {
        Decision.WINNER: _("%(share)s test, winner sent to the rest"),
        Decision.BANDIT: _("%(share)s test, then more of what does better"),
        Decision.BY_HAND: _("%(share)s test, somebody decides about the rest"),
    }.get(Decision(campaign.decision))
    return said % {"share": percent(campaign.test_share)} if said else ""


def _test_pill(test: Mapping[str, Any] | None, won: str) -> dict[str, str] | None:
    if test is None:
        return None
    if test["word"] == "unhealthy":
        word = VERDICTS["unhealthy"]
        return {"label": str(word.label), "tone": word.tone, "icon": word.icon}
    if test["word"] == "early":
        return {"label": _("The latest has not had its time yet"), "tone": "", "icon": "clock"}
    if test["word"] == "few" and not won:
        return {"label": _("Too few so far"), "tone": "", "icon": "clock"}
    chance = _chance(test["chance"])
    if won:
        told = _("%(letter)s won with %(chance)s probability")
        # A person may have chosen another one than the figures would.
        if won != test["best"]:
            return {
                "label": _("%(letter)s was chosen") % {"letter": won},
                "tone": "",
                "icon": "check",
            }
        return {"label": told % {"letter": won, "chance": chance}, "tone": "ok", "icon": "trophy"}
    told = _("%(letter)s leads with %(chance)s probability")
    tone = "ok" if test["word"] == "clear" else ""
    return {
        "label": told % {"letter": test["best"], "chance": chance},
        "tone": tone,
        "icon": "trophy",
    }


def _chance(share: float) -> str:
    """Never 100 %: what was drawn is not proved."""
    return f"> {percent(0.99)}" if share > 0.99 else percent(share)


def links_in(figures: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The most followed links, each beside the first of them."""
    rows = figures.get("links", [])
    most = max((people for _url, people in rows), default=1)
    for url, people in rows:
        parts = urlsplit(url)
        path = parts.path if parts.path not in {"", "/"} else parts.netloc
        yield {
            "url": url,
            "name": path or parts.scheme,
            "host": parts.netloc,
            "people": number(people),
            "width": round(100 * people / most),
        }


# -- when and for whom -----------------------------------------------------------------------------


def send_times_of(user: User) -> dict[str, Any] | None:
    """Click rate by weekday and hour of sending, where enough were sent to say so."""
    told = send_times_for(user)
    rates = {key: clicked / sent for key, (sent, clicked) in told.items() if sent >= FEWEST}
    if not rates:
        return None
    hours = range(min(hour for _day, hour in rates), max(hour for _day, hour in rates) + 1)
    days = sorted({day for day, _hour in rates})
    most = max(rates.values()) or 1.0
    best_day, best_hour = max(rates, key=lambda key: rates[key])
    return {
        "hours": list(hours),
        "best": _("Most clicks: %(day)s, %(hour)s:00, %(share)s")
        % {
            "day": WEEKDAYS_ABBR[best_day - 1],
            "hour": best_hour,
            "share": percent(rates[best_day, best_hour], 1),
        },
        "rows": [
            {
                "day": WEEKDAYS_ABBR[day - 1],
                "cells": [_cell(rates.get((day, hour)), most) for hour in hours],
            }
            for day in days
        ],
    }


def _cell(rate: float | None, most: float) -> dict[str, Any]:
    if rate is None:
        return {"shade": "", "text": "–"}
    return {"shade": round(SHADES * rate / most), "text": percent(rate, 1)}


def segments_of(figures: Mapping[str, Any], user: User) -> list[dict[str, Any]]:
    rows = [row for row in figures["segments"] if row["lift"] is not None]
    if not rows or not permissions.access_of(user).may("marketing.segment.view"):
        return []
    seen: Any = Segment.objects.visible_to(user).filter(pk__in=[row["segment"] for row in rows])
    known = {segment.pk: segment for segment in seen}
    told = [
        {
            "segment": known[row["segment"]],
            "people": number(row["people"]),
            "lift": bare_points(row["lift"]),
            "range": interval_text(row | {"difference": row["lift"]}, "", is_share=True),
            "tone": ("ok" if row["lift"] > 0 else "bad") if row["is_clear"] else "",
            "order": row["lift"],
        }
        for row in rows
        if row["segment"] in known
    ]
    return sorted(told, key=lambda row: row["order"], reverse=True)
