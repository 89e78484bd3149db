"""What follows when a message comes back."""

from datetime import datetime

from marketing.choices import BounceKind, SuppressionReason
from marketing.models import Recipient, Suppression


def note_bounce(*, recipient: Recipient, kind: str, at: datetime, detail: str = "") -> None:
    """An address that does not exist gets nothing any more."""
    if kind == BounceKind.HARD:
        _suppress(recipient, SuppressionReason.HARD_BOUNCE, at, detail)


def note_complaint(*, recipient: Recipient, at: datetime, detail: str = "") -> None:
    """Whoever complains gets nothing any more."""
    _suppress(recipient, SuppressionReason.COMPLAINT, at, detail)


def _suppress(recipient: Recipient, reason: str, at: datetime, detail: str) -> None:
    Suppression.objects.get_or_create(
        address_key=recipient.address_key,
        defaults={"reason": reason, "at": at, "detail": detail[:300]},
    )
