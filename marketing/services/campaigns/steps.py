"""The steps of a campaign by their words, for pages and programs: what is open to whom, and taking one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import permissions
from core.errors import Refused
from core.models import User
from core.values import grouped
from marketing.choices import CampaignState
from marketing.models import Campaign
from marketing.services.campaigns import states

UNDER_WAY = frozenset({CampaignState.SCHEDULED, CampaignState.SENDING})


@dataclass(frozen=True)
class Taken:
    """What a step did, in a sentence; `wakes` where a worker has something to do now."""

    sentence: str
    wakes: bool = False


@dataclass(frozen=True)
class Asked:
    """Who takes a step with which campaign, when, and why."""

    campaign: Campaign
    by: User
    at: datetime
    why: str = ""


def open_steps(campaign: Campaign, user: User) -> dict[str, bool]:
    """Each step, and whether this person may take it now."""
    state = CampaignState(campaign.state)
    may_send = states.may_send(campaign, user)
    may_edit = permissions.reaches(Campaign, user, campaign, "edit")
    is_draft = state == CampaignState.DRAFT
    asks = is_draft and may_edit and (states.needs_approval(user) or not may_send)
    is_begun = state in {CampaignState.SENDING, CampaignState.PAUSED}
    before = state in {CampaignState.DRAFT, CampaignState.APPROVAL, CampaignState.SCHEDULED}
    return {
        "schedule": is_draft and may_send and not states.needs_approval(user),
        "ask": asks and bool(states.approvers()),
        "approve": state == CampaignState.APPROVAL and states.may_approve(campaign, user),
        "draft": state in states.ALLOWED[CampaignState.DRAFT] and may_edit,
        "pause": state == CampaignState.SENDING and may_send,
        "resume": state == CampaignState.PAUSED and may_send,
        "cancel": (is_begun and may_send) or (before and not is_draft and may_edit),
        "again": state in {*UNDER_WAY, CampaignState.PAUSED, CampaignState.SENT} and may_send,
    }


def take_step(
    step: str, *, campaign: Campaign, by: User, at: datetime, why: str = ""
) -> Taken | None:
    """Take a step; None where there is none of this word. The service of the step says who may."""
    found = STEPS.get(step)
    return found(Asked(campaign, by, at, why)) if found is not None else None


def _schedule(asked: Asked) -> Taken:
    done = states.schedule(campaign=asked.campaign, by=asked.by, at=asked.at)
    if done.state == CampaignState.SENDING:
        return Taken(_("The campaign begins."), wakes=True)
    return Taken(_("The campaign is scheduled."), wakes=True)


def _approve(asked: Asked) -> Taken:
    if asked.campaign.state != CampaignState.APPROVAL:
        raise Refused(_("Nobody has asked for an approval of this campaign."))
    return _schedule(asked)


def _ask(asked: Asked) -> Taken:
    states.ask_approval(campaign=asked.campaign, by=asked.by, at=asked.at)
    return Taken(_("Your colleagues are asked to approve it."))


def _take_back(asked: Asked) -> Taken:
    states.back_to_draft(campaign=asked.campaign, by=asked.by, why=asked.why)
    return Taken(_("The campaign is a draft again."))


def _pause(asked: Asked) -> Taken:
    states.pause_campaign(campaign=asked.campaign, by=asked.by)
    return Taken(_("The campaign is paused. What is under way is finished."))


def _resume(asked: Asked) -> Taken:
    states.resume_campaign(campaign=asked.campaign, by=asked.by)
    return Taken(_("The campaign goes on."), wakes=True)


def _cancel(asked: Asked) -> Taken:
    states.cancel_campaign(campaign=asked.campaign, by=asked.by, at=asked.at)
    return Taken(_("The campaign is cancelled."))


def _again(asked: Asked) -> Taken:
    count = states.send_unknown_again(campaign=asked.campaign, by=asked.by, at=asked.at)
    said = ngettext("%(number)s is sent again.", "%(number)s are sent again.", count)
    return Taken(said % {"number": grouped(count)}, wakes=True)


STEPS: dict[str, Callable[[Asked], Taken]] = {
    "schedule": _schedule,
    "approve": _approve,
    "ask": _ask,
    "draft": _take_back,
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
    "again": _again,
}
