"""Answers of people find their recipient, are told once, and are told apart from what machines write."""

import json
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import Notification
from crm.models import Contact, Interaction
from marketing.choices import Goal, MailboxKind
from marketing.models import Consent, ConsentEvent, MailSettings, Recipient
from marketing.services import boxes, mailbox
from marketing.services.answers import take_answer
from marketing.services.campaigns.goals import changed_outcomes
from marketing.services.incoming import answer_of, own_words
from marketing.services.returns import door
from tests.factories import UserFactory
from tests.mail_boxes import ImapHandler, PopHandler, Store, serving
from tests.marketing.campaigns import owner
from tests.marketing.services.test_returns import KEY, bounce, sent_to

pytestmark = pytest.mark.django_db


def letter(text: str = "Yes, call me on Monday.", **headers: str) -> bytes:
    """An answer as mail programs write it; `In_Reply_To` names a header."""
    message = EmailMessage()
    said = {
        "From": "Person 0 <p0@example.org>",
        "To": "ann@example.com",
        "Subject": "Re: News",
        "Date": format_datetime(timezone.now()),
        "Message-ID": "<answer-1@example.org>",
        "In-Reply-To": f"<{KEY}@example.com>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    for name, value in said.items():
        if value:
            message[name] = value
    message.set_content(text)
    return message.as_bytes()


def take(content: bytes) -> bool:
    found = answer_of(content)
    return found is not None and take_answer(found, at=timezone.now())


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"In_Reply_To": "", "References": f"<other@x.org> <{KEY}@example.com> <later@x.org>"},
        {"In_Reply_To": "", "To": f"answers+{KEY}@example.com"},
    ],
)
def test_an_answer_finds_its_recipient(headers: dict[str, str]) -> None:
    recipient, other = sent_to(2)
    assert take(letter(**headers))
    recipient.refresh_from_db()
    other.refresh_from_db()
    assert recipient.replied_at is not None
    assert other.replied_at is None
    told = Interaction.objects.get()
    assert (told.contact_id, told.kind, told.subject) == (recipient.contact_id, "reply", "News")
    assert told.detail["text"] == "Yes, call me on Monday."
    assert told.detail["campaign"] == recipient.campaign_id


def test_the_nearest_message_of_a_conversation_is_answered() -> None:
    recipient, later = sent_to(2)
    order = f"<{KEY}@example.com> <{later.message_key}@example.com>"
    take(letter(In_Reply_To="", References=order, From="p1@example.org"))
    recipient.refresh_from_db()
    later.refresh_from_db()
    assert (recipient.replied_at, later.replied_at is not None) == (None, True)


def test_an_answer_told_twice_counts_once_and_the_first_one_stays() -> None:
    (recipient,) = sent_to()
    Contact.objects.update(owner=owner())
    now = timezone.now()
    early, late = format_datetime(now), format_datetime(now + timedelta(hours=5))
    take(letter(Date=early))
    first = Recipient.objects.get().replied_at
    take(letter(Date=early))
    assert Interaction.objects.count() == 1
    assert Notification.objects.filter(kind="campaign_answer").count() == 1
    take(letter("And one more thing.", Message_ID="<answer-2@example.org>", Date=late))
    assert Interaction.objects.count() == 2
    recipient.refresh_from_db()
    assert recipient.replied_at == first


def test_without_a_date_it_counts_once_as_well() -> None:
    sent_to()
    assert take(letter(Date=""))
    assert take(letter(Date=""))
    assert Interaction.objects.count() == 1


def test_the_owner_of_the_contact_is_told() -> None:
    (recipient,) = sent_to()
    Contact.objects.update(owner=owner())
    take(letter())
    told = Notification.objects.get(user=owner())
    assert told.text == "Person 0 has answered “News”."
    assert told.url == recipient.contact.get_absolute_url()


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (vacation)"},
        {"X_Autoreply": "yes"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"Return_Path": "<>"},
        {"List_Id": "<list.example.org>"},
        {"Subject": "Automatic reply: News"},
        {"Subject": "Out of office Re: News"},
        {"Subject": "自动回复: News"},
        {"Subject": "Abwesenheitsnotiz: News"},
    ],
)
def test_what_machines_answer_is_not_counted(headers: dict[str, str]) -> None:
    sent_to()
    assert not take(letter(**headers))
    assert Recipient.objects.get().replied_at is None
    assert not Interaction.objects.exists()


