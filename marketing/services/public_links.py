"""Addresses of the public pages that letters lead to."""

from django.conf import settings
from django.core import signing

SALT = "marketing.public"


def unsubscribe_url(contact: int, recipient: int | None) -> str:
    token = signing.dumps([contact, recipient], salt=SALT)
    return f"{settings.BASE_URL}/u/{token}/"


def preferences_url(contact: int) -> str:
    return f"{settings.BASE_URL}/p/{signing.dumps(contact, salt=SALT)}/"
