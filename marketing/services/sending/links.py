"""The links of a recipient's letter and the headers that repeat them."""

from collections.abc import Callable, Mapping, Sequence

from marketing.models import Campaign, Recipient
from marketing.services.letters import Links
from marketing.services.public_links import preferences_url, unsubscribe_url


def links_of(_campaign: Campaign, recipients: Sequence[Recipient]) -> Callable[[int], Links]:
    """By the contact's number."""
    numbers = {each.contact_id: each.pk for each in recipients}

    def links(contact: int) -> Links:
        return Links(
            unsubscribe=unsubscribe_url(contact, numbers[contact]),
            preferences=preferences_url(contact),
            pixel=None,
            click=lambda url: url,
        )

    return links


def headers_of(links: Links) -> Mapping[str, str]:
    """RFC 8058: the reader's mail program can unsubscribe with one click."""
    return {
        "List-Unsubscribe": f"<{links.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