@pytest.mark.parametrize("said", ["no", "No"])
def test_what_says_that_no_machine_wrote_it_counts(said: str) -> None:
    sent_to()
    assert take(letter(Auto_Submitted=said))


def test_colleagues_in_the_same_conversation_are_no_recipients() -> None:
    sent_to()
    UserFactory(email="seller@example.com")
    for sender in ("Seller@Example.com", "ann@example.com", ""):
        assert not take(letter(From=sender))
    assert take(letter(From="assistant@example.org")), "somebody writes for the recipient"


@pytest.mark.parametrize(
    "text", ["Unsubscribe", "  退订！\n\n> News", "TD", "Please unsubscribe me."]
)
def test_an_answer_that_says_nothing_else_takes_the_consent_back(text: str) -> None:
    (recipient,) = sent_to()
    assert take(letter(text))
    assert take(letter(text))
    word = ConsentEvent.objects.get()
    assert (word.state, word.source) == ("withdrawn", "answer")
    assert word.detail == own_words(text)
    assert Consent.objects.get(contact=recipient.contact_id).state == "withdrawn"
    recipient.refresh_from_db()
    assert recipient.unsubscribed_at is not None
    assert recipient.replied_at is None
    assert not Interaction.objects.filter(kind="reply").exists()


@pytest.mark.parametrize("text", ["How do I unsubscribe?", "Please do not stop", "退订了别家的"])
def test_an_answer_about_leaving_is_an_answer(text: str) -> None:
    (recipient,) = sent_to()
    assert take(letter(text))
    recipient.refresh_from_db()
    assert recipient.replied_at is not None
    assert not ConsentEvent.objects.exists()


def test_a_subject_alone_is_enough() -> None:
    sent_to()
    take(letter("", Subject="unsubscribe"))
    assert ConsentEvent.objects.get().detail == "unsubscribe"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes.\r\n> Hello\r\n> there", "Yes."),
        ("Yes.\n\nOn Tue, 3 Nov 2026 at 10:00, Ann\n<ann@example.com> wrote:\n> Hello", "Yes."),
        ("好的。\n\n在 2026年11月3日，Ann <ann@example.com> 写道：\n你好", "好的。"),
        ("好的\n\n------------------ 原始邮件 ------------------\n你好", "好的"),
        ("Yes.\n\nFrom: Ann\nSent: Tuesday\nTo: Bob\nHello", "Yes."),
        ("Yes.\n-- \nBob, Sales", "Yes."),
        ("From: me to you\nwith love", "From: me to you\nwith love"),
        ("a\x00b", "ab"),
    ],
)
def test_own_words_stand_without_what_is_quoted(text: str, own: str) -> None:
    assert own_words(text) == own


def test_an_answer_of_html_alone_is_read() -> None:
    sent_to()
    message = EmailMessage()
    message["From"], message["In-Reply-To"] = "p0@example.org", f"<{KEY}@example.com>"
    message.set_content(
        "<style>p{}</style><p>Yes &amp; soon.</p><blockquote><p>Our news</p></blockquote>",
        subtype="html",
    )
    assert take(message.as_bytes())
    assert Interaction.objects.get().detail["text"] == "Yes & soon."


@pytest.mark.parametrize("charset", ["gb18030", "nobody-knows"])
def test_a_code_is_read_or_guessed(charset: str) -> None:
    sent_to()
    head = (
        f"From: p0@example.org\r\nIn-Reply-To: <{KEY}@example.com>\r\n"
        f"Content-Type: text/plain; charset={charset}\r\n\r\n"
    )
    assert take(head.encode() + "好的".encode("gb18030" if charset == "gb18030" else "utf-8"))
    assert Interaction.objects.get().detail["text"] == "好的"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        letter(In_Reply_To="<somebody@example.org>"),
        letter(In_Reply_To=f"<{'e' * 32}@example.com>"),
        bytes(range(256)) * 8,
    ],
    ids=["empty", "to-somebody-else", "to-no-letter-of-ours", "every-byte"],
)
def test_what_answers_nothing_of_ours_is_left_alone(content: bytes) -> None:
    sent_to()
    assert not take(content)


