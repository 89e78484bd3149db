"""The links of a recipient's letter and the headers that repeat them."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from marketing.models import Campaign, CampaignVariant, Recipient
from marketing.services.letters import Links
from marketing.services.permission_to_send import untracked
from marketing.services.public_links import preferences_url, unsubscribe_url
from marketing.services.tracking.addresses import is_web, with_campaign
from marketing.services.tracking.signatures import click_url, open_url, trap_url


def links_of(campaign: Campaign, recipients: Sequence[Recipient]) -> Callable[[int], Links]:
    """By the contact's number; nothing is counted of people who do not want it."""
    by_contact = {each.contact_id: each for each in recipients}
    unwilling = untracked(list(by_contact))
    letters = dict(CampaignVariant.objects.filter(campaign=campaign).values_list("pk", "letter"))

    @cache  # the letter and its headers ask for the same
    def links(contact: int) -> Links:
        recipient = by_contact[contact]
        counted = contact not in unwilling
        clicks = counted and campaign.counts_clicks
        letter = letters.get(recipient.variant_id or 0, "")

        def click(url: str) -> str:
            named = with_campaign(url, campaign.utm_campaign, letter)
            return click_url(recipient.pk, named) if clicks and is_web(named) else named

        return Links(
            unsubscribe=unsubscribe_url(contact, recipient.pk),
            preferences=preferences_url(contact),
            pixel=open_url(recipient.pk) if counted and campaign.counts_opens else None,
            click=click,
            trap=trap_url(recipient.pk) if clicks else None,
        )

    return links


def headers_of(links: Links) -> Mapping[str, str]:
    """RFC 8058: the reader's mail program can unsubscribe with one click."""
    return {
        "List-Unsubscribe": f"<{links.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
