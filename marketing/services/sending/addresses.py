"""Addresses as mail servers know them."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _


def ascii_address(address: str) -> str:
    """The address with its domain in ASCII; a UnicodeError where it cannot be written so.

    Letters beyond ASCII before the @ need SMTPUTF8, which few servers speak.

    >>> ascii_address("ann@bücher.example")
    'ann@xn--bcher-kva.example'
    """
    local, at, domain = address.strip().rpartition("@")
    local.encode("ascii")
    if domain.isascii():
        return f"{local}{at}{domain}"
    return f"{local}{at}{domain.encode('idna').decode()}"


def is_address(address: str) -> bool:
    """Whether it can be written to."""
    try:
        validate_email(address)
        ascii_address(address)
    except (ValidationError, UnicodeError):
        return False
    return True


def require_plain(address: str) -> None:
    """Refuse what no mail server takes; forms of senders ask it besides whether it is an address."""
    try:
        ascii_address(address)
    except UnicodeError:
        raise ValidationError(
            _("Mail servers take only plain letters before the @, and no unusual signs after it.")
        ) from None