def test_an_answer_reaches_the_goal_of_a_campaign_for_answers() -> None:
    (recipient,) = sent_to()
    campaign = recipient.campaign
    campaign.goal = Goal.REPLY
    campaign.save()
    take(letter(Date=format_datetime(timezone.now() + timedelta(seconds=2))))
    later = timezone.now() + timedelta(days=1)
    (changed,) = changed_outcomes(
        campaign=campaign, first=recipient.pk, last=recipient.pk, at=later
    )
    assert changed.converted_at is not None


BROKEN = b'From: "a <b@c\r\nTo: =?utf-8?q?=?= <>\r\nIn-Reply-To: <\r\n\r\n'


@pytest.mark.parametrize(
    ("kind", "handler"), [(MailboxKind.IMAP, ImapHandler), (MailboxKind.POP3, PopHandler)]
)
def test_a_mailbox_is_read_on_from_where_it_was_left(
    kind: MailboxKind, handler: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (recipient,) = sent_to()
    private = b"From: friend@example.net\r\nSubject: Lunch?\r\n\r\nAt noon?\r\n"
    store = Store([private, letter(), BROKEN, bounce(), private])
    with serving(store, handler) as port:
        monkeypatch.setattr(boxes, "PLAIN_PORTS", frozenset({port}))
        MailSettings.objects.create(
            pk=1, mailbox=kind, mailbox_host="127.0.0.1", mailbox_port=port, mailbox_user="a"
        )
        assert mailbox.read_mailbox(at=timezone.now()) == 2
        assert MailSettings.objects.get().mailbox_fault == ""
        assert list(store.kept) == [1, 2, 3, 5], "only the report is taken out"
        assert not store.seen, "whoever reads the mailbox sees what is new"
        store.fetched.clear()
        store.seen |= set(store.kept)
        store.add(letter("A second one.", Message_ID="<answer-2@example.org>"))
        assert mailbox.read_mailbox(at=timezone.now()) == 1
        assert store.fetched == [6]
        assert mailbox.read_mailbox(at=timezone.now()) == 0
        assert store.fetched == [6]
    recipient.refresh_from_db()
    assert recipient.replied_at is not None
    assert recipient.bounced_at is not None
    assert Interaction.objects.filter(kind="reply").count() == 2


def test_a_message_that_arrives_elsewhere_is_posted_as_it_is(client: Client) -> None:
    sent_to()
    url = reverse("mail_returns", args=["message", door()])
    said = client.post(url, letter(), content_type="message/rfc822")
    assert said.json() == {"taken": 1, "told": 1}
    assert client.post(url, bounce(), content_type="message/rfc822").json()["taken"] == 1
    assert client.post(url, b"", content_type="message/rfc822").json() == {"taken": 0, "told": 0}
    assert Recipient.objects.get().replied_at is not None
    shut = reverse("mail_returns", args=["message", "a" * 40])
    assert client.post(shut, letter(), content_type="message/rfc822").status_code == 404


def test_a_provider_tells_what_arrived(client: Client) -> None:
    sent_to()
    said = {
        "FromFull": {"Email": "p0@example.org", "Name": "Person 0"},
        "ToFull": [{"Email": "ann@example.com", "Name": ""}],
        "Subject": "Re: News",
        "MessageID": "22c74902-a0c1-4511-804f2-341342852c90",
        "Date": format_datetime(timezone.now()),
        "TextBody": "Yes, please.",
        "Headers": [
            {"Name": "Message-ID", "Value": "<answer-1@example.org>"},
            {"Name": "In-Reply-To", "Value": f"<{KEY}@example.com>"},
        ],
        "Attachments": [],
    }
    url = reverse("mail_returns", args=["postmark-answers", door()])
    for _time in range(2):
        told = client.post(url, json.dumps(said), content_type="application/json")
        assert told.json() == {"taken": 1, "told": 1}
    assert Interaction.objects.get().detail["text"] == "Yes, please."
    assert client.post(url, "[]", content_type="application/json").status_code == 400
