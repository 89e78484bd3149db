"""Who of a campaign was drawn for a part of it: the people that its effect is measured on."""

from django.db.models import QuerySet

from marketing.choices import Arm, RecipientState
from marketing.models import Campaign, Recipient


def drawn(campaign: Campaign) -> QuerySet[Recipient]:
    """Everybody who was held out or was to get a message, whether it left or not.

    Limits, pauses and withdrawn consent keep messages from leaving, and nothing like it happens to those held
    out: people are compared as they were drawn (intention to treat), or the parts would no longer be alike.
    Who was left out before anybody was drawn has no number of a message and belongs to no part.
    """
    rows: QuerySet[Recipient] = Recipient.objects.filter(campaign=campaign)
    return rows.exclude(state=RecipientState.SKIPPED, message_key="")


def measured(campaign: Campaign) -> QuerySet[Recipient]:
    """Without those whose message was not decided on yet, or never: chance alone tells them from the others."""
    rows = drawn(campaign).exclude(arm=Arm.REST, state=RecipientState.WAITING)
    return rows.exclude(arm=Arm.REST, state=RecipientState.SKIPPED, variant=None)
