"""Figures of a quarter in words: ranges, chances, and how past quarters went."""

import bisect
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.phrases import percent

LEAST_JUDGED = 3


def between_ends(low: str, high: str) -> str:
    """Two amounts as a range; the sign and the unit stand once where both have the same.

    >>> between_ends("€1.69 M", "€2.12 M"), between_ends("€9,940", "€12.0 k"), between_ends("€995 k", "€1.2 M")
    ('€1.69–2.12 M', '€9,940–€12.0 k', '€995 k–€1.2 M')
    >>> between_ends("−€5 k", "−€2 k")
    '−€5 k–−€2 k'
    """
    form = re.compile(r"(?P<sign>\D*?)(?P<digits>[\d.,]+)(?P<unit>\D*)")
    one, other = form.fullmatch(low), form.fullmatch(high)
    if one is None or other is None or "−" in one["sign"]:
        return f"{low}–{high}"
    if one["sign"] == other["sign"] and one["unit"] == other["unit"]:
        return f"{one['sign']}{one['digits']}–{other['digits']}{one['unit']}"
    return f"{low}–{high}"


def chance_to_reach(quantiles: Sequence[float], target: float) -> float:
    """Share of the drawn quarters that bring the target, from their hundredths.

    >>> chance_to_reach([float(each) for each in range(101)], 68.0)
    0.32
    """
    if target <= quantiles[0]:
        return 1.0
    place = bisect.bisect_left(quantiles, target)
    if place >= len(quantiles):
        return 0.0
    below, above = quantiles[place - 1], quantiles[place]
    part = (target - below) / (above - below) if above > below else 0.0
    return round(1 - (place - 1 + part) / (len(quantiles) - 1), 4)


def trust_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The backtest by days into the quarter, and which view was nearer."""
    lines = []
    for days in sorted({row["days"] for row in rows}):
        here = [row for row in rows if row["days"] == days]
        total = sum(row["actual"] for row in here)
        if len(here) < LEAST_JUDGED or not total:
            continue
        series = [row["series"] for row in here if row.get("series") is not None]
        inside = sum(row["low"] <= row["actual"] <= row["high"] for row in here)
        lines.append(
            {
                "days": days,
                "error": _error([row["likely"] for row in here], here),
                "baseline": _error([row["baseline"] for row in here], here),
                "series": _error(series, here) if len(series) == len(here) else None,
                "inside": inside,
                "count": len(here),
            }
        )
    beats = bool(lines) and all(line["error"] < line["baseline"] for line in lines)
    return {"lines": lines, "beats": beats, "quarters": len({row["quarter"] for row in rows})}


def _error(said: Sequence[float], rows: Sequence[Mapping[str, Any]]) -> float:
    """Sum of the misses over the sum of what came."""
    misses = sum(abs(one - row["actual"]) for one, row in zip(said, rows, strict=True))
    return float(misses / sum(row["actual"] for row in rows))


def better_view(compared: Mapping[str, Any]) -> str:
    """Which was nearer in past quarters on the same day: open deals, or the time series of bookings."""
    if not compared or compared["periods"] < LEAST_JUDGED or not compared["better"]:
        return ""
    sentences = {
        ("first", True): _(
            "In %(count)s past quarters on this day open deals were nearer: off by %(deals)s, the time "
            "series by %(series)s."
        ),
        ("first", False): _(
            "In %(count)s past quarters on this day open deals were a little nearer, which may be luck: off "
            "by %(deals)s, the time series by %(series)s."
        ),
        ("second", True): _(
            "In %(count)s past quarters on this day the time series was nearer: off by %(series)s, open "
            "deals by %(deals)s."
        ),
        ("second", False): _(
            "In %(count)s past quarters on this day the time series was a little nearer, which may be luck: "
            "off by %(series)s, open deals by %(deals)s."
        ),
    }
    return sentences[compared["better"], compared["is_sure"]] % {
        "count": compared["periods"],
        "deals": percent(compared["first_error"], 1),
        "series": percent(compared["second_error"], 1),
    }


def tone_of(change: float) -> str:
    return "up" if change > 0 else "down" if change < 0 else ""


def narrower(width: float, before: float) -> str:
    if before <= 0:
        return ""
    share = 1 - width / before
    words = {"share": percent(abs(share))}
    if share >= 0:
        return _("%(share)s narrower than a week before") % words
    return _("%(share)s wider than a week before") % words
