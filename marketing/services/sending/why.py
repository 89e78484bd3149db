"""Why a campaign is or is not sending, in a sentence that says what to do."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.company import company
from core.telemetry.facts import workers_alive
from core.values import grouped
from marketing.choices import CampaignState, RecipientState, ServerFault
from marketing.models import Campaign, Recipient, Sending
from marketing.queries.sending import Progress, next_due, waits_for_decision
from marketing.services.campaigns.states import approvers
from marketing.services.sending.claims import NEVER, workers_at
from marketing.services.sending.gathering import begins_at
from marketing.services.sending.pace import mail_settings
from marketing.services.sending.words import IN_SLOT, why_paused

SHOWN_NAMES = 3


@dataclass(frozen=True)
class Why:
    """One sentence; the first of several is the most important one."""

    text: str
    tone: str = ""
    lead: str = ""
    url: str = ""
    link: str = ""


def why(campaign: Campaign, progress: Progress, at: datetime) -> list[Why]:
    """What stands in the way or goes well."""
    state = CampaignState(campaign.state)
    if state == CampaignState.DRAFT:
        return [_draft(campaign)]
    if state == CampaignState.APPROVAL:
        return [_approval(campaign)]
    if state == CampaignState.SCHEDULED:
        return [_scheduled(campaign), *_no_worker()]
    if state == CampaignState.PAUSED:
        return [_paused(campaign)]
    if state == CampaignState.CANCELLED:
        said = _("It was cancelled. Whoever had not got the message gets none.")
        return [Why(said)]
    if state == CampaignState.SENT:
        return [_sent(progress)]
    return _sending(campaign, progress, at)


def _draft(campaign: Campaign) -> Why:
    if campaign.paused_for:
        return Why(why_paused(campaign.paused_for), "warn")
    return Why(_("It is a draft: go through its steps, then schedule it."))


def _approval(campaign: Campaign) -> Why:
    row = Sending.objects.filter(campaign=campaign).first()
    asker = row.asked_by_id if row is not None else None
    names = [user.display_name for user in approvers() if user.pk != asker]
    if not names:
        return Why(_("Waits for approval, which you can give yourself: nobody else may."), "warn")
    shown = ", ".join(names[:SHOWN_NAMES])
    said = _("Waits for approval by %(names)s.") % {"names": shown}
    if len(names) > SHOWN_NAMES:
        said = _("Waits for approval by %(names)s or another colleague who may give it.") % {
            "names": shown
        }
    return Why(said, "warn")


def _scheduled(campaign: Campaign) -> Why:
    if campaign.scheduled_at is None:
        return Why(_("Begins within a few seconds."))
    words = {"when": _moment(campaign.scheduled_at)}
    if campaign.is_local:
        first = begins_at(campaign)
        with timezone.override(company().time_zone):  # the hour that each recipient's clock shows
            words["when"] = _moment(campaign.scheduled_at)
        words["first"] = _moment(first) if first else ""
        return Why(
            _("Begins %(when)s in the time of each recipient; the first ones are due %(first)s.")
            % words
        )
    return Why(_("Begins %(when)s.") % words)


def _paused(campaign: Campaign) -> Why:
    said, answer = why_paused(campaign.paused_for), _answer(campaign)
    is_by_person = campaign.paused_for == "person"
    return Why(said if is_by_person else f"{said}{answer}", "warn", _("Paused."))


def _answer(campaign: Campaign) -> str:
    row = Sending.objects.filter(campaign=campaign).first()
    if row is None or not row.answer:
        return ""
    return " " + _("Its last answer: “%(answer)s”") % {"answer": row.answer}


def _sent(progress: Progress) -> Why:
    said = ngettext(
        "All is done: %(number)s message was sent.",
        "All is done: %(number)s messages were sent.",
        progress.sent,
    )
    return Why(said % {"number": grouped(progress.sent)}, "ok")


def _sending(campaign: Campaign, progress: Progress, at: datetime) -> list[Why]:
    row = Sending.objects.filter(campaign=campaign).first()
    found = [*_no_worker(), *_trouble(row, at)]
    if campaign.gathered_to is not None:
        said = _("The audience is being gathered: %(number)s people so far.")
        found.append(Why(said % {"number": grouped(sum(progress.counts.values()))}))
    found += _waiting(campaign, at)
    found += _pace(campaign)
    if not found or not progress.left:
        left = grouped(progress.left)
        found.append(Why(_("Sending: %(number)s people are still to get it.") % {"number": left}))
    return found


def _no_worker() -> list[Why]:
    if workers_alive():
        return []
    said = _(
        "No worker is running, so nothing is sent. Ask whoever looks after the installation to start one; it goes "
        "on by itself then."
    )
    return [Why(said, "bad", url=reverse("system_page"), link=_("See the system"))]


def _trouble(row: Sending | None, at: datetime) -> list[Why]:
    if row is None or not row.fault or row.not_before is None:
        return []
    words = {
        "fault": ServerFault(row.fault).label,
        "answer": row.answer,
        "when": _hour(max(row.not_before, at)),
    }
    said = _("The mail server has trouble: %(fault)s (“%(answer)s”). Next try %(when)s.")
    return [Why(said % words, "warn")]


def _waiting(campaign: Campaign, at: datetime) -> list[Why]:
    found = []
    rest = waits_for_decision(campaign)
    if rest:
        said = ngettext(
            "%(number)s person waits for the decision of the test.",
            "%(number)s people wait for the decision of the test.",
            rest,
        )
        found.append(Why(said % {"number": grouped(rest)}))
    first = next_due(campaign)
    if first is None or first <= at or first >= NEVER or workers_at(campaign.pk, at):
        return found
    words = {"when": _moment(first)}
    rows = Recipient.objects.filter(campaign=campaign, state=RecipientState.WAITING, due_at=first)
    row = rows.first()
    if row is not None and row.reason == IN_SLOT:
        said = _("The limit of a domain is reached: the next message leaves %(when)s.")
    elif row is not None and row.attempts:
        said = _("The mail server asked to wait for some people: the next try is %(when)s.")
    elif campaign.is_local:
        said = _("Outside the hours in the recipients’ own time; the next people are due %(when)s.")
    else:
        said = _("Outside its hours; it goes on %(when)s.")
    return [*found, Why(said % words)]


def _pace(campaign: Campaign) -> list[Why]:
    limits = [each for each in (campaign.per_minute, mail_settings().per_minute) if each]
    if not limits:
        return []
    said = ngettext(
        "Throttled to %(number)s message a minute.",
        "Throttled to %(number)s messages a minute.",
        min(limits),
    )
    return [Why(said % {"number": grouped(min(limits))})]


def _moment(moment: datetime) -> str:
    """With its day, where that is not today."""
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate():
        return _hour(moment)
    return f"{date_format(local, 'D')} {date_format(local, 'SHORT_DATE_FORMAT')} {time_format(local, 'H:i')}"


def _hour(moment: datetime) -> str:
    return time_format(timezone.localtime(moment), "H:i:s" if moment.second else "H:i")
