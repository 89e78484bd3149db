"""Following a campaign up: a draft to those of its recipients who did this or that."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Refused
from core.models import User
from marketing.choices import FollowUp
from marketing.models import Campaign
from marketing.queries.audiences import FOLLOWED, followed_by
from marketing.services.campaigns.drafts import COPIED, save_campaign

# A second message is another test, to another audience.
OWN = frozenset({"condition", "follows", "follow_up", "test_share", "decision"})


@transaction.atomic
def follow_up_campaign(*, campaign: Campaign, group: str, by: User, at: datetime) -> Campaign:
    """The draft, from the same sender, for the same purpose and goal."""
    if campaign.started_at is None:
        raise Refused(_("Nothing of this campaign was sent yet: nobody can be followed up."))
    if group not in FOLLOWED:
        raise Refused(_("Choose whom to follow up with."))
    if not followed_by(campaign.pk, group).exists():
        raise Refused(_("Nobody is left to follow up with: choose others."))
    kept = {name: getattr(campaign, name) for name in COPIED if name not in OWN}
    draft = Campaign(
        name=(_("Follow-up: %(name)s") % {"name": campaign.name})[:120],
        follows=campaign,
        follow_up=FollowUp(group),
        **kept,
    )
    return save_campaign(campaign=draft, by=by, at=at)
