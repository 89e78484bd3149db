"""The waterfall of a quarter: what the likely outcome is made of, and how it is drawn."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.models import QuarterForecast
from analytics.models.quarters import Quarter
from core.phrases import number, percent

WIDTH = 120  # of the drawing
Money = Callable[[float], str]
Step = tuple[str, str, float, str]  # label, remark, amount, class of the bar


def steps_of(row: QuarterForecast, quarter: Quarter, money: Money) -> list[dict[str, Any]]:
    """Label, remark, amount, place and width of the bar of each step."""
    parts = row.parts
    short = {"quarter": quarter.short}
    steps: list[Step] = [
        (_("Won so far"), _deals(row.won_deals), row.won, "a"),
        (
            _("Open, closing in %(quarter)s") % short,
            _("%(deals)s × win chance") % {"deals": _deals(parts["open_deals"])},
            parts["open"],
            "b",
        ),
        (_("Not yet in the pipeline"), _late_words(parts), parts["late"], "c"),
        (_("Slips and discounts"), _slip_words(parts), parts["slips"], "d"),
    ]
    if parts["renewal_deals"]:
        words = _("%(deals)s, %(share)s renew") % {
            "deals": _deals(parts["renewal_deals"]),
            "share": percent(parts["renewal_rate"]),
        }
        steps.append((_("Renewals due"), words, parts["renewals"], "b"))
    return _drawn(steps, row.likely, money)


def _drawn(steps: Sequence[Step], likely: float, money: Money) -> list[dict[str, Any]]:
    at, tops = 0.0, [likely, 1.0]
    for _label, _words, amount, _css in steps:
        at += amount
        tops.append(at)
    scale = WIDTH / max(tops)
    drawn, at = [], 0.0
    for step in steps:
        start, at = min(at, at + step[2]), at + step[2]
        drawn.append(_bar(step, max(start, 0), scale, money))
    return [*drawn, _bar((_("Likely"), "", likely, "e"), 0, scale, money)]


def _bar(step: Step, start: float, scale: float, money: Money) -> dict[str, Any]:
    label, words, amount, css = step
    width = min(max(round(abs(amount) * scale), 2 if amount else 0), WIDTH)
    return {
        "label": label,
        "words": words,
        "amount": money(amount),
        "css": css,
        "x": min(round(start * scale), WIDTH - width),
        "width": width,
    }


def _late_words(parts: Mapping[str, Any]) -> str:
    return _("usual late arrivals") if parts["past"] else _("no past quarter to learn from")


def _slip_words(parts: Mapping[str, Any]) -> str:
    if not parts["past"]:
        return _("by how long deals take")
    count = parts["past"]
    words = ngettext("as in %(count)s past quarter", "as in %(count)s past quarters", count)
    return words % {"count": count}


def _deals(count: int) -> str:
    return ngettext("%(count)s deal", "%(count)s deals", count) % {"count": number(count)}
