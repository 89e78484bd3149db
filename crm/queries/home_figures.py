"""The figures of home: each is a condition, so that the list behind it shows the same records."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Subquery
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.conditions import Condition, Criterion
from core.errors import Refused
from core.models import Installation
from core.phrases import money, number, percent, signed
from core.queries.home import HomeView, ask_at_once, count, total

AMOUNT = "base_amount"
WINDOW = 90  # days of the conversion rate
DEAL_OPEN = Criterion("status", "is", ["open"])
DEAL_WON = Criterion("status", "is", ["won"])
PLANNED = Criterion("done", "empty")
CONVERTED = Criterion("status", "is", ["converted"])


@dataclass(frozen=True)
class Question:
    """Records to be counted, or summed up over a column."""

    key: str
    conditions: tuple[Condition, ...]
    column: str = ""


def _created(period: str) -> Criterion:
    return Criterion("created", "in", period)


def since_yesterday(home: HomeView) -> Criterion:
    today = home.view.now.date()
    days = [(today - timedelta(days=1)).isoformat(), today.isoformat()]
    return Criterion("created", "between_days", days)


def overdue(home: HomeView) -> tuple[Condition, ...]:
    return PLANNED, Criterion("at", "before", home.view.now.date().isoformat())


def _window(home: HomeView, before: int) -> Criterion:
    """The days in which the leads of a conversion rate were closed."""
    last = home.view.now.date() - timedelta(days=before)
    days = [(last - timedelta(days=WINDOW - 1)).isoformat(), last.isoformat()]
    return Criterion("closed", "between_days", days)


def closing(period: str) -> tuple[Condition, ...]:
    return DEAL_OPEN, Criterion("close", "in", period)


def _questions(home: HomeView) -> dict[str, Question]:
    lead, deal, activity = "crm.lead", "crm.deal", "crm.activity"
    fresh = Criterion("created", "last_days", 7)
    now, earlier = _window(home, 0), _window(home, WINDOW)
    month = Criterion("closed", "in", "this_month")
    month_before = Criterion("closed", "in", "last_month")
    new = since_yesterday(home)
    return {
        "leads_week": Question(lead, (_created("this_week"),)),
        "leads_week_before": Question(lead, (_created("last_week"),)),
        "closed": Question(lead, (now,)),
        "converted": Question(lead, (now, CONVERTED)),
        "closed_before": Question(lead, (earlier,)),
        "converted_before": Question(lead, (earlier, CONVERTED)),
        "pipeline": Question(deal, (DEAL_OPEN,), AMOUNT),
        "pipeline_new": Question(deal, (DEAL_OPEN, fresh), AMOUNT),
        "won": Question(deal, (DEAL_WON, month), AMOUNT),
        "won_before": Question(deal, (DEAL_WON, month_before), AMOUNT),
        "closing": Question(deal, closing("this_month"), AMOUNT),
        "closing_deals": Question(deal, closing("this_month")),
        "overdue": Question(activity, overdue(home)),
        "due_today": Question(activity, (PLANNED, Criterion("at", "in", "today"))),
        "new_leads": Question(lead, (new,)),
        "new_contacts": Question("crm.contact", (new,)),
        "new_companies": Question("crm.company", (new,)),
        "new_deals": Question(deal, (new,)),
    }


def _ask(home: HomeView) -> dict[str, Any]:
    """All answers that the user may have; a question about a hidden field has none."""
    columns: dict[str, Subquery] = {}
    for name, question in _questions(home).items():
        if not _may_ask(home, question):
            continue
        try:
            rows = home.rows(question.key, *question.conditions)
        except Refused:
            continue
        columns[name] = total(rows, question.column) if question.column else count(rows)
    columns["currency"] = Subquery(Installation.objects.values("base_currency"))
    answers = ask_at_once(home.user, columns)
    return answers | {"currency": answers["currency"] or Installation().base_currency}


def _may_ask(home: HomeView, question: Question) -> bool:
    access = home.view.access
    sees_amount = not question.column or access.sees("crm.deal.amount")
    return access.may(f"{question.key}.view") and sees_amount


def numbers(home: HomeView) -> dict[str, Any]:
    return home.once("crm.numbers", _ask)


# -- the strip -----------------------------------------------------------------------------------


def figures(home: HomeView, _user: Any) -> dict[str, Any] | None:
    """Five figures with what they are compared with."""
    known = numbers(home)
    made = (_new_leads, _pipeline, _won, _overdue, _conversion)
    items = [figure for make in made if (figure := make(home, known)) is not None]
    return {"items": items} if items else None


def _new_leads(home: HomeView, known: dict[str, Any]) -> dict[str, Any] | None:
    if "leads_week" not in known:
        return None
    words = {"number": number(known["leads_week_before"])}
    return {
        "label": _("New leads this week"),
        "value": number(known["leads_week"]),
        "note": _("%(number)s in all of last week") % words,
        "url": home.address("crm.lead", _created("this_week")),
    }


def _pipeline(home: HomeView, known: dict[str, Any]) -> dict[str, Any] | None:
    if "pipeline" not in known:
        return None
    words = {"amount": money(round(known["pipeline_new"]), known["currency"])}
    return {
        "label": _("Open pipeline"),
        "value": money(round(known["pipeline"]), known["currency"]),
        "note": _("%(amount)s of it new in 7 days") % words,
        "url": home.address("crm.deal", DEAL_OPEN, sort="-amount"),
    }


def _won(home: HomeView, known: dict[str, Any]) -> dict[str, Any] | None:
    if "won" not in known:
        return None
    words = {"amount": money(round(known["won_before"]), known["currency"])}
    month = Criterion("closed", "in", "this_month")
    return {
        "label": _("Won this month"),
        "value": money(round(known["won"]), known["currency"]),
        "note": _("%(amount)s in all of last month") % words,
        "url": home.address("crm.deal", DEAL_WON, month, sort="-amount"),
    }


def _overdue(home: HomeView, known: dict[str, Any]) -> dict[str, Any] | None:
    if "overdue" not in known:
        return None
    words = {"number": number(known["due_today"])}
    return {
        "label": _("Overdue"),
        "value": number(known["overdue"]),
        "note": _("%(number)s more for today") % words,
        "url": home.address("crm.activity", *overdue(home), sort="at"),
    }


def _conversion(home: HomeView, known: dict[str, Any]) -> dict[str, Any] | None:
    if "closed" not in known or "converted" not in known:
        return None
    rate, before = (
        known[f"converted{when}"] / known[f"closed{when}"] if known[f"closed{when}"] else None
        for when in ("", "_before")
    )
    figure = {
        "label": _("Conversion, 90 days"),
        "value": percent(rate, 1),
        "note": _("no lead was closed in the 90 days before"),
        "url": home.address("crm.lead", _window(home, 0), CONVERTED),
    }
    if rate is not None and before is not None:
        points = round((rate - before) * 100, 1)
        figure["change"] = pgettext("percentage points", "%(points)s pts") % {
            "points": signed(points)
        }
        figure["tone"] = "up" if points > 0 else "down" if points < 0 else ""
        figure["note"] = _("against the 90 days before")
    return figure
