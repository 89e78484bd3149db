"""Pages without a log-in: only buttons change something, and only by a link that is signed."""

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from core.models import User
from core.registries import record_types
from crm.models import Contact
from crm.services.merging.merging import merge_records
from marketing.models import (
    ConfirmationRequest,
    Consent,
    ConsentEvent,
    ContactPreference,
    MailSettings,
    MarketingOptions,
    Purpose,
    Recipient,
    Suppression,
)
from marketing.services import public_links
from marketing.services.confirmations import ask_confirmation, send_waiting
from marketing.services.public_links import preferences_url, unsubscribe_url
from marketing.services.suppressions import suppress
from tests.factories import ConsentFactory, ContactFactory, PurposeFactory, RecipientFactory
from tests.factories.core import NOW
from tests.marketing.campaigns import mail_server

pytestmark = pytest.mark.django_db
ORIGIN = "http://localhost:8000"


@pytest.fixture(autouse=True)
def _no_limits_of_others(administrator: User) -> None:
    cache.clear()


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def purpose() -> Purpose:
    return PurposeFactory(name="News", public_names={"en": "Our newsletter", "zh-hans": "通讯"})


@pytest.fixture
def contact(purpose: Purpose) -> Contact:
    person = ContactFactory(email="Ada@example.org", language="en")
    ConsentFactory(contact=person, purpose=purpose)
    ConsentFactory(contact=person)
    return person


def leave_url(contact: Contact, purpose: Purpose | None) -> str:
    sent = RecipientFactory(contact=contact, campaign__purpose=purpose) if purpose else None
    return unsubscribe_url(contact.pk, sent.pk if sent else None).removeprefix(ORIGIN)


def states(contact: Contact) -> dict[str, str]:
    return dict(Consent.objects.filter(contact=contact).values_list("purpose__name", "state"))


def test_opening_an_unsubscribe_link_changes_nothing(
    visitor: Client, contact: Contact, purpose: Purpose
) -> None:
    for ask in (visitor.get, visitor.head):
        assert ask(leave_url(contact, purpose)).status_code == 200
    page = visitor.get(leave_url(contact, purpose)).content.decode()
    assert "Our newsletter" in page
    assert "ada@example.org" not in page.lower(), "whoever gets the letter forwarded reads less"
    assert set(states(contact).values()) == {"granted"}


def test_one_click_is_for_one_purpose_and_counts_once(
    visitor: Client, contact: Contact, purpose: Purpose
) -> None:
    url = leave_url(contact, purpose)
    for _time in range(2):
        answer = visitor.post(
            url,
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        )
        assert (answer.status_code, answer.content) == (200, b"")
    assert states(contact)["News"] == "withdrawn"
    assert list(states(contact).values()).count("granted") == 1
    assert ConsentEvent.objects.count() == 1
    assert Recipient.objects.get().unsubscribed_at is not None


def test_leaving_everything_says_why(visitor: Client, contact: Contact, purpose: Purpose) -> None:
    answer = visitor.post(leave_url(contact, purpose), {"why": "often", "all": "1"})
    assert answer.status_code == 200
    assert set(states(contact).values()) == {"withdrawn"}
    assert "often" in set(ConsentEvent.objects.values_list("detail", flat=True))
    assert Suppression.objects.get().reason == "all"


def test_a_link_without_a_message_leaves_everything(visitor: Client, contact: Contact) -> None:
    visitor.post(leave_url(contact, None), {})
    assert set(states(contact).values()) == {"withdrawn"}


@pytest.mark.parametrize("address", ["u", "preferences", "confirm"])
def test_forged_links_open_nothing(visitor: Client, contact: Contact, address: str) -> None:
    good = preferences_url(contact.pk).removeprefix(ORIGIN).split("/")[2]
    for token in (
        "1",
        good[:-2] + "xx",
        f"{contact.pk}:abc",
        good if address != "preferences" else "x",
    ):
        answer = visitor.post(f"/{address}/{token}/", {"all": "1"})
        assert answer.status_code in (404, 410)
    assert set(states(contact).values()) == {"granted"}


def test_a_merged_contact_is_the_one_that_stayed(
    visitor: Client, contact: Contact, purpose: Purpose, administrator: User
) -> None:
    url, stays = leave_url(contact, purpose), ContactFactory(email="ada@work.example")
    ConsentFactory(contact=stays, purpose=purpose)
    merge_records(
        kind=record_types["crm.contact"],
        survivor=stays.pk,
        losers=[contact.pk],
        winners={},
        by=administrator,
        at=NOW,
    )
    visitor.post(url, {})
    assert states(stays).pop("News") == "withdrawn"
    assert list(states(stays).values()).count("granted") == 1, "the message was for one purpose"


def test_the_page_speaks_the_persons_language(
    visitor: Client, contact: Contact, purpose: Purpose
) -> None:
    Contact.objects.filter(pk=contact.pk).update(language="zh-hans")
    page = visitor.get(leave_url(contact, purpose)).content.decode()
    assert 'lang="zh-hans"' in page
    assert "通讯" in page


