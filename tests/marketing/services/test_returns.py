"""What comes back is understood, belongs to its recipient, and is told once."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketing.choices import BounceKind, MailboxKind, RecipientState
from marketing.models import DeliveryProblem, MailSettings, Recipient, Suppression
from marketing.services import mailbox
from marketing.services.reports import returned_of
from marketing.services.returns import door
from tests.hostile import BODIES
from tests.marketing.campaigns import people, purpose, sending_campaign

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef0123456789abcdef"


def sent_to(count: int = 1) -> list[Recipient]:
    campaign = sending_campaign()
    return Recipient.objects.bulk_create(
        Recipient(
            campaign=campaign, contact=contact, address=contact.email,
            address_key=contact.email_key, domain="example.org", arm="test",
            state=RecipientState.SENT, due_at=timezone.now(), sent_at=timezone.now(),
            message_key=KEY if number == 0 else f"{number:032x}",
        )
        for number, contact in enumerate(people(count, purpose()))
    )  # fmt: skip


def bounce(status: str = "5.1.1", action: str = "failed", to: str = "bounces@example.com") -> bytes:
    """As Postfix writes it."""
    return (
        "From: MAILER-DAEMON@mx.example.org (Mail Delivery System)\r\n"
        f"To: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.org\r\n\r\n"
        "Final-Recipient: rfc822; p0@example.org\r\n"
        f"Action: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 <p0@example.org>: User unknown\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: <{KEY}@example.com>\r\nSubject: News\r\n\r\nHello\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (bounce(), "hard"),
        (bounce("5.2.2"), "soft"),
        (bounce("4.4.1", "delayed"), "soft"),
        (bounce("5.7.1"), "soft"),
    ],
)
def test_a_delivery_report_is_understood(content: bytes, kind: str) -> None:
    found = returned_of(content)
    assert found is not None
    assert (found.kind, found.key, found.address) == (kind, KEY, "p0@example.org")


def test_the_number_in_the_address_is_enough() -> None:
    content = bounce(to=f"bounces+{'f' * 32}@example.com")
    found = returned_of(content)
    assert found is not None
    assert found.key == "f" * 32


def test_a_complaint_is_understood() -> None:
    content = (
        "From: fbl@provider.example\r\nTo: bounces@example.com\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nA complaint.\r\n\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\n"
        "Feedback-Type: abuse\r\nUser-Agent: FBL/1\r\nVersion: 1\r\n"
        "Original-Rcpt-To: <p0@example.org>\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: <{KEY}@example.com>\r\n\r\nHello\r\n--b--\r\n"
    ).encode()
    found = returned_of(content)
    assert found is not None
    assert (found.kind, found.key, found.address) == ("complaint", KEY, "p0@example.org")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Subject: I am away\r\n\r\nBack on Monday.",
        bounce("2.0.0", "delivered"),
        b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nbroken",
        bytes(range(256)) * 8,
    ],
)
def test_what_is_no_report_reports_nothing(content: bytes) -> None:
    assert returned_of(content) is None


class Box:
    """A mailbox in memory."""

    mark = ""

    def __init__(self, contents: list[bytes]) -> None:
        self.contents = dict(enumerate(map(str, range(len(contents)))))
        self.kept = dict(zip(self.contents.values(), contents, strict=True))

    def messages(self) -> Iterator[tuple[str, bytes]]:
        yield from list(self.kept.items())

    def remove(self, number: str) -> None:
        del self.kept[number]


def use_mailbox(monkeypatch: pytest.MonkeyPatch, box: Box) -> None:
    MailSettings.objects.update_or_create(
        pk=1, defaults={"mailbox": MailboxKind.IMAP, "mailbox_host": "mail.example.com"}
    )

    @contextmanager
    def opened(_mail: MailSettings) -> Iterator[Box]:
        yield box

    monkeypatch.setattr(mailbox, "_opened", opened)


def test_the_mailbox_is_read_and_only_reports_are_taken_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (recipient,) = sent_to()
    letter = EmailMessage()
    letter["Subject"] = "A person writes"
    box = Box([bounce(), letter.as_bytes(), bounce()])
    use_mailbox(monkeypatch, box)
    assert mailbox.read_mailbox(at=timezone.now()) == 2
    recipient.refresh_from_db()
    assert recipient.bounce == BounceKind.HARD
    assert recipient.bounced_at is not None
    assert list(box.kept.values()) == [letter.as_bytes()]
    assert Suppression.objects.filter(address_key="p0@example.org").exists()
    assert DeliveryProblem.objects.count() == 1, "the same report twice counts once"
    assert MailSettings.objects.get().mailbox_fault == ""


def test_a_mailbox_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    MailSettings.objects.create(
        pk=1, mailbox=MailboxKind.POP3, mailbox_host="127.0.0.1", mailbox_port=1
    )
    assert mailbox.read_mailbox(at=timezone.now()) == 0
    assert "refused" in MailSettings.objects.get().mailbox_fault


def told(client: Client, way: str, said: Any, token: str = "") -> Any:
    url = reverse("mail_returns", args=[way, token or door()])
    return client.post(url, json.dumps(said), content_type="application/json")


def test_a_report_in_plain_json_is_taken_once(client: Client) -> None:
    recipient, other = sent_to(2)
    said = [
        {"kind": "hard", "message_id": f"<{KEY}@example.com>", "id": "1", "detail": "unknown"},
        {"kind": "complaint", "address": "P1@example.org", "id": "2"},
        {"kind": "soft", "address": "nobody@example.net", "id": "3"},
    ]
    assert told(client, "json", said).json() == {"taken": 2, "told": 3}
    told(client, "json", said)
    recipient.refresh_from_db()
    other.refresh_from_db()
    assert recipient.bounce == BounceKind.HARD
    assert other.complained_at is not None
    assert DeliveryProblem.objects.count() == 2
    assert Suppression.objects.count() == 2


def test_a_provider_reports_in_its_own_form(client: Client) -> None:
    (recipient,) = sent_to()
    said = {
        "RecordType": "Bounce",
        "ID": 42,
        "Type": "HardBounce",
        "TypeCode": 1,
        "MessageID": "0000-1",
        "Email": "p0@example.org",
        "BouncedAt": "2026-11-05T16:33:54.9070259Z",
        "Details": "550 5.1.1 unknown",
        "Metadata": {"recipient_key": KEY},
    }
    assert told(client, "postmark", said).json() == {"taken": 1, "told": 1}
    recipient.refresh_from_db()
    assert recipient.bounce == BounceKind.HARD
    delivered = {**said, "RecordType": "Delivery", "DeliveredAt": "2026-11-05T16:33:54Z"}
    assert told(client, "postmark", delivered).json() == {"taken": 0, "told": 0}


@pytest.mark.parametrize("way", ["json", "postmark", "brevo", "mailgun", "mailjet"])
@pytest.mark.parametrize("said", [[], {}, "x", 7, [[1]], {"kind": "strange"}])
def test_what_cannot_be_read_is_refused_with_a_sentence(
    client: Client, way: str, said: Any
) -> None:
    sent_to()
    answer = told(client, way, said)
    assert answer.status_code in {200, 400}
    assert not DeliveryProblem.objects.exists()


@pytest.mark.parametrize(
    "way", ["json", "message", "postmark", "brevo", "mailgun", "mailjet", "resend"]
)
@pytest.mark.parametrize("place", range(len(BODIES)))
def test_hostile_reports_change_nothing(client: Client, way: str, place: int) -> None:
    sent_to()
    url = reverse("mail_returns", args=[way, door()])
    answer = client.post(url, BODIES[place], content_type="application/json")
    assert answer.status_code in {200, 400}
    assert not DeliveryProblem.objects.exists()


def test_what_databases_cannot_keep_is_taken_out_of_a_report(client: Client) -> None:
    (recipient,) = sent_to()
    said = {
        "RecordType": "Bounce", "ID": 42, "Type": "HardBounce", "TypeCode": 1,
        "MessageID": "0000-1", "Email": "p0@exam\0ple.org", "BouncedAt": "2026-11-05T16:33:54Z",
        "Details": "550 \ud800 un\0known", "Metadata": {"recipient_key": KEY},
    }  # fmt: skip
    assert told(client, "postmark", said).json() == {"taken": 1, "told": 1}
    recipient.refresh_from_db()
    assert recipient.bounce == BounceKind.HARD
    assert "unknown" in DeliveryProblem.objects.get().detail


def test_only_who_knows_the_address_may_report(client: Client) -> None:
    sent_to()
    said = {"kind": "hard", "message_id": KEY}
    assert told(client, "json", said, token="a" * 40).status_code == 404
    assert told(client, "nothing", said).status_code == 404
    assert not DeliveryProblem.objects.exists()
