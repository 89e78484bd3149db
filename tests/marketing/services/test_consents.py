"""What people say about messages: the newest word holds, each is kept, merging keeps the stricter."""

from datetime import timedelta

import pytest

from core.models import AuditEvent, User
from core.registries import record_types
from crm.models import Contact, Interaction
from crm.services.merging.merging import merge_records
from marketing.models import Consent, ConsentEvent, ContactPreference, Purpose
from marketing.services.consents import Word, record_consent, record_consents, withdraw_all
from tests.factories import ConsentFactory, ContactFactory, PurposeFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def purpose() -> Purpose:
    return PurposeFactory(name="News")


def say(contact: Contact, purpose: Purpose, state: str, at: object = NOW, **more: object) -> bool:
    words = {"channel": "email", "source": "person", **more}
    return record_consent(contact=contact.pk, purpose=purpose.pk, state=state, at=at, **words)


def test_each_word_is_kept_and_the_newest_holds(purpose: Purpose) -> None:
    contact = ContactFactory()
    assert say(contact, purpose, "granted", detail="At the fair")
    assert say(contact, purpose, "withdrawn", NOW + DAY, source="unsubscribe")
    assert not say(contact, purpose, "granted", NOW)
    row = Consent.objects.get()
    assert (row.state, row.source, row.at) == ("withdrawn", "unsubscribe", NOW + DAY)
    events = ConsentEvent.objects.order_by("pk").values_list("state", "detail")
    assert list(events) == [("granted", "At the fair"), ("withdrawn", "")]


def test_a_withdrawal_stands_on_the_timeline_once(purpose: Purpose) -> None:
    contact = ContactFactory()
    say(contact, purpose, "granted")
    say(contact, purpose, "withdrawn", NOW + DAY)
    assert not say(contact, purpose, "withdrawn", NOW + 2 * DAY)
    (told,) = Interaction.objects.filter(contact=contact)
    assert (told.kind, told.subject, told.channel) == ("unsubscribe", "News", "email")


@pytest.mark.parametrize("is_reversed", [False, True])
def test_of_several_words_of_one_call_the_newest_holds(purpose: Purpose, is_reversed: bool) -> None:
    contact = ContactFactory()
    said = [("granted", NOW - timedelta(days=9)), ("withdrawn", NOW), ("granted", NOW)]
    words = [Word(contact.pk, purpose.pk, "email", state, "api", at) for state, at in said]
    record_consents(reversed(words) if is_reversed else words)
    assert Consent.objects.get().state == "withdrawn"
    assert record_consents(words[2:]) == 0, "of two words at one moment the stricter one holds"


def test_a_consent_that_waits_takes_none_away(purpose: Purpose) -> None:
    contact = ContactFactory()
    say(contact, purpose, "granted")
    assert not say(contact, purpose, "pending", NOW + DAY)
    assert Consent.objects.get().state == "granted"


def test_a_list_takes_back_nobodys_own_word(purpose: Purpose) -> None:
    one, other = ContactFactory.create_batch(2)
    say(one, purpose, "withdrawn")
    words = [
        Word(each.pk, purpose.pk, "email", "granted", "import", NOW + DAY) for each in (one, other)
    ]
    assert record_consents(words, keeps_withdrawn=True) == 1
    states = dict(Consent.objects.values_list("contact", "state"))
    assert states == {one.pk: "withdrawn", other.pk: "granted"}


def test_who_noted_it_is_in_the_audit_log(purpose: Purpose, marketing: User) -> None:
    contact = ContactFactory()
    say(contact, purpose, "granted", by=marketing)
    event = AuditEvent.objects.get(action="consent.note")
    assert (event.object_id, event.actor) == (contact.pk, marketing)
    assert ConsentEvent.objects.get().by == marketing


def test_all_is_withdrawn_also_what_nobody_spoke_of(purpose: Purpose) -> None:
    contact, other = ContactFactory(), PurposeFactory()
    say(contact, purpose, "granted", channel="sms")
    withdraw_all(contacts=[contact.pk], source="centre", detail="", at=NOW + DAY)
    rows = Consent.objects.values_list("purpose", "channel", "state")
    assert set(rows) == {
        (purpose.pk, "sms", "withdrawn"),
        (purpose.pk, "email", "withdrawn"),
        (other.pk, "email", "withdrawn"),
    }


@pytest.mark.parametrize("loser_state", ["granted", "pending", "withdrawn"])
@pytest.mark.parametrize("survivor_state", ["granted", "pending", "withdrawn"])
def test_merging_keeps_the_stricter_word(
    purpose: Purpose, administrator: User, loser_state: str, survivor_state: str
) -> None:
    stays, goes = ContactFactory(), ContactFactory()
    ConsentFactory(contact=stays, purpose=purpose, state=survivor_state, at=NOW)
    ConsentFactory(contact=goes, purpose=purpose, state=loser_state, at=NOW - DAY, detail="His")
    merge_records(
        kind=record_types["crm.contact"],
        survivor=stays.pk,
        losers=[goes.pk],
        winners={},
        by=administrator,
        at=NOW,
    )
    order = ["granted", "pending", "withdrawn"]
    row = Consent.objects.get(contact=stays)
    assert row.state == max(loser_state, survivor_state, key=order.index)
    is_of_loser = order.index(loser_state) > order.index(survivor_state)
    assert row.detail == ("His" if is_of_loser else "")


def test_merging_keeps_the_stricter_wishes_and_moves_what_only_one_has(
    purpose: Purpose, administrator: User
) -> None:
    stays, goes = ContactFactory(), ContactFactory()
    ConsentFactory(contact=goes, purpose=purpose, state="withdrawn")
    ContactPreference.objects.create(contact=stays, week_cap=5, at=NOW)
    until = NOW + 9 * DAY
    ContactPreference.objects.create(
        contact=goes, week_cap=2, month_cap=4, is_untracked=True, paused_until=until, at=NOW
    )
    kind = record_types["crm.contact"]
    merge_records(
        kind=kind, survivor=stays.pk, losers=[goes.pk], winners={}, by=administrator, at=NOW
    )
    wishes = ContactPreference.objects.get(contact=stays)
    assert (wishes.week_cap, wishes.month_cap) == (2, 4)
    assert (wishes.is_untracked, wishes.paused_until) == (True, until)
    assert Consent.objects.get(contact=stays).state == "withdrawn"