def test_choosing(visitor: Client, contact: Contact, purpose: Purpose) -> None:
    url, other = preferences_url(contact.pk).removeprefix(ORIGIN), PurposeFactory(name="New")
    assert visitor.get(url).status_code == 200
    answer = visitor.post(
        url, {"given": [f"{other.pk}-email"], "often": "7-1", "pause": "30"}, follow=True
    )
    assert answer.status_code == 200
    assert states(contact) == {**dict.fromkeys(states(contact), "withdrawn"), "New": "granted"}
    wishes = ContactPreference.objects.get(contact=contact)
    assert (wishes.week_cap, wishes.month_cap, wishes.is_untracked) == (1, None, True)
    assert wishes.paused_until is not None
    again = {"given": [f"{other.pk}-email"], "often": "7-1", "pause": "kept", "is_tracked": "on"}
    visitor.post(url, again)
    until = wishes.paused_until
    wishes.refresh_from_db()
    assert (wishes.paused_until, wishes.is_untracked) == (until, False)
    assert ConsentEvent.objects.count() == 3


def test_a_choice_that_is_not_offered_is_refused(visitor: Client, contact: Contact) -> None:
    url = preferences_url(contact.pk).removeprefix(ORIGIN)
    answer = visitor.post(url, {"given": ["999-email"], "often": "1-1"})
    assert answer.status_code == 422
    assert not ConsentEvent.objects.exists()


def test_who_left_everything_may_come_back(
    visitor: Client, contact: Contact, purpose: Purpose
) -> None:
    url = preferences_url(contact.pk).removeprefix(ORIGIN)
    visitor.post(url, {"all": "1"})
    assert Suppression.objects.exists()
    visitor.post(url, {"given": [f"{purpose.pk}-email"], "is_tracked": "on"})
    assert not Suppression.objects.exists()
    suppress(addresses=[contact.email], reason="hard", at=NOW)
    visitor.post(url, {"given": [], "is_tracked": "on"})
    visitor.post(url, {"given": [f"{purpose.pk}-email"], "is_tracked": "on"})
    assert Suppression.objects.exists(), "an address that does not exist stays out"


def test_a_person_takes_the_own_data_along(visitor: Client, contact: Contact) -> None:
    url = preferences_url(contact.pk).removeprefix(ORIGIN)
    visitor.post(url, {"all": "1"})
    said = json.loads(visitor.get(f"{url}data/").content)
    assert said["address"] == "Ada@example.org"
    assert {each["state"] for each in said["consents"]} == {"withdrawn"}
    assert len(said["history"]) == 2


def test_confirmations_go_the_way_that_is_set_and_wait_while_it_is_broken(purpose: Purpose) -> None:
    contact, at = ContactFactory(email="eve@example.org", language="en"), timezone.now()
    MarketingOptions.objects.create(pk=1, sender_name="Hal", sender_address="hal@example.com")
    ask_confirmation(contact=contact, purposes=[purpose], detail="Form", at=at)
    with mail_server() as sink:
        port = sink.port
        MailSettings.objects.update(port=1)
        assert send_waiting(at=at) == 0
        assert ConfirmationRequest.objects.get().sent_at is None
        MailSettings.objects.update(port=port, password="sealed by another key")
        assert send_waiting(at=at + timedelta(minutes=6)) == 0
        MailSettings.objects.update(password="")
        assert send_waiting(at=at + timedelta(minutes=6)) == 1
        assert sink.counts == {"eve@example.org": 1}
    assert mail.outbox == []
    assert b"hal@example.com" in sink.received[0][1]


def test_double_opt_in(visitor: Client, purpose: Purpose) -> None:
    contact, at = ContactFactory(email="eve@example.org", language="en"), timezone.now()
    ask_confirmation(contact=contact, purposes=[purpose], detail="Form", at=at)
    assert Consent.objects.get().state == "pending"
    assert send_waiting(at=at) == 1
    assert send_waiting(at=at + timedelta(hours=1)) == 0
    (letter,) = mail.outbox
    assert letter.to == ["eve@example.org"]
    assert "Our newsletter" in letter.body
    url = next(line for line in letter.body.split("\n") if "/confirm/" in line)
    url = url.strip().removeprefix(ORIGIN)
    assert visitor.get(url).status_code == 200
    assert Consent.objects.get().state == "pending", "programs follow links"
    assert visitor.post(url).status_code == 200
    assert visitor.post(url).status_code == 200
    consent = Consent.objects.get()
    assert (consent.state, consent.source) == ("granted", "confirmed")
    assert list(ConsentEvent.objects.order_by("pk").values_list("state", flat=True)) == [
        "pending",
        "granted",
    ]


def test_nobodys_mailbox_is_filled(purpose: Purpose) -> None:
    contact, at = ContactFactory(email="eve@example.org"), timezone.now()
    made = [
        ask_confirmation(contact=contact, purposes=[purpose], detail="", at=at)
        for _each in range(9)
    ]
    assert sum(each is not None for each in made) == 3
    assert ConfirmationRequest.objects.count() == 3


def test_a_link_for_confirming_runs_out(
    visitor: Client, purpose: Purpose, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = ContactFactory(email="eve@example.org")
    asked = ask_confirmation(contact=contact, purposes=[purpose], detail="", at=NOW)
    assert asked is not None
    url = public_links.confirmation_url(asked.pk).removeprefix(ORIGIN)
    monkeypatch.setattr(public_links, "CONFIRM_SECONDS", -1)
    assert visitor.post(url).status_code == 410


def test_who_asks_too_often_waits(
    visitor: Client, contact: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketing.views.public.MOST_A_MINUTE", 2)
    monkeypatch.setattr("marketing.views.public.A_MINUTE", 10**9)
    url = preferences_url(contact.pk).removeprefix(ORIGIN)
    assert [visitor.get(url).status_code for _time in range(3)] == [200, 200, 429]
    assert visitor.get("/preferences/forged/").status_code == 404
