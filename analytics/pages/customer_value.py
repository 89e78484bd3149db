"""What the page of the value ahead shows: the total with its band, whom to keep, how far to trust it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from analytics.choices import NEEDED_RETURNED, NOTHING_AHEAD
from analytics.pages.customer_charts import bands_chart, past_chart, track_chart
from analytics.pages.customer_groups import groups_of
from analytics.pages.customer_tabs import VALUE as TAB
from analytics.pages.customer_tabs import customer_frame
from analytics.pages.customer_trust import churn_of, parameters_of, trust_of
from analytics.queries.lifetime_value import (
    KIND,
    MILLIS,
    RUN,
    amount,
    sees_money,
    totals_for,
    why_of,
)
from core import permissions
from core.choices import Reach, RunState
from core.conditions import Criterion, to_parameter
from core.currencies import base_currency
from core.models import JobRun, ModelVersion, User
from core.phrases import money_short, number
from core.services.model_versions import champion_of
from crm.models import Contact, ContactLifetime

SHOWN = 10
CENTS = 100
WHY_NOT = {
    "few_returned": gettext_noop(
        "%(returned)s of %(customers)s customers have bought more than once; %(needed)s are needed to foretell "
        "how often they come and when they have left. Until then the page tells what was bought."
    ),
    "too_new": gettext_noop(
        "All %(customers)s customers came on the same day. From the second day on there is something to "
        "learn from."
    ),
}


def value_context(user: User) -> dict[str, Any]:
    """Everything that stands on the page."""
    access = permissions.access_of(user)
    runs = JobRun.objects.filter(kind=KIND).order_by("-pk")
    live = champion_of(KIND)
    frame = customer_frame(access, TAB, kind=KIND, run_right=RUN, last_run=runs.first())
    context: dict[str, Any] = frame | {
        "version": live,
        "may_look": sees_money(access) and access.may("crm.contact.view"),
    }
    run = runs.filter(state=RunState.SUCCEEDED).first()
    if live is None or run is None or not context["may_look"]:
        return context
    return context | _shown(user, live, run, base_currency())


def _shown(user: User, live: ModelVersion, run: JobRun, currency: str) -> dict[str, Any]:
    access = permissions.access_of(user)
    sees_all = access.reach("crm.contact.view") == Reach.ALL
    counts = counts_for(user, run.result)
    says_ahead = live.algorithm != NOTHING_AHEAD
    return {
        "run": run,
        "as_of": run.as_of,
        "counts": counts,
        "sees_all": sees_all,
        "currency": currency,
        "says_ahead": says_ahead,
        "why_not": _why_not(live),
        "figures": list(_figures(counts, live, currency, says_ahead=says_ahead)),
        "work": _work(user, currency),
        "work_url": _list_url("-value_at_risk", Criterion("value_at_risk", "at_least", 1)),
        "groups": groups_of(user, run.result, currency) if sees_all else [],
        "bands_chart": bands_chart(run.result, currency) if sees_all and says_ahead else None,
        "trust": trust_of(live),
        "parameters": parameters_of(live, currency),
        "churn": churn_of(live),
        "past_chart": past_chart(live.metrics),
        "past_rows": live.metrics.get("by_past", []),
        "track_chart": track_chart(live.metrics),
    }


def counts_for(user: User, result: Mapping[str, Any]) -> dict[str, float]:
    """What all customers come to together; of who does not see all contacts, what the seen ones do."""
    access = permissions.access_of(user)
    if access.reach("crm.contact.view") == Reach.ALL:
        return {
            "customers": result.get("customers", 0),
            "returned": result.get("returned", 0),
            "bought": result.get("bought", 0) / CENTS,
            "value": result.get("value", 0) / CENTS,
            "at_risk": result.get("at_risk", 0) / CENTS,
            "expected": result.get("expected", 0) / MILLIS,
            "alive": result.get("alive", 0) / MILLIS,
        }
    rows = ContactLifetime.objects.filter(
        permissions.related_row_condition(Contact, user, "contact"), contact__deleted_at=None
    )
    told = {name: float(value or 0) for name, value in totals_for(user).items()}
    return {
        "customers": rows.count(),
        "returned": rows.filter(purchases__gt=1).count(),
        "bought": told["total"],
        **{name: told[name] for name in ("value", "at_risk", "expected", "alive")},
    }


def _why_not(live: ModelVersion) -> str:
    code = live.parameters.get("why_not", "")
    if not code:
        return ""
    return _(WHY_NOT[code]) % {
        "returned": number(live.parameters["returned"]),
        "customers": number(live.rows),
        "needed": NEEDED_RETURNED,
    }


# -- figures --------------------------------------------------------------------------------------


def _figures(
    counts: Mapping[str, float], live: ModelVersion, currency: str, *, says_ahead: bool
) -> Iterator[dict[str, Any]]:
    if says_ahead:
        yield {
            "label": _("Value ahead, 12 months"),
            "value": money_short(counts["value"], currency),
            "note": _band_text(counts["value"], live, currency),
        }
        yield {
            "label": _("Purchases ahead"),
            "value": number(counts["expected"]),
            "note": _("%(each)s a customer")
            % {"each": number(counts["expected"] / max(counts["customers"], 1), 1)},
        }
        yield {
            "label": _("Value at risk"),
            "value": money_short(counts["at_risk"], currency),
            "note": _("value × chance to have left"),
        }
    yield {
        "label": _("Customers"),
        "value": number(counts["customers"]),
        "note": _returned_text(counts, live),
    }
    yield {
        "label": _("Bought so far"),
        "value": money_short(counts["bought"], currency),
        "note": _("%(each)s a customer")
        % {"each": amount(counts["bought"] / max(counts["customers"], 1), currency)},
    }


def _returned_text(counts: Mapping[str, float], live: ModelVersion) -> str:
    words = {"returned": number(counts["returned"]), "alive": number(counts["alive"])}
    if live.algorithm == "bg_nbd":
        return _("%(returned)s came back, about %(alive)s still there") % words
    return _("%(returned)s came back") % words


def band_of(value: float, live: ModelVersion) -> tuple[float, float] | None:
    """Ends of the total, as wide as such totals were off before."""
    band = live.metrics.get("band")
    return None if band is None else (value * band[0], value * band[1])


def _band_text(value: float, live: ModelVersion, currency: str) -> str:
    band = band_of(value, live)
    if band is None:
        return _("too short a past for a range")
    low, high = (money_short(end, currency) for end in band)
    return _("80%% range %(low)s to %(high)s") % {"low": low, "high": high}


# -- the work list --------------------------------------------------------------------------------


def _work(user: User, currency: str) -> list[dict[str, Any]]:
    """Customers of whom most is at stake while it is open whether they are still there."""
    access = permissions.access_of(user)
    rows = ContactLifetime.objects.filter(
        permissions.related_row_condition(Contact, user, "contact"),
        contact__deleted_at=None,
        at_risk__gt=0,
    )
    rows = rows.select_related("contact__company", "contact__owner").order_by(
        "-at_risk", "-contact"
    )
    today = timezone.localdate()
    sees_company = access.sees("crm.contact.company") and access.may("crm.company.view")
    return [
        {
            "row": row,
            "name": row.contact.name_for(access),
            "url": row.contact.get_absolute_url(),
            "company": row.contact.company if sees_company else None,
            "owner": row.contact.owner if access.sees("crm.contact.owner") else None,
            "value": amount(row.value, currency),
            "at_risk": amount(row.at_risk, currency),
            "why": why_of(row, today),
        }
        for row in rows[:SHOWN]
    ]


def _list_url(sort: str, *conditions: Criterion) -> str:
    """The list of contacts in this order."""
    given = "&".join(f"if={to_parameter(each)}" for each in conditions)
    return f"{reverse('contact_list')}?{given}&sort={sort}"


def customers_text(count: int) -> str:
    return ngettext("%(number)s customer", "%(number)s customers", count) % {
        "number": number(count)
    }
