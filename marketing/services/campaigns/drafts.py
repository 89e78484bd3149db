"""Campaigns as drafts: made, changed, duplicated, their variants added and taken away."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import permissions
from core.conditions import asks_who_asks, checked, from_json, leaves
from core.errors import Refused
from core.models import User
from core.services.records import save_record
from marketing.choices import metrics_for
from marketing.models import Campaign, CampaignVariant, Message, Segment
from marketing.queries.segment_rules import contact_type, view_of
from marketing.services.campaigns.fingerprints import AGREED

LETTERS = "ABCDE"
# What a copy begins with; the rest is its own, or that of a campaign that was not sent yet.
COPIED = (
    *AGREED,
    "channel",
    "follows",
    "follow_up",
    "counts_opens",
    "counts_clicks",
    "goal",
    "goal_days",
)

# What becomes of it, not what is written.
COURSE = (
    "state",
    "approved_by_id",
    "approved_at",
    "started_at",
    "finished_at",
    "paused_for",
    "gathered_to",
)


def require_change(campaign: Campaign, by: User) -> None:
    """Refuse what is out of reach, and what is sent or being sent."""
    if not permissions.reaches(Campaign, by, campaign, "edit"):
        raise Refused(_("You may not change this campaign. Ask whoever owns it."))
    if not campaign.is_changeable:
        raise Refused(
            _("This campaign is being sent or was sent. Duplicate it to change something.")
        )


@transaction.atomic
def save_campaign(*, campaign: Campaign, by: User, at: datetime) -> Campaign:
    """Make or change a draft; a new one has a variant with an empty message."""
    is_new = campaign.pk is None
    if is_new:
        permissions.require(by, "marketing.campaign.create")
    else:
        _keep_course(campaign, by)
    campaign.name = " ".join(campaign.name.split())[:120]
    if not campaign.name:
        raise Refused(_("Give the campaign a name."))
    _check_condition(campaign, by, at)
    if campaign.test_metric not in metrics_for(campaign.goal):  # the goal was changed
        campaign.test_metric = campaign.goal
    save_record(record=campaign, by=by)
    if is_new:
        _add_variant(campaign, None)
    return campaign


def _keep_course(campaign: Campaign, by: User) -> None:
    """What came of it since it was read is not written back: it may have been scheduled or begun meanwhile."""
    locked = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    require_change(locked, by)
    for name in COURSE:
        setattr(campaign, name, getattr(locked, name))


def keep_campaign(campaign: Campaign, by: User, at: datetime) -> Campaign:
    """The same as record pages and rows call it."""
    return save_campaign(campaign=campaign, by=by, at=at)


@transaction.atomic
def set_audience(
    *,
    campaign: Campaign,
    segments: Collection[Segment],
    excluded: Collection[Segment],
    by: User,
    at: datetime,
) -> Campaign:
    """Save the campaign with the segments it goes to and those it leaves out."""
    seen = set(Segment.objects.visible_to(by).values_list("pk", flat=True))
    if {each.pk for each in (*segments, *excluded)} - seen:
        raise Refused(_("Choose segments that you see."))
    save_campaign(campaign=campaign, by=by, at=at)
    for chosen, kept in ((segments, campaign.segments), (excluded, campaign.excluded)):
        # Whom somebody else has chosen stays: without a segment the campaign would go to everybody.
        unseen = kept.exclude(pk__in=seen)
        kept.set([*chosen, *unseen])
    return campaign


def _check_condition(campaign: Campaign, by: User, at: datetime) -> None:
    """Bring the condition into its stored form, in the eyes of who writes and of who owns it."""
    if not campaign.condition:
        campaign.condition = {}
        return
    asked = checked(from_json(campaign.condition), contact_type(), view_of(by, at))
    if not any(True for _leaf in leaves(asked)):
        campaign.condition = {}
        return
    if asks_who_asks(asked):
        raise Refused(_("A campaign is the same for everybody: choose people instead of “me”."))
    if campaign.owner is not None and campaign.owner != by:
        checked(from_json(campaign.condition), contact_type(), view_of(campaign.owner, at))
    campaign.condition = asked.as_json()


# -- variants --------------------------------------------------------------------------------------


@transaction.atomic
def add_variant(*, campaign: Campaign, by: User) -> CampaignVariant:
    """One more, which begins as a copy of the last one."""
    require_change(campaign, by)
    last = campaign.variants.last()
    return _add_variant(campaign, last)


def _add_variant(
    campaign: Campaign, like: CampaignVariant | None, letter: str = ""
) -> CampaignVariant:
    taken = set(campaign.variants.values_list("letter", flat=True))
    free = [each for each in LETTERS if each not in taken]
    if not free:
        raise Refused(
            _("A test has at most %(number)s variants: more need an audience that few have.")
            % {"number": len(LETTERS)}
        )
    letter = letter or free[0]
    message = Message(name=f"{campaign.name[:100]} {letter}", owner=campaign.owner)
    message.team = campaign.team
    if like is not None:
        message.form = like.message.form
    message.save()
    if like is not None:
        copy_texts(like.message, message)
    return CampaignVariant.objects.create(campaign=campaign, letter=letter, message=message)


def copy_texts(source: Message, target: Message) -> None:
    """The texts of a message, in all languages, into another one that has none."""
    for text in source.texts.all():
        text.pk = None
        text.message = target
        text.save()


@transaction.atomic
def weigh_variants(*, campaign: Campaign, times: Mapping[str, tuple[int, int]], by: User) -> None:
    """How large a part of the audience gets each variant, and how many minutes later, by letter."""
    require_change(campaign, by)
    for variant in campaign.variants.filter(letter__in=times):
        variant.weight, variant.delay_minutes = times[variant.letter]
        variant.save(update_fields=["weight", "delay_minutes"])


@transaction.atomic
def remove_variant(*, variant: CampaignVariant, by: User) -> None:
    """Take one away; the last one stays."""
    campaign = variant.campaign
    require_change(campaign, by)
    if campaign.variants.count() == 1:
        raise Refused(_("A campaign has at least one message."))
    message = variant.message
    variant.delete()
    message.delete()


@transaction.atomic
def duplicate_campaign(*, campaign: Campaign, by: User, at: datetime) -> Campaign:
    """A draft of one's own with the same audience, messages and test."""
    copy = Campaign(
        name=(_("Copy of %(name)s") % {"name": campaign.name})[:120],
        **{name: getattr(campaign, name) for name in COPIED},
    )
    permissions.require(by, "marketing.campaign.create")
    _check_condition(copy, by, at)
    save_record(record=copy, by=by)
    # Also segments that the copier does not see: without them it would go to more people, not to fewer.
    copy.segments.set(campaign.segments.all())
    copy.excluded.set(campaign.excluded.all())
    for variant in campaign.variants.select_related("message"):
        made = _add_variant(copy, variant, variant.letter)
        made.weight, made.delay_minutes = variant.weight, variant.delay_minutes
        made.save()
    return copy
