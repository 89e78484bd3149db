"""Campaigns: list, page, editor with its steps, duplicating."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.conditions import Viewpoint, from_json
from core.errors import Refused
from core.filters.builder import Builder
from core.filters.drafts import Branch, Line, draft_from, draft_of
from core.lists import list_context
from core.pages import (
    UNPROCESSABLE,
    form_page,
    is_by_htmx,
    leave_for,
    refusals_in,
    render_page,
    target_of,
)
from core.pages.records import detail_page
from core.permissions import requires
from core.registries.panels import filled_panels
from core.views.list_tools import look_after_indexes
from marketing.choices import CampaignState
from marketing.forms.campaigns import AudienceForm, FollowUpForm, NewCampaignForm, TestForm
from marketing.models import Campaign, CampaignVariant
from marketing.pages.campaigns import campaign_context, editor_context
from marketing.queries.audiences import AudienceNumbers, numbers_of
from marketing.queries.hits import links_of
from marketing.queries.segment_rules import contact_type
from marketing.services.campaigns.drafts import (
    add_variant,
    duplicate_campaign,
    remove_variant,
    save_campaign,
    set_audience,
    weigh_variants,
)
from marketing.services.campaigns.follow_ups import follow_up_campaign
from marketing.tables import CAMPAIGNS

AUDIENCE = "marketing/campaigns/audience.html"
FORM, READS, COUNT = "audience-form", "rule-reads", "audience-count"


def campaign_of(request: HttpRequest, pk: int, action: str = "view") -> Campaign:
    """The campaign, if the user reaches it; also for the views of its other pages."""
    user = permissions.user_of(request)
    rows = Campaign.objects.visible_to(user, action).select_related("owner", "purpose", "winner")
    found: Campaign = get_object_or_404(rows, pk=pk)
    return found


def draft_at(request: HttpRequest, pk: int) -> Campaign:
    """A campaign that can still be changed; of one that is sent or being sent its page is shown."""
    campaign = campaign_of(request, pk, "edit")
    if not campaign.is_changeable:
        said = _("This campaign is being sent or was sent. Duplicate it to change something.")
        raise Refused(said, campaign.get_absolute_url())
    return campaign


@requires("marketing.campaign.view")
def campaign_list(request: HttpRequest) -> HttpResponse:
    context = list_context(CAMPAIGNS, request) | {"bar": "marketing/campaigns/list_bar.html"}
    look_after_indexes(context["state"])
    return render_page(request, "core/list/page.html", context, parts={"list": "list"})


@requires("marketing.campaign.view")
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What a campaign did; a draft opens where it is written, for whoever may write it."""
    campaign, user = campaign_of(request, pk), permissions.user_of(request)
    context = campaign_context(campaign, user, "report")
    if campaign.state == CampaignState.DRAFT and context["may_edit"]:
        return redirect("campaign_edit", pk=pk)
    context |= {
        "has_begun": campaign.started_at is not None,
        "may_export": permissions.access_of(user).may("marketing.campaign.export"),
        "follow_up_form": FollowUpForm(campaign=campaign),
    }
    context["panels"] = filled_panels("marketing.campaign.report", campaign, user)
    return render_page(request, "marketing/campaigns/detail.html", context)


@requires("marketing.campaign.view")
def campaign_links(request: HttpRequest, pk: int) -> HttpResponse:
    """Which links were followed, by people and by machines."""
    campaign = campaign_of(request, pk)
    context = campaign_context(campaign, permissions.user_of(request), "links")
    context["links"] = links_of(campaign)
    return render_page(request, "marketing/campaigns/links.html", context)


@requires("marketing.campaign.view")
def campaign_about(request: HttpRequest, pk: int) -> HttpResponse:
    """Its facts, files and changes."""
    return detail_page(request, "marketing.campaign", pk)


@requires("marketing.campaign.create")
def campaign_create(request: HttpRequest) -> HttpResponse:
    form = NewCampaignForm(request.POST or None)

    def make(form: NewCampaignForm) -> tuple[str, str]:
        campaign = Campaign(**form.cleaned_data)
        user = permissions.user_of(request)
        save_campaign(campaign=campaign, by=user, at=timezone.now())
        return _("The draft is made."), reverse("campaign_edit", args=[campaign.pk])

    return form_page(request, "marketing/campaigns/new.html", form, make)


@requires("marketing.campaign.create")
@require_POST
def campaign_duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    copy = duplicate_campaign(
        campaign=campaign_of(request, pk), by=permissions.user_of(request), at=timezone.now()
    )
    messages.success(request, _("This is the copy. Give it a name of its own."))
    return redirect("campaign_edit", pk=copy.pk)


