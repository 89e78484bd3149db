"""What the heat map of cohorts shows: by month of arrival and months since, who came again, or what they brought."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.choices import CohortKind, Grain
from analytics.models import Cohort
from analytics.models.periods import shifted
from analytics.pages.customer_tabs import COHORTS, customer_frame
from analytics.queries.lifetime_value import KIND, RUN, sees_cohorts
from core import permissions
from core.conditions import Condition, Criterion, Happened, any_of, to_parameter
from core.currencies import base_currency
from core.models import JobRun, User
from core.permissions import Access
from core.phrases import money_short, number, percent

SHOWN = 24  # cohorts, and months since
SHADES = 5
BUYERS, VALUE, CONVERTED = "buyers", "value", "converted"


@dataclass(frozen=True)
class Cell:
    """One cell: what stands in it, how dark it is, its list, and everything in words."""

    text: str
    shade: int
    url: str
    title: str


def cohorts_context(user: User, query: Mapping[str, str]) -> dict[str, Any]:
    """Everything that stands on the page."""
    access = permissions.access_of(user)
    ways = _ways(access)
    way = query.get("show", "")
    way = way if way in ways else next(iter(ways), "")
    run = JobRun.objects.filter(kind=KIND).order_by("-pk").first()
    frame = customer_frame(access, COHORTS, kind=KIND, run_right=RUN, last_run=run)
    context: dict[str, Any] = frame | {
        "way": way,
        "ways": [
            {
                "label": label,
                "url": f"{reverse('customer_cohorts')}?show={name}",
                "is_current": name == way,
            }
            for name, label in ways.items()
        ],
        "may_look": bool(ways),
    }
    kind = CohortKind.LEADS if way == CONVERTED else CohortKind.PURCHASES
    cohorts = list(Cohort.objects.filter(kind=kind).order_by("-month")[:SHOWN])[::-1] if way else []
    if not cohorts:
        # Nothing to choose from where nothing was ever counted.
        return context | {"ways": context["ways"] if Cohort.objects.exists() else []}
    return context | _shown(cohorts, way, access, base_currency())


def _ways(access: Access) -> dict[str, str]:
    """What may be looked at: counts of all people, for who sees all of them."""
    found: dict[str, str] = {}
    if sees_cohorts(access, CohortKind.PURCHASES):
        found[BUYERS] = pgettext("cohorts", "Bought again")
        found[VALUE] = pgettext("cohorts", "Value")
    if sees_cohorts(access, CohortKind.LEADS):
        found[CONVERTED] = pgettext("cohorts", "Converted leads")
    return found


def _shown(cohorts: Sequence[Cohort], way: str, access: Access, currency: str) -> dict[str, Any]:
    width = min(SHOWN, max(len(cohort.counts) for cohort in cohorts))
    values = [_values(cohort, way)[:width] for cohort in cohorts]
    # The first month of buyers is everybody: it would leave no colour for the others.
    told = [value for row in values for value in row[0 if way == CONVERTED else 1 :]]
    most = max(told, default=0)
    rows = [
        {
            "label": date_format(cohort.month, "YEAR_MONTH_FORMAT"),
            "size": number(cohort.size),
            "url": _url(way, cohort.month, None),
            "cells": [
                _cell(cohort, place, value, most, way, currency) for place, value in enumerate(row)
            ],
            "rest": range(width - len(row)),
        }
        for cohort, row in zip(cohorts, values, strict=True)
    ]
    return {
        "as_of": cohorts[-1].as_of,
        "rows": rows,
        "months": range(width),
        "averages": [_average(cohorts, values, place, way, currency) for place in range(width)],
        "currency": currency if way == VALUE else "",
    }


def _values(cohort: Cohort, way: str) -> list[float]:
    """The share who bought, or were converted until then, or the value each brought."""
    size = max(cohort.size, 1)
    if way == VALUE:
        return [amount / size for amount in cohort.amounts]
    if way == BUYERS:
        return [count / size for count in cohort.counts]
    total, found = 0, []
    for count in cohort.counts:
        total += count
        found.append(total / size)
    return found


def _cell(cohort: Cohort, place: int, value: float, most: float, way: str, currency: str) -> Cell:
    month = shifted(cohort.month, Grain.MONTH, place)
    count = cohort.counts[place]
    words = {
        "cohort": date_format(cohort.month, "YEAR_MONTH_FORMAT"),
        "month": date_format(month, "YEAR_MONTH_FORMAT"),
        "count": number(sum(cohort.counts[: place + 1]) if way == CONVERTED else count),
        "size": number(cohort.size),
        "amount": money_short(cohort.amounts[place], currency),
    }
    sentences = {
        BUYERS: _("%(count)s of %(size)s who came in %(cohort)s bought in %(month)s"),
        VALUE: _("%(size)s who came in %(cohort)s bought for %(amount)s in %(month)s"),
        CONVERTED: _("%(count)s of %(size)s captured in %(cohort)s were converted until %(month)s"),
    }
    return Cell(
        text=_text(value, way, currency),
        shade=_shade(value, most),
        url=_url(way, cohort.month, month) if count or (way == CONVERTED and value) else "",
        title=sentences[way] % words,
    )


def _text(value: float, way: str, currency: str) -> str:
    if way == VALUE:
        return money_short(round(value), currency) if value else "–"
    return percent(value) if value else "–"


def _shade(value: float, most: float) -> int:
    """0 for nothing, then in fifths of the largest."""
    if not value or not most:
        return 0
    return min(SHADES, 1 + int(SHADES * min(value / most, 1) - 1e-9))


def _average(
    cohorts: Sequence[Cohort], values: Sequence[list[float]], place: int, way: str, currency: str
) -> str:
    """Of all people of the cohorts that are old enough."""
    told = [
        (cohort.size, row[place])
        for cohort, row in zip(cohorts, values, strict=True)
        if place < len(row)
    ]
    people = sum(size for size, _value in told)
    return _text(sum(size * value for size, value in told) / max(people, 1), way, currency)


# -- lists ----------------------------------------------------------------------------------------


def _url(way: str, cohort: date, month: date | None) -> str:
    """The people behind a cell; without a month, the whole cohort."""
    conditions: list[Condition]
    if way == CONVERTED:
        conditions = [Criterion("captured", "between_days", _days(cohort, cohort))]
        if month is not None:
            conditions += [
                Criterion("status", "is", ["converted"]),
                Criterion("closed", "between_days", _days(cohort, month)),
            ]
        return _list("lead_list", conditions)
    conditions = [Criterion("first_purchase", "between_days", _days(cohort, cohort))]
    if month is not None and month != cohort:
        since, until = _days(month, month)
        conditions.append(
            any_of(
                Happened("interaction", ("purchase",), since=since, until=until),
                Happened("deal_closed", ("won",), since=since, until=until),
            )
        )
    return _list("contact_list", conditions)


def _days(first: date, last: date) -> list[str]:
    """First and last day of a span of months."""
    return [first.isoformat(), last.replace(day=monthrange(last.year, last.month)[1]).isoformat()]


def _list(name: str, conditions: Sequence[Condition]) -> str:
    asked = urlencode({"if": [to_parameter(each) for each in conditions]}, doseq=True)
    return f"{reverse(name)}?{asked}"
