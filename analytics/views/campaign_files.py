"""Importing a past campaign: upload, choose columns, watch, its report; taking it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analytics.forms.campaign_files import CampaignColumnsForm, CampaignFileForm
from analytics.models import CampaignFile
from analytics.queries.campaign_files import (
    campaign_file_page,
    campaign_files_visible_to,
    latest_campaign_files,
)
from analytics.services.campaign_files import receive_campaign, start_campaign_import, take_back
from analytics.services.tried_files import delete_trial
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
from marketing.models import Campaign

CREATE = CampaignFile.permission


def _trial(request: HttpRequest, pk: int) -> CampaignFile:
    return get_object_or_404(campaign_files_visible_to(permissions.user_of(request)), pk=pk)


@takes_files
@requires(CREATE)
def past_campaign_list(request: HttpRequest) -> HttpResponse:
    """A place to drop a file, and what was imported before."""
    user = permissions.user_of(request)
    form = CampaignFileForm(request.POST or None, request.FILES or None)

    def on_valid(valid: CampaignFileForm) -> tuple[str, str]:
        trial = receive_campaign(upload=valid.cleaned_data["file"], by=user, at=timezone.now())
        return _("The file is read. Check what its columns are."), trial.get_absolute_url()

    context = {"trials": latest_campaign_files(user)}
    return form_page(request, "analytics/past/list.html", form, on_valid, context)


@requires(CREATE)
def past_campaign_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What the campaign was, and what each column says of a person."""
    trial, user = _trial(request, pk), permissions.user_of(request)
    if not trial.can_be_asked:
        return redirect("past_campaign_detail", pk=pk)
    sees_cost = permissions.access_of(user).sees("marketing.campaign.cost")
    is_started = "start" in request.POST
    form = CampaignColumnsForm(
        trial,
        request.POST if is_started else None,
        typed=request.POST if request.method == "POST" and not is_started else None,
        sees_cost=sees_cost,
    )
    if is_started and form.is_valid():
        try:
            run = start_campaign_import(
                trial=trial, choices=form.choices(), by=user, as_of=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            wake(run.pk)
            return redirect("past_campaign_detail", pk=pk)
    return render_page(
        request,
        "analytics/past/columns.html",
        {"trial": trial, "form": form},
        parts={"parts": "parts"},
        status=UNPROCESSABLE if form.errors else 200,
    )


@requires(CREATE)
def past_campaign_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress while it runs; then its report, and from there on what came of the rows."""
    trial, user = _trial(request, pk), permissions.user_of(request)
    if trial.run is None or (trial.can_be_asked and trial.run.state == "succeeded"):
        return redirect("past_campaign_columns", pk=pk)
    context = campaign_file_page(trial, timezone.now())
    campaign = trial.campaign
    is_there = campaign is not None and campaign.deleted_at is None
    if is_by_htmx(request) and context["has_result"] and campaign is not None and is_there:
        return leave_for(request, campaign.get_absolute_url())
    context |= {
        "is_there": is_there,
        "may_delete": is_there and permissions.reaches(Campaign, user, campaign, "delete"),
    }
    status = status_of_poll(request, is_over=not trial.run.is_active)
    return render_page(
        request, "analytics/past/detail.html", context, parts={"run": "run"}, status=status
    )


@requires(CREATE)
@require_POST
def past_campaign_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """The campaign goes into the bin; the file can be asked anew."""
    trial = _trial(request, pk)
    take_back(trial=trial, by=permissions.user_of(request), at=timezone.now())
    messages.success(request, _("The import is taken back. The campaign lies in the bin."))
    return redirect("past_campaign_list")


@requires(CREATE)
@require_POST
def past_campaign_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget the file; a campaign that came of it stays."""
    trial = _trial(request, pk)
    delete_trial(trial=trial, by=permissions.user_of(request))
    messages.success(request, _("“%(file)s” is deleted.") % {"file": trial})
    return redirect("past_campaign_list")
