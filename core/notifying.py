"""Telling users."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from core.models import Notification

if TYPE_CHECKING:
    from core.models import User


def notify(
    *, user: "User", kind: str, message: str, message_args: dict[str, Any], url: str = ""
) -> Notification:
    """Leave a sentence (a msgid with placeholders) for the user."""
    return Notification.objects.create(
        user=user, kind=kind, message=message, message_args=message_args, url=url
    )


def mark_read(*, user: "User") -> int:
    """Mark all of the user's notifications as read; returns how many were not."""
    return Notification.objects.filter(user=user, read_at=None).update(read_at=timezone.now())
