"""Forecasts by program: the series that the caller may see, a new run, targets."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.runs import started, starting
from analytics.choices import Cut, Grain, Measure, TargetPeriod
from analytics.models import ForecastSeries, ForecastTarget
from analytics.models.periods import shifted
from analytics.queries.forecasts import KIND, Part, names_of, series_for, targets_for
from analytics.services.forecast_targets import set_target
from core.api import lists
from core.api.base import ApiView, body_of, user_of
from core.api.described import (
    ID,
    IDEMPOTENCY,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    listed,
    thing,
)
from core.api.described import query as parameter
from core.api.idempotency import once
from core.api.problems import InvalidError, wrong_parameter
from core.telling.values import moment

VIEW, RUN, TARGET = (f"analytics.forecast.{action}" for action in ("view", "run", "target"))
MAYBE_AMOUNT: Json = {"type": ["number", "null"]}
DAY: Json = {"type": "string", "format": "date"}
KEY: Json = {
    "type": "string",
    "description": "The number of a team, owner or product, else a name; empty for records without "
    "one, * for the small ones together.",
}
PLACE: Json = {
    "measure": {"enum": Measure.values},
    "cut": {"enum": Cut.values},
    "key": KEY,
}
BRIEF: Json = {
    "id": ID,
    **PLACE,
    "name": {**TEXT, "description": "What the part is called."},
    "grain": {"enum": Grain.values},
    "as_of": {"type": "string", "format": "date-time"},
    "method": TEXT,
    "beats_baseline": {
        "type": ["boolean", "null"],
        "description": "Whether it beats what was a season before; null when too short to be tried.",
    },
}
POINT = thing(
    {
        "starts_on": DAY,
        "actual": MAYBE_AMOUNT,
        "forecast": MAYBE_AMOUNT,
        "lower_80": MAYBE_AMOUNT,
        "upper_80": MAYBE_AMOUNT,
        "lower_95": MAYBE_AMOUNT,
        "upper_95": MAYBE_AMOUNT,
    }
)
STEP = thing(
    {
        "step": {"type": "integer", "description": "Periods ahead."},
        "origins": {"type": "integer", "description": "Past moments it was tried at."},
        "error": {**MAYBE_AMOUNT, "description": "As a share of what came."},
        "baseline": {**MAYBE_AMOUNT, "description": "The same of what was a season before."},
        "covered": {**MAYBE_AMOUNT, "description": "Share that lay in the 80 % range."},
    }
)
METHOD = thing(
    {
        "name": TEXT,
        "error": MAYBE_AMOUNT,
        "share": {**MAYBE_AMOUNT, "description": "The error as a share of what came."},
        "seconds": MAYBE_AMOUNT,
    }
)
SERIES = thing(BRIEF)
WHOLE = thing(
    {
        **BRIEF,
        "reason": TEXT,
        "run": ID,
        "version": {"type": "integer"},
        "points": {"type": "array", "items": POINT},
        "backtest": {"type": "array", "items": STEP},
        "methods": {"type": "array", "items": METHOD},
    }
)
GIVEN: Json = {
    **PLACE,
    "period": {"enum": TargetPeriod.values},
    "starts_on": {**DAY, "description": "The first day of the month, quarter or year."},
    "amount": {**MAYBE_AMOUNT, "description": "null takes the target away."},
}
TARGETS = thing({"id": ID, **GIVEN, "set_at": {"type": "string", "format": "date-time"}})


def _brief(row: ForecastSeries, names: dict[Part, str]) -> Json:
    return {
        "id": row.pk,
        "measure": row.measure,
        "cut": row.cut,
        "key": row.key,
        "name": names[Part(row.cut, row.key)],
        "grain": row.grain,
        "as_of": moment(row.as_of),
        "method": row.chosen,
        "beats_baseline": row.backtest.get("beats"),
    }


def _points(row: ForecastSeries) -> list[Json]:
    count = len(row.values)
    empty = dict.fromkeys(("forecast", "lower_80", "upper_80", "lower_95", "upper_95"))
    found: list[Json] = [
        {"starts_on": shifted(row.first, row.grain, number).isoformat(), "actual": value, **empty}
        for number, value in enumerate(row.values)
    ]
    for step, value in enumerate(row.ahead):
        bands = {
            f"{end}_{level}": getattr(row, end)[place][step]
            for place, level in enumerate((80, 95))
            for end in ("lower", "upper")
        }
        start = shifted(row.first, row.grain, count + step)
        found.append({"starts_on": start.isoformat(), "actual": None, "forecast": value, **bands})
    return found


class SeriesList(ApiView):
    """All series of the latest forecast."""

    rights = {"GET": VIEW}

    @described(
        "Forecast series",
        query=[
            *lists.PAGING,
            parameter("measure", "Of one measure only.", {"enum": Measure.values}),
            parameter("grain", "Of one length of period only.", {"enum": Grain.values}),
            parameter("cut", "Of one cut only.", {"enum": Cut.values}),
        ],
        answers={200: listed(SERIES)},
    )
    def get(self, request: Request) -> Response:
        rows = series_for(user_of(request)).defer("values", "ahead", "lower", "upper", "candidates")
        for name, known in (("measure", Measure), ("grain", Grain), ("cut", Cut)):
            asked = request.query_params.get(name, "")
            if asked and asked not in known.values:
                raise wrong_parameter(name, _("There is no such choice."))
            rows = rows.filter(**{name: asked}) if asked else rows
        answer = lists.answer(request, rows, lambda row: row)
        shown: list[ForecastSeries] = answer.data["results"]
        names = names_of({Part(row.cut, row.key) for row in shown})
        return Response({**answer.data, "results": [_brief(row, names) for row in shown]})


class SeriesDetail(ApiView):
    """One series."""

    rights = {"GET": VIEW}

    @described("A forecast series with its points", answers={200: WHOLE})
    def get(self, request: Request, pk: int) -> Response:
        row = series_for(user_of(request)).select_related("version").filter(pk=pk).first()
        if row is None:
            raise Http404
        names = names_of([Part(row.cut, row.key)])
        told = {
            "reason": row.reason,
            "run": row.run_id,
            "version": row.version.number,
            "points": _points(row),
            "backtest": row.backtest.get("steps", []),
            "methods": row.candidates,
        }
        return Response(_brief(row, names) | told)


class Forecasting(ApiView):
    """Making the forecasts anew."""

    rights = {"POST": RUN}

    @starting("Make the forecasts anew")
    @once
    def post(self, request: Request) -> Response:
        return started(request, KIND)


class Targets(ApiView):
    """Targets of months, quarters and years."""

    rights = {"GET": VIEW, "POST": TARGET}

    @described("Targets of forecasts", query=lists.PAGING, answers={200: listed(TARGETS)})
    def get(self, request: Request) -> Response:
        return lists.answer(request, targets_for(user_of(request)), _target)

    @described(
        "Set a target, or take it away",
        takes=thing(GIVEN, required=["measure", "period", "starts_on", "amount"]),
        headers=(IDEMPOTENCY,),
        answers={200: thing({"target": {"anyOf": [TARGETS, {"type": "null"}]}})},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request) -> Response:
        said = _given(body_of(request))
        target = set_target(
            measure=said["measure"],
            part=Part(said.get("cut", Cut.TOTAL), said.get("key", "")),
            period=said["period"],
            starts_on=said["starts_on"],
            amount=said["amount"],
            by=user_of(request),
            at=timezone.now(),
        )
        return Response({"target": _target(target) if target else None})


def _target(row: ForecastTarget) -> Json:
    told = {name: getattr(row, name) for name in ("measure", "cut", "key", "period")}
    return {
        "id": row.pk,
        **told,
        "starts_on": row.starts_on.isoformat(),
        "amount": float(row.amount),
        "set_at": moment(row.set_at),
    }


def _given(body: Json) -> Json:
    """The values of a body; refuses what is unknown, missing or of another type."""
    for name in body:
        if name not in GIVEN:
            raise InvalidError({name: [_("There is no such field.")]})
    for name in ("measure", "period", "starts_on", "amount"):
        if name not in body:
            raise InvalidError({name: [_("This field is required.")]})
    read: dict[str, Any] = {"starts_on": _day, "amount": _amount}
    return {name: read.get(name, _text)(name, value) for name, value in body.items()}


def _wrong(name: str) -> InvalidError:
    return InvalidError({name: [_("This is not a value for this field.")]})


def _text(name: str, value: Any) -> str:
    choices = {"measure": Measure.values, "cut": Cut.values, "period": TargetPeriod.values}
    if not isinstance(value, str) or value not in choices.get(name, [value]) or "\0" in value:
        raise _wrong(name)
    return value[:120]


def _day(name: str, value: Any) -> date:
    try:
        found = parse_date(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        raise _wrong(name)
    return found


def _amount(name: str, value: Any) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _wrong(name)
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise _wrong(name) from None
    if not found.is_finite():
        raise _wrong(name)
    return found.quantize(Decimal("0.01")) if abs(found) < Decimal(10) ** 20 else found
