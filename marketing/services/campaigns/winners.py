"""Which variant the rest of an audience gets."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import audit, permissions
from core.chance import arm_at
from core.errors import Refused
from core.models import User
from marketing.choices import Arm, CampaignState, Decision, RecipientState
from marketing.models import Campaign, CampaignVariant, Recipient
from marketing.services.campaigns.assignment import share_of
from marketing.services.sending.claims import NEVER
from marketing.services.sending.gathering import release_rest

AT_ONCE = 5_000
DECIDABLE = (CampaignState.SENDING, CampaignState.PAUSED)


@transaction.atomic
def choose_winner(
    *, campaign: Campaign, variant: CampaignVariant, by: User | None, at: datetime
) -> int:
    """The variant goes to everybody who waits for the decision; how many those are.

    `by` is None where the campaign's own rule decides.
    """
    locked = _decidable(campaign, by)
    if locked.winner_id is not None:
        raise Refused(_("The winner of this campaign has been chosen already."))
    if variant.campaign_id != campaign.pk:
        raise Refused(_("This variant belongs to another campaign."))
    Campaign.objects.filter(pk=campaign.pk).update(winner=variant, decided_at=at)
    campaign.winner, campaign.decided_at = variant, at
    audit.record(
        actor=by,
        action="marketing.campaign.winner",
        subject=campaign,
        changes={"winner": (None, variant.letter)},
    )
    return release_rest(campaign=campaign, variant=variant, at=at)


@transaction.atomic
def set_allocation(
    *, campaign: Campaign, shares: Mapping[str, float], at: datetime, most: int
) -> dict[str, int]:
    """Let so many of those who wait have a variant, by these shares of the letters; how many got each.

    Who gets which follows from the hash, as everything of a campaign.
    """
    _decidable(campaign, None)
    if campaign.decision != Decision.BANDIT:
        raise Refused(_("This campaign does not send its variants step by step."))
    variants = list(campaign.variants.order_by("letter"))
    weights = [max(0, round(1_000 * shares.get(each.letter, 0.0))) for each in variants]
    if not sum(weights):
        raise Refused(_("No variant would get anybody."))
    rows = _waiting(campaign).order_by("pk").values_list("pk", "contact")
    groups: list[list[int]] = [[] for _variant in variants]
    for pk, contact in rows[:most]:
        groups[arm_at(share_of(campaign.salt, "step", contact), weights)].append(pk)
    for variant, group in zip(variants, groups, strict=True):
        for first in range(0, len(group), AT_ONCE):
            part = group[first : first + AT_ONCE]
            release_rest(campaign=campaign, variant=variant, at=at, among=part)
    return {each.letter: len(group) for each, group in zip(variants, groups, strict=True)}


def _decidable(campaign: Campaign, by: User | None) -> Campaign:
    locked: Campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if by is not None and not permissions.reaches(Campaign, by, campaign, "edit"):
        raise Refused(_("You may not change this campaign. Ask whoever owns it."))
    if locked.state not in DECIDABLE:
        raise Refused(_("Nobody of this campaign waits for a decision."))
    if locked.gathered_to is not None:  # whoever is gathered later would wait for ever
        raise Refused(_("The audience is still being gathered. Try again in a few minutes."))
    return locked


def _waiting(campaign: Campaign) -> QuerySet[Recipient]:
    return Recipient.objects.filter(
        campaign=campaign, arm=Arm.REST, state=RecipientState.WAITING, due_at=NEVER
    )
