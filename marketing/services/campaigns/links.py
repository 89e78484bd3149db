"""The links of a campaign's letters: asked before it goes, told where it is scheduled."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.models import User
from marketing.models import Campaign
from marketing.services.messages.checks import links_in_letter
from marketing.services.messages.link_checks import ask


def links_in(campaign: Campaign, by: User) -> Mapping[str, Sequence[str]]:
    """By the letter of the variant."""
    variants = campaign.variants.order_by("letter").select_related("message")
    return {each.letter: links_in_letter(each.message, campaign, by) for each in variants}


def ask_links(campaign: Campaign, *, by: User, at: datetime) -> int:
    """Have a worker ask those that nobody has asked within a day; how many these are."""
    return ask([url for urls in links_in(campaign, by).values() for url in urls], at=at)
