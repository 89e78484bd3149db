"""Trying the lead score on a file: upload, choose columns, watch, result."""

from typing import Any

from django.contrib import messages
from django.core.files import File
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analytics.forms.file_trials import ColumnsForm, TrialForm
from analytics.models import FileTrial
from analytics.queries.file_trials import latest_trials, trial_page, trials_visible_to
from analytics.services.file_trials import (
    choices_of,
    copy_trial,
    receive_trial,
    start_trial,
)
from analytics.services.tried_files import delete_trial
from analytics.views.tried_files import kept_table
from core import permissions
from core.errors import Refused
from core.models import User
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
from crm.services.imports.receiving import receive_file

RUN = "analytics.lead_score.run"


def _trial(request: HttpRequest, pk: int) -> FileTrial:
    return get_object_or_404(trials_visible_to(permissions.user_of(request)), pk=pk)


@takes_files
@requires(RUN)
def trial_list(request: HttpRequest) -> HttpResponse:
    """A place to drop a file, and what was tried before."""
    user = permissions.user_of(request)
    form = TrialForm(request.POST or None, request.FILES or None)

    def on_valid(valid: TrialForm) -> tuple[str, str]:
        trial = receive_trial(upload=valid.cleaned_data["file"], by=user, at=timezone.now())
        return _(
            "The file is read. Say which column tells who converted."
        ), trial.get_absolute_url()

    context = {"trials": latest_trials(user)}
    return form_page(request, "analytics/trials/list.html", form, on_valid, context)


@requires(RUN)
def trial_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column says who converted, and what the others are used for."""
    trial = _trial(request, pk)
    if not trial.can_be_asked:
        return redirect("trial_detail", pk=pk)
    form = ColumnsForm(trial, request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.POST.get("action") == "start":
        if form.is_about_other_values:
            form.error = _("These are the values of the column you chose. Check what they mean.")
        else:
            try:
                return _started(trial, form, permissions.user_of(request))
            except Refused as refusal:
                form.error = str(refusal)
    context = {"trial": trial, "form": form}
    status = UNPROCESSABLE if form.error else 200
    return render_page(
        request,
        "analytics/trials/columns.html",
        context,
        parts={"outcome": "outcome"},
        status=status,
    )


def _started(trial: FileTrial, form: ColumnsForm, user: User) -> HttpResponse:
    run = start_trial(trial=trial, choices=form.choices(), by=user, as_of=timezone.now())
    wake(run.pk)
    return redirect("trial_detail", pk=trial.pk)


@requires(RUN)
def trial_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress while it runs, then how good the score would be."""
    trial = _trial(request, pk)
    if trial.run is None:
        return redirect("trial_columns", pk=pk)
    context = trial_page(trial, permissions.user_of(request), timezone.now())
    if is_by_htmx(request) and context.get("has_result"):
        return leave_for(request, request.path)  # with the scripts of its charts
    status = status_of_poll(request, is_over=not trial.run.is_active)
    return render_page(
        request, "analytics/trials/detail.html", context, parts={"run": "run"}, status=status
    )


@requires(RUN)
@require_POST
def trial_again(request: HttpRequest, pk: int) -> HttpResponse:
    """The same file once more: without the named columns at once, else to choose anew."""
    trial, user, now = _trial(request, pk), permissions.user_of(request), timezone.now()
    without = [name for name in request.POST.getlist("without") if name in trial.names]
    copy = copy_trial(trial=trial, without=without, by=user, at=now)
    if without:
        run = start_trial(trial=copy, choices=choices_of(copy), by=user, as_of=now)
        wake(run.pk)
        return redirect("trial_detail", pk=copy.pk)
    return redirect("trial_columns", pk=copy.pk)


@requires(RUN)
@require_POST
def trial_delete(request: HttpRequest, pk: int) -> HttpResponse:
    trial = _trial(request, pk)
    delete_trial(trial=trial, by=permissions.user_of(request))
    messages.success(request, _("“%(file)s” and its figures are deleted.") % {"file": trial})
    return redirect("trial_list")


@requires(RUN)
def trial_predictions(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The chance of each row, by a model that had not seen it."""
    return kept_table(_trial(request, pk), "chances")


@requires("crm.import.use")
@require_POST
def trial_import(request: HttpRequest, pk: int) -> HttpResponse:
    """The file goes on into the import of leads."""
    trial, user = _trial(request, pk), permissions.user_of(request)
    if not trial.file:
        raise Refused(_("The file is no longer there. Upload it in the import."))
    with trial.file.open("rb") as file:
        upload: Any = File(file, trial.file_name)
        made = receive_file(upload=upload, by=user, at=timezone.now(), object_type="crm.lead")
    return redirect(reverse("import_map", args=[made.pk]))
