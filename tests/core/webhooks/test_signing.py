"""Signatures: verified as a receiver does it, with the lines of the documentation."""

import re
from datetime import timedelta
from typing import Any

import pytest

from core.models import Webhook
from core.webhooks.signing import headers_for, secret_of
from tests.data import REPOSITORY
from tests.factories import WebhookFactory
from tests.factories.core import NOW

BODY = '{"type":"crm.lead.created","record":{"display_name":"林兆阳"}}'.encode()
DOCS = REPOSITORY / "docs" / "developer" / "webhooks.md"


@pytest.fixture
def hook(db: None) -> Webhook:
    webhook: Webhook = WebhookFactory()
    return webhook


def documented() -> Any:
    """The function `verify` of the documentation."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    found: dict[str, Any] = {}
    exec(code, found)
    assert len([line for line in code.splitlines() if line.strip()]) <= 14
    return found["verify"]


def headers(hook: Webhook, **more: Any) -> dict[str, str]:
    return headers_for(hook, **{"message_id": "msg_1", "body": BODY, "at": NOW, **more})


def test_a_receiver_verifies_with_the_documented_lines(hook: Webhook) -> None:
    verify, signed, now = documented(), headers(hook), NOW.timestamp()
    assert verify(secret_of(hook), signed, BODY, now)
    assert not verify(secret_of(hook), signed, BODY + b" ", now)
    assert not verify(secret_of(WebhookFactory()), signed, BODY, now)
    assert not verify(secret_of(hook), {**signed, "webhook-id": "msg_2"}, BODY, now)
    assert not verify(secret_of(hook), {**signed, "webhook-timestamp": "1"}, BODY, now)
    assert not verify(secret_of(hook), signed, BODY, now + 301)


def test_both_secrets_count_for_a_while_after_a_new_one(hook: Webhook) -> None:
    verify, old = documented(), secret_of(hook)
    hook.secret_version, hook.old_secret_until = 2, NOW + timedelta(hours=24)
    assert secret_of(hook) != old
    for secret in (old, secret_of(hook)):
        assert verify(secret, headers(hook), BODY, NOW.timestamp())
    later = NOW + timedelta(hours=24)
    assert not verify(old, headers(hook, at=later), BODY, later.timestamp())
    assert verify(secret_of(hook), headers(hook, at=later), BODY, later.timestamp())


def test_the_database_alone_gives_no_secret(hook: Webhook, settings: Any) -> None:
    secret = secret_of(hook)
    settings.SECRET_KEY = "another installation"
    assert secret_of(hook) != secret
