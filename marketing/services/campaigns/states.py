"""From draft to sent: each step, who may take it, and when it is refused."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import audit, permissions
from core.errors import Refused
from core.models import User
from core.notifying import notify
from marketing.choices import CampaignState, RecipientState
from marketing.models import Campaign, Recipient, Sending
from marketing.services.campaigns.fingerprints import fingerprint, is_changed
from marketing.services.campaigns.preflight import stops
from marketing.services.sending.gathering import begins_at
from marketing.services.sending.pace import mail_settings
from marketing.services.sending.words import BY_PERSON, CANCELLED, CHANGED

APPROVE, SEND = "marketing.campaign.approve", "marketing.campaign.send"
ASKED = gettext_noop("%(person)s asks you to approve the campaign “%(name)s”.")
APPROVED = gettext_noop("%(person)s has approved the campaign “%(name)s”.")
SENT_BACK = gettext_noop("%(person)s has sent the campaign “%(name)s” back: %(why)s")
ALLOWED = {
    CampaignState.APPROVAL: (CampaignState.DRAFT,),
    CampaignState.SCHEDULED: (CampaignState.DRAFT, CampaignState.APPROVAL),
    CampaignState.DRAFT: (CampaignState.APPROVAL, CampaignState.SCHEDULED),
    CampaignState.PAUSED: (CampaignState.SENDING,),
    CampaignState.SENDING: (CampaignState.PAUSED,),
    CampaignState.CANCELLED: (
        CampaignState.DRAFT,
        CampaignState.APPROVAL,
        CampaignState.SCHEDULED,
        CampaignState.SENDING,
        CampaignState.PAUSED,
    ),
}


def may_send(campaign: Campaign, user: User) -> bool:
    return permissions.access_of(user).may(SEND) and permissions.reaches(
        Campaign, user, campaign, "edit"
    )


def approvers() -> list[User]:
    """Everybody who may approve."""
    rows = User.objects.filter(is_active=True).filter(
        Q(roles__is_administrator=True) | Q(roles__grants__permission=APPROVE)
    )
    return list(rows.distinct().order_by("pk"))


def needs_approval(by: User) -> bool:
    """Whether somebody else has to look at it first; a company of one asks nobody."""
    return mail_settings().needs_approval and any(user.pk != by.pk for user in approvers())


def may_approve(campaign: Campaign, user: User) -> bool:
    """Whoever asked cannot approve, unless nobody else could."""
    if not permissions.access_of(user).may(APPROVE):
        return False
    if not permissions.reaches(Campaign, user, campaign):
        return False
    row = Sending.objects.filter(campaign=campaign).first()
    is_own = row is not None and row.asked_by_id == user.pk
    return not is_own or all(each.pk == user.pk for each in approvers())


# -- steps of people -------------------------------------------------------------------------------


@transaction.atomic
def ask_approval(*, campaign: Campaign, by: User, at: datetime) -> Campaign:
    """Ask everybody who may approve."""
    locked = _locked(campaign)
    if not permissions.reaches(Campaign, by, locked, "edit"):
        raise Refused(_("You may not change this campaign. Ask whoever owns it."))
    _refuse_unready(locked, at, by)
    _note(locked, asked_by=by, asked_at=at, fingerprint=fingerprint(locked))
    _move(locked, CampaignState.APPROVAL, "campaign.ask", by)
    for user in approvers():
        if user.pk != by.pk and permissions.reaches(Campaign, user, locked):
            _tell(user, ASKED, locked, by)
    return locked


@transaction.atomic
def schedule(*, campaign: Campaign, by: User, at: datetime) -> Campaign:
    """Let it go at its time, or now where it has none; an approval is this step, too."""
    locked = _locked(campaign)
    if locked.state == CampaignState.APPROVAL:
        return _approve(locked, by, at)
    if not may_send(locked, by):
        raise Refused(_("You may not send campaigns. Ask somebody who may."))
    if needs_approval(by):
        raise Refused(_("Ask for approval first: the company wants two people to look at it."))
    _refuse_unready(locked, at, by)
    _note(locked, fingerprint=fingerprint(locked))
    return _schedule(locked, "campaign.schedule", by, at)


def _approve(campaign: Campaign, by: User, at: datetime) -> Campaign:
    if not permissions.access_of(by).may(APPROVE):
        raise Refused(_("You may not approve campaigns. Ask somebody who may."))
    if not may_approve(campaign, by):
        raise Refused(_("You asked for this approval yourself: somebody else has to give it."))
    row = Sending.objects.get(campaign=campaign)
    if row.fingerprint != fingerprint(campaign):
        raise Refused(
            _(
                "The campaign was changed after the approval was asked for. Look at it and ask again."
            )
        )
    _refuse_unready(campaign, at, by)
    campaign.approved_by, campaign.approved_at = by, at
    if row.asked_by is not None and row.asked_by != by:
        _tell(row.asked_by, APPROVED, campaign, by)
    return _schedule(campaign, "campaign.approve", by, at)


def _schedule(campaign: Campaign, action: str, by: User, at: datetime) -> Campaign:
    _move(campaign, CampaignState.SCHEDULED, action, by)
    begins = begins_at(campaign)
    if begins is None or begins <= at:
        _start(campaign, at)
    return campaign


@transaction.atomic
def back_to_draft(*, campaign: Campaign, by: User, why: str = "") -> Campaign:
    """Take it back, or send it back to whoever asked for approval."""
    locked = _locked(campaign)
    if not (permissions.reaches(Campaign, by, locked, "edit") or may_approve(locked, by)):
        raise Refused(_("You may not change this campaign. Ask whoever owns it."))
    row = Sending.objects.filter(campaign=locked).select_related("asked_by").first()
    if row is not None and row.asked_by is not None and row.asked_by != by:
        _tell(row.asked_by, SENT_BACK, locked, by, why=why or "–")
    locked.approved_by = locked.approved_at = None
    _move(locked, CampaignState.DRAFT, "campaign.take_back", by)
    return locked


@transaction.atomic
def pause_campaign(*, campaign: Campaign, by: User) -> Campaign:
    """Nothing more is handed over; what is under way is finished."""
    locked = _sendable(campaign, by)
    locked.paused_for = BY_PERSON
    _move(locked, CampaignState.PAUSED, "campaign.pause", by)
    return locked


@transaction.atomic
def resume_campaign(*, campaign: Campaign, by: User) -> Campaign:
    """Go on where it stopped."""
    locked = _sendable(campaign, by)
    locked.paused_for = ""
    Sending.objects.filter(campaign=locked).update(
        refusals=0, troubles=0, fault="", not_before=None
    )
    _move(locked, CampaignState.SENDING, "campaign.resume", by)
    return locked


@transaction.atomic
def cancel_campaign(*, campaign: Campaign, by: User, at: datetime) -> Campaign:
    """It ends here; whoever has not got it gets nothing."""
    locked = _locked(campaign)
    is_begun = locked.state in {CampaignState.SENDING, CampaignState.PAUSED}
    if is_begun:
        locked = _sendable(campaign, by)
    elif not permissions.reaches(Campaign, by, locked, "edit"):
        raise Refused(_("You may not change this campaign. Ask whoever owns it."))
    locked.finished_at, locked.paused_for = at, ""
    _move(locked, CampaignState.CANCELLED, "campaign.cancel", by)
    held = Recipient.objects.filter(campaign=locked, state=RecipientState.TAKEN, begun_at=None)
    held.update(state=RecipientState.WAITING, claim="", lease_until=None)
    skip_cancelled()
    return locked


@transaction.atomic
def send_unknown_again(*, campaign: Campaign, by: User, at: datetime) -> int:
    """A person decides that those of whom nobody knows get it (once more, perhaps); how many."""
    locked = _sendable(campaign, by)
    if locked.state not in {CampaignState.SENDING, CampaignState.PAUSED, CampaignState.SENT}:
        raise Refused(_("This campaign is not being sent."))
    rows = Recipient.objects.filter(campaign=locked, state=RecipientState.UNKNOWN)
    count = rows.update(
        state=RecipientState.WAITING, claim="", begun_at=None, sent_at=None, due_at=at, reason=""
    )
    if not count:
        raise Refused(_("Of every recipient it is known whether the message was sent."))
    audit.record(
        actor=by, action="campaign.again", subject=locked, changes={"count": (None, count)}
    )
    if locked.state == CampaignState.SENT:
        Campaign.objects.filter(pk=locked.pk).update(state=CampaignState.SENDING, finished_at=None)
    return int(count)


def skip_cancelled() -> int:
    """Whoever waits in a campaign that was cancelled gets nothing; how many.

    Not only when it is cancelled: what is handed over at that moment may come back from the server.
    """
    rows = Recipient.objects.filter(
        state=RecipientState.WAITING, campaign__state=CampaignState.CANCELLED
    )
    return rows.update(state=RecipientState.SKIPPED, reason=CANCELLED)


# -- steps of time ---------------------------------------------------------------------------------


def start_due(*, at: datetime) -> int:
    """Begin the campaigns whose time has come; how many."""
    started = 0
    for campaign in Campaign.objects.kept().filter(state=CampaignState.SCHEDULED):
        begins = begins_at(campaign)
        if begins is None or begins <= at:
            with transaction.atomic():
                locked = _locked(campaign)
                if locked.state == CampaignState.SCHEDULED:
                    _start(locked, at)
                    started += 1
    return started


def _start(campaign: Campaign, at: datetime) -> None:
    """Begin to gather and send; pause at once where it is not what was agreed to."""
    values: dict[str, Any] = {"state": CampaignState.SENDING, "started_at": at, "gathered_to": 0}
    if is_changed(campaign):  # also where a segment was erased: no segment would mean everybody
        values = {"state": CampaignState.DRAFT, "approved_by": None, "approved_at": None}
        values["paused_for"] = CHANGED
    before = campaign.state
    for name, value in values.items():
        setattr(campaign, name, value)
    campaign.save(update_fields=list(values))
    audit.record(
        actor=None,
        action="campaign.start",
        subject=campaign,
        changes={"state": (before, campaign.state)},
    )


def _sendable(campaign: Campaign, by: User) -> Campaign:
    locked = _locked(campaign)
    if not may_send(locked, by):
        raise Refused(_("You may not send campaigns. Ask somebody who may."))
    return locked


def _locked(campaign: Campaign) -> Campaign:
    rows = Campaign.objects.kept().select_for_update(of=("self",))
    found: Campaign | None = rows.filter(pk=campaign.pk).first()
    if found is None:
        raise Refused(_("The campaign is in the bin."))
    return found


def _move(campaign: Campaign, state: CampaignState, action: str, by: User) -> None:
    before = CampaignState(campaign.state)
    if before not in ALLOWED[state]:
        raise Refused(
            _("This cannot be done: the campaign is in the state “%(state)s”.")
            % {"state": before.label}
        )
    campaign.state = state
    campaign.save(
        update_fields=["state", "paused_for", "approved_by", "approved_at", "finished_at"]
    )
    audit.record(
        actor=by, action=action, subject=campaign, changes={"state": (before.value, state.value)}
    )


def _refuse_unready(campaign: Campaign, at: datetime, by: User) -> None:
    found = stops(campaign, at, by)
    if found:
        raise Refused(found[0].sentence)


def _note(campaign: Campaign, **values: Any) -> None:
    Sending.objects.update_or_create(campaign=campaign, defaults=values)


def _tell(user: User, message: str, campaign: Campaign, by: User, **more: str) -> None:
    notify(
        user=user,
        kind="campaign",
        message=message,
        message_args={"person": by.display_name, "name": campaign.name, **more},
        url=campaign.get_absolute_url(),
    )
