"""Forecasts of series: the page, its file, targets."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.forms.forecasts import TargetForm, period_name
from analytics.pages.forecast_charts import Point
from analytics.pages.forecast_choice import Choice
from analytics.pages.forecasts import chosen_points, forecast_context, series_of
from analytics.queries.forecasts import names_of, targets_for
from analytics.services.forecast_targets import set_target
from core import permissions
from core.currencies import base_currency
from core.downloads import CSV, download
from core.exports.files import BYTE_ORDER_MARK
from core.pages import UNPROCESSABLE, leave_for, refusals_in, render_page
from core.permissions import requires
from core.views.list_tools import render_tool


@requires("analytics.forecast.view")
def forecast(request: HttpRequest) -> HttpResponse:
    """History, forecast with its ranges, how far to trust it, why this method."""
    context = forecast_context(permissions.user_of(request), request.GET)
    return render_page(request, "analytics/forecast.html", context)


def _choice(request: HttpRequest) -> Choice:
    """A part without a series is not there: nobody gets, or sets the target of, another one instead."""
    found = Choice.read(permissions.user_of(request), request.GET)
    if found is None or not found.answers(request.GET):
        raise Http404
    return found


@requires("analytics.forecast.view")
def forecast_export(request: HttpRequest) -> StreamingHttpResponse:
    """The whole history and the forecast as a file."""
    choice = _choice(request)
    series = series_of(choice)
    points = chosen_points(choice, series) if series is not None else []
    name = f"forecast-{choice.measure}-{choice.grain}.csv"
    return download(_lines(points), name, CSV)


def _lines(points: list[Point]) -> Iterator[str]:
    heads = [
        _("Period begins"),
        pgettext("chart", "Actual"),
        pgettext("chart", "Forecast"),
        _("80% range from"),
        _("80% range to"),
        _("95% range from"),
        _("95% range to"),
        pgettext("forecast", "Target"),
    ]
    yield BYTE_ORDER_MARK
    yield _line(heads)
    for point in points:
        inner, outer = point.band_80 or (None, None), point.band_95 or (None, None)
        values = (point.actual, point.ahead, *inner, *outer, point.target)
        yield _line([point.start.isoformat(), *values])


def _line(cells: list[Any]) -> str:
    buffer = StringIO()
    csv.writer(buffer).writerow(["" if cell is None else cell for cell in cells])
    return buffer.getvalue()


@requires("analytics.forecast.target")
def forecast_target(request: HttpRequest) -> HttpResponse:
    """What the chosen series is to reach in a month, quarter or year."""
    choice, is_sent = _choice(request), request.method == "POST"
    currency = base_currency() if choice.is_money else ""
    form = TargetForm(request.POST if is_sent else None, today=timezone.localdate(), unit=currency)
    if is_sent and form.is_valid():
        period, starts_on = form.chosen
        amount = form.cleaned_data["amount"]
        with refusals_in(form):
            set_target(
                measure=choice.measure,
                part=choice.part,
                period=period,
                starts_on=starts_on,
                amount=amount,
                by=choice.user,
                at=timezone.now(),
            )
            words = {"period": period_name(period, starts_on)}
            done = (
                _("The target of %(period)s is set.")
                if amount is not None
                else _("The target of %(period)s is taken away.")
            )
            messages.success(request, done % words)
            return leave_for(request, choice.url())
    stored = targets_for(choice.user).filter(
        measure=choice.measure, cut=choice.part.cut, key=choice.part.key
    )
    context = {
        "form": form,
        "targets": [
            {"period": period_name(each.period, each.starts_on), "amount": each.amount}
            for each in stored.order_by("-starts_on", "period")[:24]
        ],
        "currency": currency,
        "part_name": names_of([choice.part])[choice.part],
        "measure": choice.measure.label,
        "action": choice.url("forecast_target"),
        "back": choice.url(),
    }
    status = UNPROCESSABLE if is_sent else 200
    template = "analytics/forecast/target_form.html"
    return render_tool(request, _("Set a target"), template, context, status=status)
