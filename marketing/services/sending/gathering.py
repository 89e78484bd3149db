"""From the audience to recipients: who gets which variant and when, who is held out, who gets nothing and why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef

from core.chance import arm_at
from core.company import company
from core.insertion import insert_records, maker_of
from crm.models import Contact
from marketing.choices import Arm, CampaignState, Decision, RecipientState
from marketing.models import Campaign, CampaignVariant, Recipient
from marketing.queries.audiences import Audience, contacts_of
from marketing.services.campaigns.assignment import HOLDOUT, TEST, VARIANT, share_of
from marketing.services.campaigns.fingerprints import is_changed
from marketing.services.permission_to_send import refusals
from marketing.services.sending.addresses import is_address
from marketing.services.sending.claims import NEVER
from marketing.services.sending.health import pause
from marketing.services.sending.hours import Hours, local_moment, zone_of
from marketing.services.sending.keys import new_key
from marketing.services.sending.words import BAD_ADDRESS, SAME_ADDRESS, SEGMENT_GONE

AT_ONCE = 2_000
# What may be over when a later turn comes: asked again then, not decided here.
PASSING = frozenset({"capped", "paused"})
COLUMNS = ("pk", "email", "email_key", "phone", "mobile", "country", "language")
PLACE = ("phone", "mobile", "country")
EARLIEST = ZoneInfo("Pacific/Kiritimati")  # where each day begins first


@transaction.atomic
def gather_some(campaign_id: int, *, at: datetime) -> bool:
    """Make recipients of the next contacts of the audience; True while there may be more.

    One worker at a time: the row of the campaign is locked, and says up to which contact all is done. False as well
    while another one does it.
    """
    rows = Campaign.objects.select_for_update(of=("self",), skip_locked=True)
    rows = rows.select_related("owner")
    campaign = rows.filter(pk=campaign_id, state=CampaignState.SENDING).first()
    if campaign is None or campaign.gathered_to is None:
        return False
    if is_changed(campaign):  # without its segment it would go to everybody
        Campaign.objects.filter(pk=campaign.pk).update(gathered_to=None)
        pause(campaign.pk, SEGMENT_GONE)
        return False
    audience = contacts_of(Audience.of(campaign), at).filter(pk__gt=campaign.gathered_to)
    # Contacts that are merged meanwhile bring their recipient along.
    gathered = Recipient.objects.filter(campaign=campaign, contact=OuterRef("pk"))
    audience = audience.filter(~Exists(gathered))
    contacts = list(audience.order_by("pk").values(*COLUMNS)[:AT_ONCE])
    if contacts:
        insert_records(_Gatherer(campaign, at).recipients(contacts))
    is_all = len(contacts) < AT_ONCE
    reached = None if is_all else contacts[-1]["pk"]
    Campaign.objects.filter(pk=campaign.pk).update(gathered_to=reached)
    return not is_all


def begins_at(campaign: Campaign) -> datetime | None:
    """The first moment at which somebody may be due; where clocks differ, it comes before the own hour."""
    if campaign.scheduled_at is None or not campaign.is_local:
        return campaign.scheduled_at
    return local_moment(campaign.scheduled_at, ZoneInfo(company().time_zone), EARLIEST)


def zones_of(campaign: Campaign, contacts: Collection[int]) -> Mapping[int, ZoneInfo]:
    """In whose time each of them is written to."""
    own = company().time_zone
    if not campaign.is_local:
        return dict.fromkeys(contacts, ZoneInfo(own))
    rows = Contact._base_manager.filter(pk__in=contacts).values("pk", *PLACE)
    found = {row["pk"]: _zone(row, own) for row in rows}
    return {pk: found.get(pk) or ZoneInfo(own) for pk in contacts}


def _zone(row: Mapping[str, Any], own: str) -> ZoneInfo:
    return zone_of((row["mobile"], row["phone"]), row["country"], own)


@dataclass(frozen=True)
class Times:
    """When recipients of a campaign are due."""

    campaign: Campaign
    hours: Hours
    own: ZoneInfo

    @classmethod
    def of(cls, campaign: Campaign) -> "Times":
        return cls(campaign, Hours.of(campaign), ZoneInfo(company().time_zone))

    def due(self, zone: ZoneInfo, minutes: int, at: datetime) -> tuple[datetime, datetime | None]:
        """From when to when somebody of the zone may be written to, so many minutes later than the others."""
        begin = self.campaign.scheduled_at
        if begin is not None and self.campaign.is_local:
            begin = local_moment(begin, self.own, zone)
        begin = max(begin or at, self.campaign.started_at or at)
        return self.hours.next(begin + timedelta(minutes=minutes), zone)


class _Gatherer:
    """Draws and dates recipients; a few queries for all of a batch."""

    def __init__(self, campaign: Campaign, at: datetime) -> None:
        self.campaign, self.at = campaign, at
        self.times = Times.of(campaign)
        self.variants: list[CampaignVariant] = list(campaign.variants.order_by("letter"))
        self.weights = [variant.weight for variant in self.variants]
        self.has_test = campaign.decision != Decision.NONE and len(self.variants) > 1
        self.make = maker_of(Recipient)

    def recipients(self, contacts: Sequence[Mapping[str, Any]]) -> list[Recipient]:
        campaign, pks = self.campaign, [row["pk"] for row in contacts]
        refused = refusals(
            pks, purpose=campaign.purpose_id or 0, channel=campaign.channel, at=self.at
        )
        reasons = {pk: no.code for pk, no in refused.items() if no.code not in PASSING}
        used = set(
            Recipient.objects.filter(campaign=campaign)
            .exclude(state=RecipientState.SKIPPED)
            .filter(address_key__in=[row["email_key"] for row in contacts])
            .values_list("address_key", flat=True)
        )
        return [self._recipient(row, reasons.get(row["pk"], ""), used) for row in contacts]

    def _recipient(self, row: Mapping[str, Any], reason: str, used: set[str]) -> Recipient:
        made: Recipient = self.make()
        made.campaign_id, made.contact_id = self.campaign.pk, row["pk"]
        made.address, made.address_key = row["email"], row["email_key"]
        made.domain = row["email_key"].rpartition("@")[2][:253]
        made.language = row["language"]
        made.arm, made.due_at, made.state = Arm.TEST, self.at, RecipientState.SKIPPED
        if not reason and not is_address(row["email"]):
            reason = BAD_ADDRESS
        if not reason and row["email_key"] in used:
            reason = SAME_ADDRESS
        if reason:
            made.reason = reason
            return made
        used.add(row["email_key"])
        self._draw(made, row)
        return made

    def _draw(self, made: Recipient, row: Mapping[str, Any]) -> None:
        campaign, contact = self.campaign, row["pk"]
        if share_of(campaign.salt, HOLDOUT, contact) < campaign.holdout_share:
            made.arm, made.state = Arm.CONTROL, RecipientState.CONTROL
            return
        made.state, made.message_key = RecipientState.WAITING, new_key()
        if self.has_test and share_of(campaign.salt, TEST, contact) >= campaign.test_share:
            made.arm, made.due_at = Arm.REST, NEVER
            return
        place = arm_at(share_of(campaign.salt, VARIANT, contact), self.weights)
        variant = self.variants[place]
        made.variant_id = variant.pk
        zone = _zone(row, str(self.times.own)) if campaign.is_local else self.times.own
        made.due_at, made.due_until = self.times.due(zone, variant.delay_minutes, self.at)


@transaction.atomic
def release_rest(
    *,
    campaign: Campaign,
    variant: CampaignVariant,
    at: datetime,
    among: Collection[int] | None = None,
) -> int:
    """Let those who wait for the decision have a variant (these recipients of them); how many that were."""
    if variant.campaign_id != campaign.pk:
        raise ValueError("The variant belongs to another campaign.")
    rows = Recipient.objects.select_for_update(of=("self",)).filter(
        campaign=campaign, state=RecipientState.WAITING, arm=Arm.REST, due_at=NEVER
    )
    if among is not None:
        rows = rows.filter(pk__in=among)
    waiting = list(rows.order_by("pk").values_list("pk", "contact"))
    hours, count = Hours.of(campaign), 0
    for first in range(0, len(waiting), AT_ONCE):
        part = waiting[first : first + AT_ONCE]
        zones = zones_of(campaign, [contact for _pk, contact in part])
        moments: dict[Any, list[int]] = {}
        for pk, contact in part:
            moments.setdefault(hours.next(at, zones[contact]), []).append(pk)
        for (due_at, due_until), pks in moments.items():
            count += Recipient.objects.filter(pk__in=pks).update(
                variant=variant, due_at=due_at, due_until=due_until
            )
    return count
