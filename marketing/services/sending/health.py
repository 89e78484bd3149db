"""What answers of the mail server mean for a campaign: it goes on, rests, or is paused."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from core import audit
from core.notifying import notify
from marketing.choices import CampaignState, ServerFault
from marketing.models import Campaign, MailSettings, Sending
from marketing.services.sending.lines import Answer, Outcome
from marketing.services.sending.words import LOGIN, REFUSALS, SENDER, UNKNOWNS

LONGEST_REST = 300  # seconds
MOST_UNKNOWN = 10
LASTING = {ServerFault.LOGIN.value: LOGIN, ServerFault.SENDER.value: SENDER}
STOPPED = gettext_noop("The campaign “%(name)s” was paused: open it to see why.")
REFUSED = (Outcome.REFUSED, Outcome.LATER)


def note_answers(
    campaign: int, answers: Sequence[Answer], mail: MailSettings, *, at: datetime
) -> bool:
    """Write what the server said, in the caller's transaction; False where sending stops for now."""
    told = [each for each in answers if each.outcome != Outcome.PUT_BACK]
    if not told:
        return True
    if all(each.outcome == Outcome.SENT for each in told):
        _note_health(campaign)
        return True
    row, _made = Sending.objects.select_for_update().get_or_create(campaign_id=campaign)
    for each in told:
        _count(row, each, at)
    row.save()
    word = _why_pause(row, told, mail)
    if word:
        pause(campaign, word)
        return False
    return row.not_before is None


def _note_health(campaign: int) -> None:
    troubled = Sending.objects.filter(campaign=campaign).exclude(refusals=0, troubles=0)
    troubled.update(refusals=0, troubles=0, fault="", not_before=None)


def _count(row: Sending, answer: Answer, at: datetime) -> None:
    if answer.outcome == Outcome.SENT:
        row.refusals, row.troubles, row.fault, row.not_before = 0, 0, "", None
        return
    row.answer, row.answered_at = answer.text[:300], at
    if answer.outcome in REFUSED:
        row.refusals += 1
        return
    row.troubles += 1
    row.fault = answer.fault or ServerFault.CONNECTION.value
    rest = min(2 ** min(row.troubles, 9), LONGEST_REST)
    row.not_before = at + timedelta(seconds=rest)


def _why_pause(row: Sending, told: Sequence[Answer], mail: MailSettings) -> str:
    if row.fault in LASTING:
        return LASTING[row.fault]
    if row.refusals >= mail.errors_in_row:
        return REFUSALS
    is_open = any(each.outcome == Outcome.UNKNOWN for each in told)
    return UNKNOWNS if is_open and row.troubles >= MOST_UNKNOWN else ""


@transaction.atomic
def pause(campaign: int, word: str) -> None:
    """The sender itself stops a campaign, says why, and tells whoever owns it."""
    rows = Campaign.objects.filter(pk=campaign, state=CampaignState.SENDING)
    if not rows.update(state=CampaignState.PAUSED, paused_for=word):
        return
    # Whoever goes on begins to count anew; what the server said stays for reading.
    Sending.objects.filter(campaign=campaign).update(not_before=None, refusals=0, troubles=0)
    paused = Campaign.objects.select_related("owner").get(pk=campaign)
    audit.record(
        actor=None,
        action="campaign.pause",
        subject=paused,
        changes={"state": (CampaignState.SENDING.value, CampaignState.PAUSED.value)},
    )
    if paused.owner is not None:
        notify(
            user=paused.owner,
            kind="campaign",
            message=STOPPED,
            message_args={"name": paused.name},
            url=paused.get_absolute_url(),
        )
