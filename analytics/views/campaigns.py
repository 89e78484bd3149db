"""Campaigns beside each other, measuring one anew, planning a test."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analytics.forms.test_planner import TestPlannerForm
from analytics.pages.campaign_comparison import comparison_context
from analytics.pages.campaign_report import currency_of
from analytics.pages.campaign_sheet import CampaignSheet
from analytics.pages.test_planner import answer_to
from analytics.queries.campaigns import KIND, effect_of
from core import permissions
from core.downloads import CSV, download
from core.errors import Refused
from core.exports.files import csv_pieces, xlsx_file
from core.pages import render_page
from core.permissions import requires
from core.phrases import number
from core.services.jobs import start_run
from core.tasks import wake
from marketing.services.campaigns.winners import choose_winner
from marketing.views.campaigns import campaign_of


@requires("marketing.campaign.view")
def campaign_comparison(request: HttpRequest) -> HttpResponse:
    """What each campaign changed, brought and cost."""
    context = comparison_context(permissions.user_of(request), request.GET, timezone.now())
    return render_page(request, "analytics/campaign_comparison.html", context)


@requires("marketing.campaign.export")
def campaign_figures(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The figures of its report as a table."""
    campaign, user = campaign_of(request, pk, "export"), permissions.user_of(request)
    effect = effect_of(campaign)
    if effect is None:
        raise Refused(_("This campaign was not measured yet. Measure it first."))
    effect.campaign = campaign
    currency = currency_of(effect, permissions.access_of(user))
    sheet, name = CampaignSheet(effect, currency), slugify(campaign.name) or "campaign"
    if request.GET.get("form") == "xlsx":
        return FileResponse(xlsx_file(sheet), as_attachment=True, filename=f"{name}.xlsx")
    return download(list(csv_pieces(sheet)), f"{name}.csv", CSV)


@requires("marketing.campaign.edit")
@require_POST
def campaign_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Measure one campaign now."""
    campaign = campaign_of(request, pk)
    user, now = permissions.user_of(request), timezone.now()
    run = start_run(kind=KIND, scope={"campaign": campaign.pk}, by=user, as_of=now)
    wake(run.pk)
    messages.success(request, _("The campaign is being measured. Come back in a minute."))
    return redirect("campaign_detail", pk=pk)


@requires("marketing.campaign.edit")
@require_POST
def campaign_winner(request: HttpRequest, pk: int) -> HttpResponse:
    """A person decides which variant the rest of the audience gets."""
    campaign = campaign_of(request, pk, "edit")
    variant = campaign.variants.filter(letter=request.POST.get("letter", "")).first()
    if variant is None:
        messages.error(request, _("This campaign has no such variant. Choose one of the list."))
        return redirect("campaign_detail", pk=pk)
    try:
        count = choose_winner(
            campaign=campaign, variant=variant, by=permissions.user_of(request), at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("Variant %(letter)s goes to the %(count)s people who waited.")
        messages.success(request, said % {"letter": variant.letter, "count": number(count)})
    return redirect("campaign_detail", pk=pk)


@requires("marketing.campaign.view")
def test_planner(request: HttpRequest) -> HttpResponse:
    """How many people a test needs."""
    form = TestPlannerForm.filled(request.GET)
    answer = answer_to(form.cleaned_data) if form.is_valid() else None
    return render_page(request, "analytics/test_planner.html", {"form": form, "answer": answer})
