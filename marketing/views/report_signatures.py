"""Whether a report is signed with the key that the provider and we share."""

import base64
import binascii

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from django.http import HttpRequest
from django.utils import timezone

from core.strangers import MALFORMED
from core.webhooks.signing import is_signature
from marketing.choices import MailWay

# Also where the body is none of theirs, or the block of the signature is of another form.
UNSIGNED = (AnymailWebhookValidationFailure, *MALFORMED)
TOLERANCE = 300  # seconds, as Standard Webhooks says


def is_signed(way: str, key: str, request: HttpRequest) -> bool:
    """Of ways that sign nothing everything is: the address is the secret."""
    if way.removesuffix("-answers") == MailWay.MAILGUN:
        return _by_mailgun(key, request)
    if way == MailWay.RESEND:
        return _by_resend(key, request)
    return True


def _by_mailgun(key: str, request: HttpRequest) -> bool:
    view = MailgunTrackingWebhookView(webhook_signing_key=key, webhook_secret=[])
    try:
        view.run_validators(request)
    except UNSIGNED:
        return False
    return True


def _by_resend(key: str, request: HttpRequest) -> bool:
    """After Standard Webhooks, under the older names of its headers."""
    stamp = request.headers.get("svix-timestamp", "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 12):
        return False
    if abs(timezone.now().timestamp() - int(stamp)) > TOLERANCE:
        return False
    message_id = request.headers.get("svix-id", "")
    given = request.headers.get("svix-signature", "")
    secret = key_of(key)
    return secret is not None and is_signature(
        given, key=secret, message_id=message_id, stamp=stamp, body=request.body
    )


def key_of(secret: str) -> bytes | None:
    """The bytes of a secret as Resend shows it; None where it is none.

    >>> key_of("whsec_c2VjcmV0")
    b'secret'
    """
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True) or None
    except (binascii.Error, ValueError):
        return None
