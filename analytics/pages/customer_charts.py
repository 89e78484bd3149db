"""What the charts of the value ahead draw."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.queries.lifetime_value import BANDS
from core.phrases import money_short

MANY = 7  # past purchases; those with more are one group


def bands_chart(result: Mapping[str, Any], currency: str) -> dict[str, Any] | None:
    """Customers by value ahead."""
    counts = [result.get(f"band_{place}", 0) for place in range(len(BANDS) + 1)]
    if not any(counts):
        return None
    last = max(place for place, count in enumerate(counts) if count)
    return {
        "x": [_band_text(place, currency) for place in range(last + 1)],
        "s": [{"n": _("Customers"), "v": counts[: last + 1]}],
    }


def _band_text(place: int, currency: str) -> str:
    if place == 0:
        return pgettext("value ahead", "none")
    low = money_short(BANDS[place - 1], currency)
    if place == len(BANDS):
        return _("from %(low)s") % {"low": low}
    return _("%(low)s to %(high)s") % {"low": low, "high": money_short(BANDS[place], currency)}


def past_chart(metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """Purchases that were foretold and that came, by how often customers had come back before."""
    rows = metrics.get("by_past")
    if not rows:
        return None
    return {
        "x": [f"{MANY}+" if row["past"] == MANY else str(row["past"]) for row in rows],
        "s": [
            {"n": pgettext("chart", "Foretold"), "v": [round(row["said"], 3) for row in rows]},
            {"n": pgettext("chart", "Came"), "v": [round(row["came"], 3) for row in rows]},
        ],
    }


def track_chart(metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """Repeat purchases until each week, as they came and as the model says."""
    told = metrics.get("track")
    if not told or len(told["came"]) < 2:
        return None
    first = date.fromisoformat(told["first"])
    layout = pgettext("format of a month in a chart", "M y")
    weeks = [first + timedelta(weeks=week + 1) for week in range(len(told["came"]))]
    return {
        "x": [date_format(week, layout) for week in weeks],
        "s": [
            {"n": pgettext("chart", "Came"), "v": told["came"], "c": "text"},
            {"n": pgettext("chart", "Foretold"), "v": told["said"], "c": "c1", "dash": True},
        ],
    }
