"""Forecasting the series of a file: upload, choose columns, watch, result."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analytics.forms.series_trials import SeriesColumnsForm, SeriesForm
from analytics.models import SeriesTrial
from analytics.queries.series_trials import (
    latest_series_trials,
    series_page,
    series_trials_visible_to,
)
from analytics.services.series_trials import copy_series, receive_series, start_series
from analytics.services.tried_files import delete_trial
from analytics.views.tried_files import kept_table
from core import permissions
from core.errors import Refused
from core.pages import (
    UNPROCESSABLE,
    form_page,
    is_by_htmx,
    leave_for,
    render_page,
    status_of_poll,
)
from core.permissions import requires, takes_files
from core.tasks import wake

RUN = SeriesTrial.permission


def _trial(request: HttpRequest, pk: int) -> SeriesTrial:
    return get_object_or_404(series_trials_visible_to(permissions.user_of(request)), pk=pk)


@takes_files
@requires(RUN)
def series_list(request: HttpRequest) -> HttpResponse:
    """A place to drop a file, and what was forecast before."""
    user = permissions.user_of(request)
    form = SeriesForm(request.POST or None, request.FILES or None)

    def on_valid(valid: SeriesForm) -> tuple[str, str]:
        trial = receive_series(upload=valid.cleaned_data["file"], by=user, at=timezone.now())
        return _("The file is read. Check what its columns are."), trial.get_absolute_url()

    context = {
        "trials": latest_series_trials(user),
        "may_see_forecasts": permissions.access_of(user).may("analytics.forecast.view"),
    }
    return form_page(request, "analytics/series/list.html", form, on_valid, context)


@requires(RUN)
def series_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which columns hold time and values, how far ahead, and what drives the values."""
    trial = _trial(request, pk)
    if not trial.can_be_asked:
        return redirect("series_detail", pk=pk)
    form = SeriesColumnsForm(trial, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            user = permissions.user_of(request)
            run = start_series(trial=trial, choices=form.choices(), by=user, as_of=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            wake(run.pk)
            return redirect("series_detail", pk=pk)
    status = UNPROCESSABLE if form.errors else 200
    context = {"trial": trial, "form": form}
    return render_page(request, "analytics/series/columns.html", context, status=status)


@requires(RUN)
def series_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress while it runs, then the forecast."""
    trial = _trial(request, pk)
    if trial.run is None:
        return redirect("series_columns", pk=pk)
    place = request.GET.get("series", "")
    context = series_page(
        trial,
        timezone.now(),
        place=int(place) if place.isascii() and place.isdecimal() and len(place) < 4 else 0,
        method=request.GET.get("method", ""),
    )
    if is_by_htmx(request) and context.get("has_result"):
        return leave_for(request, request.path)  # with the scripts of its charts
    status = status_of_poll(request, is_over=not trial.run.is_active)
    return render_page(
        request, "analytics/series/detail.html", context, parts={"run": "run"}, status=status
    )


@requires(RUN)
@require_POST
def series_again(request: HttpRequest, pk: int) -> HttpResponse:
    """The same file once more, to choose anew."""
    trial, user = _trial(request, pk), permissions.user_of(request)
    copy = copy_series(trial=trial, by=user, at=timezone.now())
    return redirect("series_columns", pk=copy.pk)


@requires(RUN)
@require_POST
def series_delete(request: HttpRequest, pk: int) -> HttpResponse:
    trial = _trial(request, pk)
    delete_trial(trial=trial, by=permissions.user_of(request))
    messages.success(request, _("“%(file)s” and its figures are deleted.") % {"file": trial})
    return redirect("series_list")


@requires(RUN)
def series_forecasts(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """What is expected at each step ahead, with both bands."""
    return kept_table(_trial(request, pk), "forecast")
