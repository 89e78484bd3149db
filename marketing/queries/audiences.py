"""Whom a campaign goes to: the contacts, in its owner's eyes, and how many they are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from core.conditions import checked, from_json, to_q
from core.errors import Refused
from core.models import User
from core.time_limits import TookTooLong, at_most
from crm.models import Contact
from marketing.choices import FollowUp, RecipientState
from marketing.models import Campaign, Recipient, SegmentMember
from marketing.queries.segment_rules import contact_type, view_of
from marketing.queries.standing import (
    BINNED,
    CAPPED,
    NO_ADDRESS,
    NO_CONSENT,
    PAUSED,
    PENDING,
    SUPPRESSED,
    WITHDRAWN,
    Standing,
    counts_of,
)

SECONDS = 3


@dataclass(frozen=True)
class Audience:
    """What says whom a campaign goes to: stored, or as somebody types it."""

    owner: User | None
    channel: str
    purpose: int | None
    segments: Collection[int] = ()
    excluded: Collection[int] = ()
    condition: Mapping[str, Any] = field(default_factory=dict)
    holdout_share: float = 0
    follows: int | None = None
    follow_up: str = ""

    @classmethod
    def of(cls, campaign: Campaign) -> "Audience":
        return cls(
            owner=campaign.owner,
            channel=campaign.channel,
            purpose=campaign.purpose_id,
            segments=list(campaign.segments.values_list("pk", flat=True)),
            excluded=list(campaign.excluded.values_list("pk", flat=True)),
            condition=campaign.condition,
            holdout_share=float(campaign.holdout_share),
            follows=campaign.follows_id,
            follow_up=campaign.follow_up,
        )


def contacts_of(audience: Audience, at: datetime) -> QuerySet[Contact]:
    """The contacts who are meant, whether they want to be or not, in the owner's eyes.

    Refused where nobody owns the campaign, and where the condition can no longer be asked.
    """
    if audience.owner is None:
        raise Refused(_("Nobody owns this campaign. Give it to somebody first."))
    view = view_of(audience.owner, at)
    rows: QuerySet[Contact] = Contact.objects.visible_to(audience.owner)
    members: Any = SegmentMember.objects.filter(contact=OuterRef("pk"))
    if audience.segments:
        rows = rows.filter(Exists(members.filter(segment__in=audience.segments)))
    if audience.excluded:
        rows = rows.filter(~Exists(members.filter(segment__in=audience.excluded)))
    if audience.follow_up:
        rows = rows.filter(pk__in=_followed(audience).values("contact"))
    if audience.condition:
        condition = checked(from_json(audience.condition), contact_type(), view)
        rows = rows.filter(to_q(condition, contact_type(), view))
    return rows


# What became of a message whose recipient is written to again; those held out got none and get none.
FOLLOWED: Mapping[str, Q] = {
    FollowUp.OPENED: Q(opened_at__isnull=False, clicked_at=None),
    FollowUp.UNOPENED: Q(opened_at=None, clicked_at=None, replied_at=None),
    FollowUp.CLICKED: Q(clicked_at__isnull=False, converted_at=None),
    FollowUp.UNANSWERED: Q(replied_at=None),
}


def _followed(audience: Audience) -> QuerySet[Recipient]:
    if audience.follows is None:
        raise Refused(
            _("The campaign that this one follows up is gone. Choose another audience for it.")
        )
    return followed_by(audience.follows, audience.follow_up)


def followed_by(campaign: int, group: str) -> QuerySet[Recipient]:
    """Recipients of a campaign who did this or that, without those for whom it came back or went wrong."""
    sent = Recipient.objects.filter(campaign=campaign, state=RecipientState.SENT).order_by()
    return sent.filter(FOLLOWED[group], bounced_at=None, complained_at=None, unsubscribed_at=None)


@dataclass(frozen=True)
class AudienceNumbers:
    """How many contacts are meant, and of how many of them something stands in the way."""

    number: int = 0
    without_address: int = 0
    without_consent: int = 0
    suppressed: int = 0
    resting: int = 0
    held_out: int = 0
    sentence: str = ""

    @property
    def recipients(self) -> int:
        left_out = self.without_address + self.without_consent + self.suppressed + self.resting
        return self.number - left_out - self.held_out


def numbers_of(audience: Audience, at: datetime) -> AudienceNumbers:
    """Counted exactly, but for no longer than a few seconds; each contact under its first obstacle."""
    rows = contacts_of(audience, at)
    standing = Standing(audience.purpose or 0, audience.channel, at)
    try:
        with at_most(SECONDS):
            counts = counts_of(standing.judged(rows))
    except TookTooLong:
        return AudienceNumbers(
            sentence=_(
                "Counting this takes longer than %(seconds)s seconds. The audience is counted in the "
                "background when the campaign begins."
            )
            % {"seconds": SECONDS}
        )

    def of(*codes: str) -> int:
        return sum(counts.get(code, 0) for code in codes)

    return AudienceNumbers(
        number=sum(counts.values()),
        without_address=of(NO_ADDRESS, BINNED),
        suppressed=of(SUPPRESSED),
        without_consent=of(WITHDRAWN, PENDING, NO_CONSENT),
        resting=of(PAUSED, CAPPED),
        held_out=round(of("") * audience.holdout_share),
    )
