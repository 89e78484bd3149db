"""The page of response times: each figure with the one before it, and the list behind it."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.conditions import Viewpoint
from core.phrases import hours_text, number, percent
from crm.choices import ResponseClock
from crm.queries.inbox import inbox_url, leads_url
from crm.queries.response_times import (
    PERIODS,
    Days,
    Figures,
    Line,
    ResponseTimes,
    response_times,
)

COLUMNS = "company,response,first_touch,source,owner,status"
WAITING_COLUMNS = "company,score,awaits,clock,source,owner"


def response_page(view: Viewpoint, length: int, *, anew: bool = False) -> dict[str, Any]:
    found = response_times(view, length, anew=anew)
    target = found.target.hours
    waits = sum(found.waiting.values())
    return {
        "found": found,
        "length": length,
        "choices": _choices(length),
        "anew_url": f"{reverse('response_times')}?days={length}&anew=1",
        "kpis": _kpis(found, target),
        "waiting": [
            {
                "label": str(ResponseClock(clock).label),
                "value": number(found.waiting[clock]),
                "url": leads_url(f"clock:is:{clock}", sort="awaits", columns=WAITING_COLUMNS),
            }
            for clock in ResponseClock.values
        ]
        if waits
        else [],
        "waits": waits,
        "inbox_url": inbox_url(),
        "people": _rows(found.people, found.now, target, "owner"),
        "sources": _rows(found.sources, found.now, target, "source"),
        "may_manage": view.access.may("crm.assignment.manage"),
    }


def _choices(length: int) -> list[dict[str, Any]]:
    return [
        {
            "label": ngettext("%(n)s day", "%(n)s days", days) % {"n": days},
            "url": f"{reverse('response_times')}?days={days}",
            "is_current": days == length,
        }
        for days in PERIODS
    ]


def _list(days: Days, *parts: str, sort: str = "-response") -> str:
    return leads_url(days.part, "response:set", *parts, sort=sort, columns=COLUMNS)


def _before(text: str) -> str:
    return _("before: %(figure)s") % {"figure": text}


def _kpis(found: ResponseTimes, target: int) -> list[dict[str, Any]]:
    """Four figures; each opens the leads that it is made of."""
    now, before = found.figures, found.figures_before
    within = f"response:at_most:{target}"
    median = f"response:at_most:{now.median}" if now.median is not None else ""
    slow = f"response:at_least:{now.ninth}" if now.ninth is not None else ""
    return [
        {
            "label": _("Leads answered"),
            "value": number(now.answered),
            "url": _list(found.now),
            "note": _before(number(before.answered)),
        },
        {
            "label": _("Median response time"),
            "value": hours_text(now.median),
            "url": _list(found.now, median),
            "note": _before(hours_text(before.median)),
        },
        {
            "label": _("9 of 10 answered within"),
            "value": hours_text(now.ninth),
            "url": _list(found.now, slow),
            "note": _before(hours_text(before.ninth)),
        },
        {
            "label": _("Answered within the target of %(hours)s") % {"hours": hours_text(target)},
            "value": _share(now),
            "url": _list(found.now, within, sort="response"),
            "note": _before(_share(before)),
        },
    ]


def _share(figures: Figures) -> str:
    return "–" if figures.share is None else percent(figures.share)


def _rows(lines: Sequence[Line], days: Days, target: int, field: str) -> list[dict[str, Any]]:
    return [
        {
            "key": line.key,
            "url": _list(days, _part(line, field)),
            "slow_url": _list(days, _part(line, field), f"response:more_than:{target}"),
            "now": _written(line.now),
            "before": _written(line.before),
        }
        for line in lines
    ]


def _part(line: Line, field: str) -> str:
    if not line.key:
        return f"{field}:empty"
    value = line.key.pk if field == "owner" else line.key
    if "," in str(value):  # a comma would part two values in an address
        return f"{field}:contains:{value}"
    return f"{field}:is:{value}"


def _written(figures: Figures) -> dict[str, str]:
    return {
        "answered": number(figures.answered),
        "median": hours_text(figures.median),
        "ninth": hours_text(figures.ninth),
        "share": _share(figures),
    }
