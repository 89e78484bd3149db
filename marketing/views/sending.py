"""How a campaign is sent: when, its steps from draft to sent, how it goes, its recipients."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.currencies import base_currency
from core.downloads import CSV, download
from core.errors import Refused
from core.exports.files import csv_pieces, xlsx_file
from core.fields.ordering import Order
from core.lists.keyset import fetch_page
from core.models import User
from core.pages import form_page, render_page, status_of_poll
from core.permissions import requires
from core.services.exports import MOST_XLSX_ROWS
from core.values import grouped
from marketing.choices import CampaignState, Reaction, RecipientState
from marketing.forms.sending import RecipientFilterForm, ScheduleForm
from marketing.models import Campaign, PastPerson, Recipient
from marketing.pages.campaigns import campaign_context, editor_context
from marketing.queries.sending import progress_of, recipients_of
from marketing.services.campaigns.drafts import save_campaign
from marketing.services.campaigns.links import ask_links
from marketing.services.campaigns.preflight import checks, numbers
from marketing.services.campaigns.steps import UNDER_WAY, open_steps, take_step
from marketing.services.sending.departure import departure
from marketing.services.sending.why import why
from marketing.services.sending.words import why_not
from marketing.tasks import wake_link_checks, wake_sender
from marketing.views.campaigns import campaign_of, draft_at

PAGE_SIZE = 50
ASKING_LINKS = ("ask", "approve", "schedule")
LIVE = "sending-live"
ASKS = "ask"  # the page opens with the question whether it is to go
EXPORTED_AT_ONCE = 2_000
BUTTONS = {
    "schedule": "may_schedule",
    "ask": "may_ask",
    "approve": "may_approve",
    "draft": "may_take_back",
    "pause": "may_pause",
    "resume": "may_resume",
    "cancel": "may_cancel",
    "again": "may_send_again",
}


# -- the last step of the editor -------------------------------------------------------------------


@requires("marketing.campaign.edit")
def campaign_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """When it begins, how fast it goes, and what is to be mended before."""
    campaign, user, now = draft_at(request, pk), permissions.user_of(request), timezone.now()
    form = ScheduleForm(request.POST or None, campaign=campaign)
    context = {**editor_context(campaign, "schedule"), **_readiness(campaign, user)}
    context["asks"] = request.method == "GET" and ASKS in request.GET and context["is_ready"]

    def save(form: ScheduleForm) -> tuple[str, str]:
        """What stands in the form is what goes: it is saved before anybody is asked to confirm."""
        save_campaign(campaign=form.filled(), by=user, at=now)
        goes = f"?{urlencode({ASKS: 1})}" if "go" in request.POST else ""
        return _("The schedule is saved."), f"{request.path}{goes}"

    return form_page(request, "marketing/campaigns/schedule.html", form, save, context)


def _readiness(campaign: Campaign, user: User) -> dict[str, Any]:
    now = timezone.now()
    counted = numbers(campaign, now)
    found = checks(campaign, counted, now, user)
    return {
        "numbers": counted,
        "departure": departure(campaign, now),
        "checks": found,
        "is_ready": not any(check.is_stop for check in found),
        **_steps(campaign, user),
    }


def _steps(campaign: Campaign, user: User) -> dict[str, Any]:
    """What this person may do with it now, by the names of the templates."""
    return {BUTTONS[step]: is_open for step, is_open in open_steps(campaign, user).items()}


@requires("marketing.campaign.edit")
@require_POST
def campaign_link_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a worker ask where the links of its letters lead."""
    campaign, user = draft_at(request, pk), permissions.user_of(request)
    if ask_links(campaign, by=user, at=timezone.now()):
        wake_link_checks()
    return redirect("campaign_schedule", pk=pk)


# -- steps -----------------------------------------------------------------------------------------


@requires("marketing.campaign.view")
@require_POST
def campaign_step(request: HttpRequest, pk: int) -> HttpResponse:
    """One step of its way; the service says who may take it."""
    campaign, user = campaign_of(request, pk), permissions.user_of(request)
    step = request.POST.get("step", "")
    taken = take_step(step, campaign=campaign, by=user, at=timezone.now())
    if taken is None:
        raise Refused(_("This is no step of a campaign. Use the buttons of its page."))
    if taken.wakes:
        wake_sender(pk)
    if step in ASKING_LINKS and ask_links(campaign, by=user, at=timezone.now()):
        wake_link_checks()
    messages.success(request, taken.sentence)
    campaign.refresh_from_db()
    if campaign.state == CampaignState.DRAFT:
        return redirect("campaign_schedule", pk=pk)
    return redirect("campaign_sending", pk=pk)


# -- how it goes -----------------------------------------------------------------------------------


@requires("marketing.campaign.view")
def campaign_sending(request: HttpRequest, pk: int) -> HttpResponse:
    """Why it is or is not sending, how far it is; it follows by itself."""
    campaign, user = campaign_of(request, pk), permissions.user_of(request)
    now = timezone.now()
    progress = progress_of(campaign, now)
    context = {
        **campaign_context(campaign, user, "sending"),
        **_steps(campaign, user),
        "progress": progress,
        "departure": departure(campaign, now),
        "why": why(campaign, progress, now),
        "is_live": campaign.state in UNDER_WAY,
        "has_begun": campaign.started_at is not None,
    }
    status = status_of_poll(request, is_over=campaign.state not in UNDER_WAY)
    parts = {LIVE: "live"}
    return render_page(
        request, "marketing/campaigns/sending.html", context, parts=parts, status=status
    )


