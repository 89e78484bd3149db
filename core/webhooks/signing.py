"""Signatures after Standard Webhooks (standardwebhooks.com): HMAC-SHA256 over id, time and body."""

import base64
import hashlib
import hmac
from datetime import datetime

from django.utils.crypto import salted_hmac

from core.models import Webhook

SALT = "core.webhook"
PREFIX = "whsec_"


def key_of(webhook: Webhook, version: int) -> bytes:
    """The key of a version of the secret, from the installation's own: a copy of the database has none."""
    return salted_hmac(SALT, f"{webhook.key}:{version}", algorithm="sha256").digest()


def secret_of(webhook: Webhook) -> str:
    """The secret as its receiver enters it."""
    key = key_of(webhook, webhook.secret_version)
    return PREFIX + base64.b64encode(key).decode()


def headers_for(webhook: Webhook, *, message_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """What makes the message verifiable; with a signature of the old secret while it still counts."""
    stamp = str(int(at.timestamp()))
    signed = _signed(message_id, stamp, body)
    versions = [webhook.secret_version]
    if webhook.old_secret_until is not None and at < webhook.old_secret_until:
        versions.append(webhook.secret_version - 1)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(
            _signature(key_of(webhook, version), signed) for version in versions
        ),
    }


def is_signature(given: str, *, key: bytes, message_id: str, stamp: str, body: bytes) -> bool:
    """Whether one of the signatures that came with a message is the key's."""
    right = _signature(key, _signed(message_id, stamp, body)).encode()
    return any(hmac.compare_digest(right, each.encode()) for each in given.split())


def _signed(message_id: str, stamp: str, body: bytes) -> bytes:
    return b".".join((message_id.encode(), stamp.encode(), body))


def _signature(key: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
