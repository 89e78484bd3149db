"""Who wrote at a message: one entry of the trail for each session, however often it saves itself."""

from django.core.cache import cache
from django.db import transaction

from core import audit
from core.models import User
from marketing.models import CampaignVariant, Message

WRITE = "message.write"
# A session goes on while nobody pauses for longer.
PAUSE_SECONDS = 1_800


def note_writing(message: Message, by: User) -> None:
    """In the trail of the campaign that the message belongs to; a template has its own."""
    key = f"message-written:{message.pk}:{message.created_at.timestamp()}:{by.pk}"
    if cache.touch(key, PAUSE_SECONDS):
        return
    rows = CampaignVariant.objects.filter(message=message).select_related("campaign")
    variant = rows.first()
    if variant is not None:
        changes: audit.Changes = {"message": (None, variant.letter)}
        audit.record(actor=by, action=WRITE, subject=variant.campaign, changes=changes)
    else:
        audit.record(actor=by, action=WRITE, subject=message)
    transaction.on_commit(lambda: cache.set(key, 1, PAUSE_SECONDS))
