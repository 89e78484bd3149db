"""Passwords of mail servers: encrypted in the database with a key that follows from SECRET_KEY."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core.errors import Refused

SALT = "marketing.mail"


def _fernet(secret_key: str | bytes | None = None) -> Fernet:
    key = salted_hmac(SALT, "key", secret=secret_key, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def sealed(text: str) -> str:
    """What is stored of a secret; nothing of an empty one."""
    return _fernet().encrypt(text.encode()).decode() if text else ""


def opened(stored: str) -> str:
    """The secret; refused where it was stored under another SECRET_KEY."""
    if not stored:
        return ""
    for key in (None, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _fernet(key).decrypt(stored.encode()).decode()
        except InvalidToken:
            continue
    raise Refused(
        _("The stored password cannot be read: SECRET_KEY was changed. Enter it again in Settings.")
    )