@requires("marketing.campaign.create")
@require_POST
def campaign_follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft to those of its recipients who did this or that."""
    campaign, user = campaign_of(request, pk), permissions.user_of(request)
    try:
        draft = follow_up_campaign(
            campaign=campaign, group=request.POST.get("group", ""), by=user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("campaign_detail", pk=pk)
    messages.success(request, _("The draft is made. Write its message."))
    return redirect("campaign_edit", pk=draft.pk)


# -- audience --------------------------------------------------------------------------------------


@requires("marketing.campaign.edit")
def campaign_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The first step: whom it goes to, from whom, what it is for."""
    campaign = draft_at(request, pk)
    view = Viewpoint(permissions.user_of(request), timezone.localtime())
    is_sent = request.method == "POST"
    is_done = bool({"save", "next"} & set(request.POST))
    form = AudienceForm(
        request.POST if is_done else None,
        campaign=campaign,
        user=view.user,
        typed=request.POST if is_sent and not is_done else None,
    )
    builder = _builder(request, campaign, view, is_applied=is_done)
    if is_done and form.is_valid():
        with refusals_in(form):
            campaign = form.filled()
            campaign.condition = _condition(builder)
            set_audience(
                campaign=campaign,
                segments=form.chosen("segments"),
                excluded=form.chosen("excluded"),
                by=view.user,
                at=view.now,
            )
            context = editor_context(campaign, "audience")
            messages.success(request, _("The audience is saved."))
            after = context["next_step"]["url"] if context["next_step"] else request.path
            return leave_for(request, after if "next" in request.POST else request.path)
    context = {
        **editor_context(campaign, "audience"),
        "form": form,
        "builder": builder,
        "action": request.get_full_path(),
    }
    return _answer(request, context, campaign, view, is_refused=is_done)


def _condition(builder: Builder) -> dict[str, Any]:
    """What the lines ask; nothing where none of them asks anything."""
    if builder.condition is None and not builder.refusals:
        return {}
    return builder.answer().as_json()


def _builder(
    request: HttpRequest, campaign: Campaign, view: Viewpoint, *, is_applied: bool
) -> Builder:
    if "entry" in request.POST:
        draft = draft_from(request.POST)
    elif campaign.condition:
        draft = draft_of(from_json(campaign.condition))
    else:
        draft = Branch(entries=(Line(),))
    return Builder(draft, contact_type(), view, is_applied=is_applied)


def _answer(
    request: HttpRequest,
    context: dict[str, Any],
    campaign: Campaign,
    view: Viewpoint,
    *,
    is_refused: bool,
) -> HttpResponse:
    """The page, or the part that changes while somebody edits."""
    target = target_of(request)
    if target == READS:
        return render(request, "marketing/campaigns/reads.html", context)
    # Scripts ask for the count when the page is there: it may take seconds.
    if target == COUNT or (request.method == "POST" and not is_by_htmx(request)):
        context |= _counted(campaign, context["form"], context["builder"], view)
    if target == COUNT:
        return render(request, "marketing/campaigns/counted.html", context)
    is_part = target == FORM
    template = "marketing/campaigns/audience_form.html" if is_part else AUDIENCE
    answer = render(request, template, context, status=UNPROCESSABLE if is_refused else 200)
    answer["Vary"] = "HX-Request"
    return answer


def _counted(
    campaign: Campaign, form: AudienceForm, builder: Builder, view: Viewpoint
) -> dict[str, Any]:
    """How many would get it, as the form stands now."""
    condition = {} if builder.condition is None else builder.condition.as_json()
    try:
        return {"numbers": numbers_of(form.audience(condition), view.now)}
    except Refused as refusal:
        return {"numbers": AudienceNumbers(sentence=str(refusal))}


# -- test ------------------------------------------------------------------------------------------


@requires("marketing.campaign.edit")
def campaign_test(request: HttpRequest, pk: int) -> HttpResponse:
    """The variants, how they are compared, and who decides."""
    campaign, user = draft_at(request, pk), permissions.user_of(request)
    variants = list(campaign.variants.select_related("message"))
    form = TestForm(request.POST or None, campaign=campaign, variants=variants)
    context = {**editor_context(campaign, "test"), "variants": variants}

    def save(form: TestForm) -> tuple[str, str]:
        save_campaign(campaign=form.filled(), by=user, at=timezone.now())
        weigh_variants(campaign=campaign, times=form.times(), by=user)
        after = context["next_step"]
        goes_on = after is not None and "next" in request.POST
        return _("The test is saved."), after["url"] if goes_on and after else request.path

    return form_page(request, "marketing/campaigns/test.html", form, save, context)


@requires("marketing.campaign.edit")
@require_POST
def campaign_variants(request: HttpRequest, pk: int) -> HttpResponse:
    """One more variant, or one less."""
    campaign, user = draft_at(request, pk), permissions.user_of(request)
    if "remove" in request.POST:
        rows = CampaignVariant.objects.filter(campaign=campaign).select_related("message")
        variant = get_object_or_404(rows, letter=request.POST["remove"])
        remove_variant(variant=variant, by=user)
        messages.success(request, _("Variant %(letter)s is gone.") % {"letter": variant.letter})
    else:
        variant = add_variant(campaign=campaign, by=user)
        said = _("Variant %(letter)s is there, as a copy of the one before.")
        messages.success(request, said % {"letter": variant.letter})
    return redirect("campaign_test", pk=pk)