# -- recipients ------------------------------------------------------------------------------------


@requires("marketing.campaign.view")
def campaign_recipients(request: HttpRequest, pk: int) -> HttpResponse:
    """Who got it, who did not and why."""
    campaign, user = campaign_of(request, pk), permissions.user_of(request)
    form = RecipientFilterForm(request.GET)
    access = permissions.access_of(user)
    if not access.sees("crm.contact.email"):
        del form.fields["search"]
    page = fetch_page(
        recipients_of(campaign, user).filter(**form.wanted()),
        sort=Order("id"),
        descending=False,
        size=PAGE_SIZE,
        token=request.GET.get("after", ""),
    )
    query = form.query()
    context = {
        **campaign_context(campaign, user, "recipients"),
        "filter": form,
        "query": urlencode(query),
        "rows": [_told(row, access) for row in page.rows],
        "previous_url": _place(query, page.previous_token),
        "next_url": _place(query, page.next_token),
        "may_export": access.may("marketing.campaign.export"),
        "counted_only": _counted_only(campaign),
        "sees_address": access.sees("crm.contact.email"),
    }
    return render_page(request, "marketing/campaigns/recipients.html", context)


def _counted_only(campaign: Campaign) -> int:
    """People of a past campaign's file who are no contacts."""
    if not campaign.has_told_outcomes:
        return 0
    return PastPerson.objects.filter(campaign=campaign, recipient=None).count()


def _place(query: dict[str, str], token: str) -> str:
    return f"?{urlencode({**query, 'after': token})}" if token else ""


def _told(row: Recipient, access: permissions.Access) -> dict[str, Any]:
    return {
        "row": row,
        "name": row.contact.name_for(access),
        "state": RecipientState(row.state),
        "why": why_not(row.reason) if row.state != RecipientState.SENT else "",
        "tone": TONES.get(RecipientState(row.state), ""),
        "reaction": _reaction(row),
    }


def _reaction(row: Recipient) -> str:
    """The furthest that the person went."""
    done = [each for each in Reaction if getattr(row, each.value) is not None]
    return str(done[-1].label) if done else ""


TONES = {
    RecipientState.SENT: "ok",
    RecipientState.FAILED: "bad",
    RecipientState.UNKNOWN: "warn",
    RecipientState.TAKEN: "accent",
}


@requires("marketing.campaign.export")
def campaign_recipients_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The recipients that the list shows, as a table."""
    campaign, user = campaign_of(request, pk, "export"), permissions.user_of(request)
    form = RecipientFilterForm(request.GET)
    access = permissions.access_of(user)
    if not access.sees("crm.contact.email"):
        del form.fields["search"]
    rows = recipients_of(campaign, user).filter(**form.wanted())
    sheet, name = RecipientSheet(rows, access), slugify(campaign.name) or "campaign"
    if request.GET.get("form") == "xlsx":
        if rows.count() > MOST_XLSX_ROWS:
            raise Refused(
                _("Excel takes up to %(most)s rows. Take the CSV file instead.")
                % {"most": grouped(MOST_XLSX_ROWS)}
            )
        return FileResponse(xlsx_file(sheet), as_attachment=True, filename=f"{name}.xlsx")
    return download(csv_pieces(sheet), f"{name}.csv", CSV)


def _by_clock(moment: datetime | None) -> datetime | None:
    """By the reader's clock, as spreadsheets know moments."""
    return (
        None if moment is None else timezone.localtime(moment).replace(tzinfo=None, microsecond=0)
    )


@dataclass(frozen=True)
class RecipientSheet:
    """The recipients as rows of a file, read by ranges of their numbers."""

    recipients: QuerySet[Recipient]
    access: permissions.Access

    @property
    def heads(self) -> list[str]:
        address = [_("Address")] if self.access.sees("crm.contact.email") else []
        moments = [str(each.label) for each in Reaction]
        worth = (
            [_("Revenue, %(currency)s") % {"currency": base_currency()}] if self.sees_worth else []
        )
        state = [_("Variant"), _("State"), _("Why"), _("Sent")]
        return [_("Contact"), *address, *state, *moments, *worth]

    @property
    def sees_worth(self) -> bool:
        """Whether the reader may know what people brought."""
        return self.access.sees("crm.deal.amount")

    def rows(self) -> Iterator[list[Any]]:
        last = 0
        while part := self._after(last):
            for row in part:
                told = _told(row, self.access)
                address = [row.address] if self.access.sees("crm.contact.email") else []
                letter = row.variant.letter if row.variant else ""
                state = str(told["state"].label)
                did = [_by_clock(getattr(row, name)) for name in ("sent_at", *Reaction.values)]
                worth = [row.revenue] if self.sees_worth else []
                known = [letter, state, told["why"]]
                yield [told["name"], *address, *known, *did, *worth]
            last = part[-1].pk

    def _after(self, last: int) -> list[Recipient]:
        rows = self.recipients.filter(pk__gt=last).order_by("pk")
        return list(rows[:EXPORTED_AT_ONCE])
