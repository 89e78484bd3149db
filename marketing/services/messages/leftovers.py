"""What erased campaigns leave behind: their messages, and pictures that no other message shows."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from marketing.models import Campaign, Message, MessageImage, MessageText

CAMPAIGN = "marketing.campaign"


def forget_leftovers(_kind: str, ids: Collection[int]) -> None:
    """Where campaigns are gone for good, their messages go, too: nobody could reach them any more."""
    if Campaign.objects.filter(pk__in=ids).count() == len(set(ids)):
        return
    lost: QuerySet[Any] = Message.objects.filter(is_template=False, variant=None)
    texts = MessageText.objects.filter(message__in=lost)
    shown = _pictures(texts.values_list("body", flat=True))
    lost.delete()
    if shown:
        others = MessageText.objects.values_list("body", flat=True)
        _forget_pictures(shown - _pictures(others.iterator()))


def _pictures(bodies: Iterable[Any]) -> set[int]:
    """The numbers of the pictures that blocks show."""
    return {
        block["image"]
        for body in bodies
        if isinstance(body, list)
        for block in body
        if isinstance(block, Mapping) and isinstance(block.get("image"), int)
    }


def _forget_pictures(numbers: Collection[int]) -> None:
    """Their files go once the rows are gone for good."""
    rows = list(MessageImage.objects.filter(pk__in=numbers))
    MessageImage.objects.filter(pk__in=[row.pk for row in rows]).delete()
    files = [(row.file.storage, str(row.file.name)) for row in rows if row.file]

    def forget() -> None:
        for storage, name in files:
            storage.delete(name)

    transaction.on_commit(forget)
