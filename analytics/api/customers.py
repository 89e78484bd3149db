"""The value ahead of customers by program: of one contact, of all, cohorts, computing it anew."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.runs import started, starting
from analytics.choices import CohortKind
from analytics.models import Cohort
from analytics.pages.customer_value import band_of, counts_for
from analytics.queries.lifetime_value import KIND, RUN, VIEW, reasons_of, sees_cohorts, sees_money
from core import permissions
from core.api.base import ApiView, user_of
from core.api.described import ID, TEXT, Json, described, thing
from core.api.described import query as parameter
from core.api.idempotency import once
from core.api.problems import ProblemError, wrong_parameter
from core.choices import RunState
from core.currencies import base_currency
from core.models import JobRun
from core.services.model_versions import champion_of
from core.telling.values import moment
from crm.models import Contact, ContactLifetime

COUNT: Json = {"type": "integer"}
MAYBE: Json = {"type": ["number", "null"]}
SHARE: Json = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
DAY: Json = {"type": "string", "format": "date"}
AMOUNT: Json = {"type": ["string", "null"], "description": "In the base currency."}
MOMENT: Json = {"type": "string", "format": "date-time"}
CUSTOMER = thing(
    {
        "contact": ID,
        "currency": TEXT,
        "as_of": MOMENT,
        "version": COUNT,
        "run": {"type": ["integer", "null"]},
        "first_purchase": DAY,
        "last_purchase": DAY,
        "purchases": {**COUNT, "description": "Days on which they bought."},
        "bought": AMOUNT,
        "value_ahead": {**AMOUNT, "description": "Of the next twelve months; null if unknown."},
        "value_ahead_low": {**AMOUNT, "description": "Lower end of the 80 % range."},
        "value_ahead_high": {**AMOUNT, "description": "Upper end of the 80 % range."},
        "purchases_ahead": MAYBE,
        "alive": {**SHARE, "description": "Chance to be still there; null for who bought once."},
        "left_risk": {**SHARE, "description": "Chance to have left."},
        "told_by": {"enum": ["", "purchases", "model"]},
        "value_at_risk": AMOUNT,
        "reasons": {
            "type": "array",
            "items": thing({"field": TEXT, "label": TEXT, "points": {"type": "number"}}),
        },
    }
)
OVERVIEW = thing(
    {
        "as_of": MOMENT,
        "run": ID,
        "version": COUNT,
        "currency": TEXT,
        "method": {**TEXT, "description": "bg_nbd, as_before, mean_rate or nothing_ahead."},
        "customers": COUNT,
        "returned": {**COUNT, "description": "Who bought more than once."},
        "bought": MAYBE,
        "value_ahead": MAYBE,
        "value_ahead_low": {**MAYBE, "description": "Lower end of the 80 % range of the total."},
        "value_ahead_high": {**MAYBE, "description": "Upper end of the 80 % range of the total."},
        "value_at_risk": MAYBE,
        "purchases_ahead": MAYBE,
        "parameters": {"type": "object", "additionalProperties": MAYBE},
        "backtest": {"type": "object", "additionalProperties": True},
    }
)
COHORT = thing(
    {
        "month": DAY,
        "size": COUNT,
        "counts": {"type": "array", "items": COUNT, "description": "By month, the first being 0."},
        "amounts": {"type": "array", "items": {"type": "number"}},
    }
)
PARAMETERS = ("r", "alpha", "a", "b", "p", "q", "v")
BACKTEST = ("serves", "cut", "weeks", "expected", "came", "ways", "covered", "past_errors")


def _require_money(request: Request) -> None:
    if not sees_money(permissions.access_of(user_of(request))):
        raise ProblemError(403, "not-allowed", _("Your role does not see what customers bought."))


class CustomerValue(ApiView):
    """What one contact bought and will probably still buy."""

    rights = {"GET": "crm.contact.view"}

    @described("The value ahead of a contact", answers={200: CUSTOMER})
    def get(self, request: Request, pk: int) -> Response:
        _require_money(request)
        user = user_of(request)
        seen = Contact.objects.visible_to(user).filter(pk=pk)
        rows = ContactLifetime.objects.filter(contact__in=seen).select_related("version")
        row = rows.first()
        if row is None:
            raise Http404
        return Response(_customer(row, user))


def _customer(row: ContactLifetime, user: Any) -> Json:
    reasons = reasons_of(row, permissions.access_of(user))
    return {
        "contact": row.contact_id,
        "currency": base_currency(),
        "as_of": moment(row.as_of),
        "version": row.version.number,
        "run": row.run_id,
        "first_purchase": row.first_on.isoformat(),
        "last_purchase": row.last_on.isoformat(),
        "purchases": row.purchases,
        "bought": _amount(row.total),
        "value_ahead": _amount(row.value),
        "value_ahead_low": _amount(row.value_low),
        "value_ahead_high": _amount(row.value_high),
        "purchases_ahead": row.expected,
        "alive": row.alive,
        "left_risk": row.risk,
        "told_by": row.risk_by,
        "value_at_risk": _amount(row.at_risk),
        "reasons": [
            {name: reason[name] for name in ("field", "label", "points")} for reason in reasons
        ],
    }


def _amount(value: Any) -> str | None:
    return None if value is None else str(value)


class CustomerOverview(ApiView):
    """What all customers within your reach will probably buy."""

    rights = {"GET": VIEW}

    @described("The value ahead of all customers", answers={200: OVERVIEW})
    def get(self, request: Request) -> Response:
        _require_money(request)
        permissions.require(user_of(request), "crm.contact.view")
        live = champion_of(KIND)
        done = JobRun.objects.filter(kind=KIND, state=RunState.SUCCEEDED).order_by("-pk").first()
        if live is None or done is None:
            raise Http404
        counts = counts_for(user_of(request), done.result)
        band = band_of(counts["value"], live) or (None, None)
        return Response(
            {
                "as_of": moment(done.as_of),
                "run": done.pk,
                "version": live.number,
                "currency": base_currency(),
                "method": live.algorithm,
                "customers": counts["customers"],
                "returned": counts["returned"],
                "bought": counts["bought"],
                "value_ahead": counts["value"],
                "value_ahead_low": band[0],
                "value_ahead_high": band[1],
                "value_at_risk": counts["at_risk"],
                "purchases_ahead": counts["expected"],
                "parameters": {name: live.parameters.get(name) for name in PARAMETERS},
                "backtest": {name: live.metrics.get(name) for name in BACKTEST},
            }
        )


class CustomerCohorts(ApiView):
    """Who bought again by the month of the first purchase, or was converted by that of the capture."""

    rights = {"GET": VIEW}

    @described(
        "Cohorts of customers or leads",
        query=[parameter("kind", "Of what; purchases unless given.", {"enum": CohortKind.values})],
        answers={200: thing({"results": {"type": "array", "items": COHORT}})},
    )
    def get(self, request: Request) -> Response:
        kind = request.query_params.get("kind", "") or CohortKind.PURCHASES
        if kind not in CohortKind.values:
            raise wrong_parameter("kind", _("There is no such choice."))
        if not sees_cohorts(permissions.access_of(user_of(request)), kind):
            raise ProblemError(403, "not-allowed", _("Your role does not see all of them."))
        rows = Cohort.objects.filter(kind=kind).order_by("month")
        return Response({"results": [_cohort(row) for row in rows]})


def _cohort(row: Cohort) -> Json:
    return {
        "month": row.month.isoformat(),
        "size": row.size,
        "counts": row.counts,
        "amounts": row.amounts,
    }


class CustomerComputing(ApiView):
    """Computing the value ahead anew."""

    rights = {"POST": RUN}

    @starting("Compute the value ahead anew")
    @once
    def post(self, request: Request) -> Response:
        return started(request, KIND)
