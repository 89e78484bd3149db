"""Reports of providers that sign: only what is signed with the key of the settings is taken."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AuditEvent
from marketing.choices import MailWay
from marketing.models import DeliveryProblem, MailSettings
from marketing.services.returns import door
from marketing.services.sending.secrets import opened, sealed
from tests.marketing.campaigns import owner
from tests.marketing.services.test_returns import KEY, sent_to
from tests.marketing.views.test_sending import MAIL

pytestmark = pytest.mark.django_db
MAILGUN_KEY = "key-0123456789"
RESEND_KEY = "whsec_" + base64.b64encode(b"shared secret of 24 bytes").decode()


def mailgun(signature: str = "", key: str = MAILGUN_KEY) -> dict[str, Any]:
    stamp, token = str(int(time.time())), "t" * 50
    right = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": stamp, "token": token, "signature": signature or right},
        "event-data": {
            "id": "event-1",
            "timestamp": time.time(),
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "recipient": "p0@example.org",
            "delivery-status": {"code": 550, "message": "5.1.1 unknown"},
            "user-variables": {"recipient_key": KEY},
        },
    }


def told(client: Client, way: str, said: Any, **headers: str) -> int:
    url = reverse("mail_returns", args=[way, door()])
    body = said if isinstance(said, str) else json.dumps(said)
    return client.post(url, body, content_type="application/json", headers=headers).status_code


def with_key(way: str, key: str) -> None:
    MailSettings.objects.create(pk=1, way=way, signing_key=sealed(key))


def test_mailguns_signature_is_looked_at(client: Client) -> None:
    sent_to()
    with_key(MailWay.MAILGUN, MAILGUN_KEY)
    assert told(client, "mailgun", mailgun("0" * 64)) == 403
    assert told(client, "mailgun", mailgun(key="another")) == 403
    for said in ({}, {"signature": 7}, {"signature": {"token": 1}}, "[", "[]"):
        assert told(client, "mailgun", said) == 403
    assert not DeliveryProblem.objects.exists()
    assert told(client, "mailgun", mailgun()) == 200
    assert DeliveryProblem.objects.count() == 1


def resend(body: str, *, stamp: int | None = None, key: str = RESEND_KEY) -> dict[str, str]:
    at = str(stamp if stamp is not None else int(time.time()))
    secret = base64.b64decode(key.removeprefix("whsec_"))
    right = base64.b64encode(
        hmac.digest(secret, f"msg-1.{at}.{body}".encode(), hashlib.sha256)
    ).decode()
    return {
        "svix-id": "msg-1",
        "svix-timestamp": at,
        "svix-signature": f"v1,{'A' * 43}= v1,{right}",
    }


def test_resends_signature_is_looked_at(client: Client) -> None:
    sent_to()
    with_key(MailWay.RESEND, RESEND_KEY)
    said = {
        "type": "email.bounced",
        "created_at": "2026-11-22T23:41:12.126Z",
        "data": {
            "email_id": "1", "to": ["p0@example.org"], "headers": [],
            "bounce": {"message": "The recipient's address does not exist", "type": "Permanent"},
        },
    }  # fmt: skip
    body = json.dumps(said)
    other = "whsec_" + base64.b64encode(b"something else entirely").decode()
    assert told(client, "resend", body) == 403
    assert told(client, "resend", body, **resend(body, key=other)) == 403
    assert told(client, "resend", body + " ", **resend(body)) == 403
    assert told(client, "resend", body, **resend(body, stamp=int(time.time()) - 900)) == 403
    assert not DeliveryProblem.objects.exists()
    assert told(client, "resend", body, **resend(body)) == 200
    assert DeliveryProblem.objects.count() == 1


def test_without_a_key_and_by_ways_that_sign_nothing_the_address_is_enough(client: Client) -> None:
    sent_to()
    MailSettings.objects.create(pk=1, way=MailWay.MAILGUN)
    assert told(client, "mailgun", mailgun("0" * 64)) == 200
    MailSettings.objects.update(signing_key=sealed(MAILGUN_KEY))
    assert told(client, "json", {"kind": "soft", "message_id": KEY, "id": "1"}) == 200


def test_the_key_is_set_kept_and_shown_to_nobody(client: Client) -> None:
    client.force_login(owner())
    url = reverse("mail_settings")
    said = {**MAIL, "port": "587", "way": "mailgun", "api_key": "k", "signing_key": MAILGUN_KEY}
    page = client.get(url).content.decode()
    assert "A program of your own posts JSON" in page
    assert client.post(url, said).status_code == 302
    row = MailSettings.objects.get()
    assert opened(row.signing_key) == MAILGUN_KEY
    page = client.get(url).content.decode()
    assert MAILGUN_KEY not in page
    assert row.signing_key not in page
    assert not AuditEvent.objects.filter(changes__icontains=MAILGUN_KEY).exists()
    assert "Only signed reports are taken" in page
    assert reverse("mail_returns", args=["mailgun", door()]) in page
    assert reverse("mail_returns", args=["mailgun-answers", door()]) in page
    client.post(url, {**said, "signing_key": ""})
    assert MailSettings.objects.get().signing_key == row.signing_key
    client.post(url, {**said, "way": "resend", "signing_key": ""})
    assert MailSettings.objects.get().signing_key == "", "it was Mailgun's"
    assert "Resend signs its reports" in client.get(url).content.decode()


@pytest.mark.parametrize(("way", "key"), [("resend", "abc"), ("mailgun", "schlüssel")])
def test_a_key_that_is_none_is_asked_again(client: Client, way: str, key: str) -> None:
    client.force_login(owner())
    said = {**MAIL, "port": "587", "way": way, "api_key": "k", "signing_key": key}
    answer = client.post(reverse("mail_settings"), said)
    assert answer.status_code == 422
    assert "Copy the whole key" in answer.content.decode()
