"""Addresses that only we can have written: of the open, of a link, of the hidden link of one recipient.

An address holds the recipient's number and a signature over it (and over where a link leads), so that nobody
counts what was not sent, and no link leads where the letter did not. Nothing is stored for it: links of old
letters work as long as the secret key, or a former one among the fall-backs, is known.
"""

from base64 import urlsafe_b64encode
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from core.origins import absolute

OPEN, CLICK, TRAP, VISIT = "open", "click", "trap", "visit"
BYTES = 12  # 96 bits: nobody guesses one within the life of a letter


def signature(
    kind: str, recipient: int, url: str = "", *, secret: str | bytes | None = None
) -> str:
    """The signature of an address.

    >>> len(signature(CLICK, 7, "https://example.com/"))
    16
    """
    mac = salted_hmac(
        f"marketing.tracking.{kind}", f"{recipient}|{url}", secret=secret, algorithm="sha256"
    )
    return urlsafe_b64encode(mac.digest()[:BYTES]).decode()


def is_ours(kind: str, recipient: int, given: str, url: str = "") -> bool:
    """Whether we have written the address, with the present key or with a former one.

    >>> is_ours(OPEN, 7, signature(OPEN, 7)), is_ours(OPEN, 8, signature(OPEN, 7))
    (True, False)
    """
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(
        constant_time_compare(signature(kind, recipient, url, secret=key), given) for key in keys
    )


def open_url(recipient: int) -> str:
    return _at("mail_open", OPEN, recipient)


def trap_url(recipient: int) -> str:
    return _at("mail_trap", TRAP, recipient)


def click_url(recipient: int, url: str) -> str:
    """The address that counts the click and leads to `url`."""
    return f"{_at('mail_click', CLICK, recipient, url)}?u={quote(url, safe='')}"


def visit_token(recipient: int) -> str:
    """What a page of ours is told, so that the visit is the recipient's."""
    return f"{recipient}.{signature(VISIT, recipient)}"


def visiting_recipient(token: str) -> int | None:
    """Whose token it is; None where we have not made it."""
    number, _dot, given = token.partition(".")
    if not number.isdecimal() or len(number) > 18:
        return None
    return int(number) if is_ours(VISIT, int(number), given) else None


def _at(name: str, kind: str, recipient: int, url: str = "") -> str:
    path = reverse(name, args=[recipient, signature(kind, recipient, url)])
    return absolute(path)
