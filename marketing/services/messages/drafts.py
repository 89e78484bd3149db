"""A message that is looked at: its texts, and the addresses at which they are written."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from marketing.models import Campaign, Message, MessageText


@dataclass(frozen=True)
class Draft:
    """A template, or the message of a variant."""

    message: Message
    rows: list[MessageText]
    campaign: Campaign | None = None
    letter: str = ""

    @classmethod
    def of(cls, template: Message) -> "Draft":
        return cls(template, list(template.texts.all()))

    def url(self, language: str = "", block: str = "") -> str:
        """Where a language of it, or one block, is written."""
        if self.campaign is None:
            path = reverse("message_edit", args=[self.message.pk])
        else:
            path = reverse("campaign_content", args=[self.campaign.pk])
        said = {"variant": self.letter, "language": language, "block": block}
        query = urlencode({name: value for name, value in said.items() if value})
        return f"{path}{'?' if query else ''}{query}{f'#block-{block}' if block else ''}"


def drafts_of(campaign: Campaign) -> list[Draft]:
    """The messages of all variants."""
    variants = campaign.variants.order_by("letter").select_related("message")
    return [
        Draft(each.message, list(each.message.texts.all()), campaign, each.letter)
        for each in variants.prefetch_related("message__texts")
    ]
