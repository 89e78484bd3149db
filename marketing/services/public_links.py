"""Links of messages that work without a log-in: signed, so that nobody can make one for another person."""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.urls import reverse

from core.origins import absolute

SALT_UNSUBSCRIBE, SALT_PREFERENCES = "marketing.unsubscribe", "marketing.preferences"
SALT_CONFIRM = "marketing.confirm"
# Whoever keeps a question for so long is asked again.
CONFIRM_SECONDS = 30 * 86_400


@dataclass(frozen=True)
class Unsubscribing:
    """Whom an unsubscribe link is of, and by which message it came."""

    contact: int
    recipient: int | None


def unsubscribe_url(contact_id: int, recipient_id: int | None) -> str:
    """Never runs out; also what List-Unsubscribe names (RFC 8058)."""
    said = [contact_id] if recipient_id is None else [contact_id, recipient_id]
    token = signing.dumps(said, salt=SALT_UNSUBSCRIBE)
    return absolute(reverse("unsubscribe", args=[token]))


def preferences_url(contact_id: int) -> str:
    return absolute(preferences_path(contact_id))


def preferences_path(contact_id: int) -> str:
    return reverse("preferences", args=[signing.dumps(contact_id, salt=SALT_PREFERENCES)])


def confirmation_url(request_id: int) -> str:
    """Of a question for confirmation; runs out."""
    token = signing.dumps(request_id, salt=SALT_CONFIRM)
    return absolute(reverse("consent_confirm", args=[token]))


def unsubscribing_of(token: str) -> Unsubscribing | None:
    said = _read(token, SALT_UNSUBSCRIBE)
    return Unsubscribing(said[0], said[1] if len(said) > 1 else None) if said else None


def contact_of(token: str) -> int | None:
    """Whose preferences the link opens."""
    said = _read(token, SALT_PREFERENCES)
    return said if isinstance(said, int) else None


def request_of(token: str) -> int | None:
    """Which question the link confirms; none where it has run out."""
    said = _read(token, SALT_CONFIRM, CONFIRM_SECONDS)
    return said if isinstance(said, int) else None


def _read(token: str, salt: str, max_age: int | None = None) -> Any:
    try:
        return signing.loads(token, salt=salt, max_age=max_age)
    except signing.BadSignature:
        return None
