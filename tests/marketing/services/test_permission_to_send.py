"""The one question of the sender: each reason, its order, constant queries, the same from SQL."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crm.models import Contact
from marketing.models import ContactPreference, MarketingOptions, Purpose, Suppression
from marketing.services.permission_to_send import refusal_counts, refusals, untracked
from tests.factories import ConsentFactory, ContactFactory, PurposeFactory, RecipientFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def purpose() -> Purpose:
    return PurposeFactory()


def code_of(contact: Contact, purpose: Purpose, at: Any = NOW) -> str:
    found = refusals([contact.pk], purpose=purpose.pk, channel="email", at=at)
    counted = refusal_counts(
        Contact.objects.filter(pk=contact.pk), purpose=purpose.pk, channel="email", at=at
    )
    code = found[contact.pk].code if found else ""
    assert counted == {code: 1}, "the database says the same"
    if found:
        assert found[contact.pk].sentence
    return code


def agreed(purpose: Purpose, **more: Any) -> Contact:
    return ConsentFactory(purpose=purpose, **more).contact


def test_who_agreed_may_be_written_to(purpose: Purpose) -> None:
    assert code_of(agreed(purpose), purpose) == ""


def test_who_said_nothing_may_not(purpose: Purpose) -> None:
    assert code_of(ContactFactory(), purpose) == "no_consent"
    assert code_of(agreed(PurposeFactory()), purpose) == "no_consent"
    assert code_of(agreed(purpose, channel="sms"), purpose) == "no_consent"


@pytest.mark.parametrize("state", ["pending", "withdrawn"])
def test_states_that_are_no_consent(purpose: Purpose, state: str) -> None:
    assert code_of(agreed(purpose, state=state), purpose) == state


def test_addresses_that_reach_nobody(purpose: Purpose) -> None:
    for email in ("", "ada@colleague.invalid"):
        assert code_of(agreed(purpose, contact__email=email), purpose) == "no_address"


def test_the_suppression_list_stands_above_consent(purpose: Purpose) -> None:
    contact = agreed(purpose, contact__email="Ada@Example.org")
    Suppression.objects.create(address_key="ada@example.org", reason="hard", at=NOW)
    assert code_of(contact, purpose) == "suppressed"


def test_the_bin(purpose: Purpose) -> None:
    assert code_of(agreed(purpose, contact__deleted_at=NOW), purpose) == "binned"
    assert (
        refusals([999_999], purpose=purpose.pk, channel="email", at=NOW)[999_999].code == "binned"
    )


def test_a_pause_ends(purpose: Purpose) -> None:
    contact = agreed(purpose)
    ContactPreference.objects.create(contact=contact, paused_until=NOW + DAY, at=NOW)
    assert code_of(contact, purpose) == "paused"
    assert code_of(contact, purpose, NOW + DAY) == ""


@pytest.mark.parametrize(("cap", "days"), [("week_cap", 7), ("month_cap", 30)])
def test_caps_of_the_company_and_of_the_person(purpose: Purpose, cap: str, days: int) -> None:
    contact = agreed(purpose)
    for ago in (1, 2):
        RecipientFactory(contact=contact, sent_at=NOW - ago * DAY)
    assert code_of(contact, purpose) == ""
    options = MarketingOptions.objects.create(pk=1, **{cap: 2})
    assert code_of(contact, purpose) == "capped"
    assert code_of(contact, purpose, NOW + (days - 2) * DAY) == "", "the older one counts no more"
    preference = ContactPreference.objects.create(contact=contact, **{cap: 3}, at=NOW)
    assert code_of(contact, purpose) == ""
    setattr(preference, cap, 1)
    preference.save()
    setattr(options, cap, None)
    options.save()
    assert code_of(contact, purpose) == "capped"


def test_other_channels(purpose: Purpose) -> None:
    contact = agreed(purpose, channel="sms", contact__mobile="+4915112345678")
    asked = {"purpose": purpose.pk, "channel": "sms", "at": NOW}
    assert refusals([contact.pk], **asked) == {}
    contact = agreed(purpose, channel="wechat")
    asked["channel"] = "wechat"
    assert refusals([contact.pk], **asked)[contact.pk].code == "no_address"
    assert refusal_counts(Contact.objects.filter(pk=contact.pk), **asked) == {"no_address": 1}


def test_no_tracking_is_a_question_of_its_own(purpose: Purpose) -> None:
    contact = agreed(purpose)
    ContactPreference.objects.create(contact=contact, is_untracked=True, at=NOW)
    assert code_of(contact, purpose) == ""
    assert untracked([contact.pk]) == {contact.pk}


def test_as_many_queries_for_a_thousand_as_for_one(purpose: Purpose) -> None:
    MarketingOptions.objects.create(pk=1, week_cap=2)
    contacts = [agreed(purpose).pk for _each in range(30)]
    numbers = []
    for some in (contacts[:1], contacts):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            refusals(some, purpose=purpose.pk, channel="email", at=NOW)
        numbers.append(len(caught))
    assert numbers[0] == numbers[1] <= 6


class TestBothWays(TestCase):
    """Python and SQL give every contact the same answer, whatever is known of it."""

    @settings(max_examples=12, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["", "granted", "pending", "withdrawn"]),
                st.sampled_from(["", "a@x.invalid", "own"]),
                st.booleans(),
                st.booleans(),
                st.sampled_from([None, -1, 1]),
                st.sampled_from([None, 1, 2]),
                st.integers(0, 2),
            ),
            min_size=1,
            max_size=6,
        ),
        st.sampled_from([None, 1, 2]),
    )
    def test_are_one(self, people: list[Any], cap: int | None) -> None:
        purpose = PurposeFactory()
        MarketingOptions.objects.update_or_create(pk=1, defaults={"week_cap": cap})
        made = [self._made(purpose, number, *person) for number, person in enumerate(people)]
        asked = {"purpose": purpose.pk, "channel": "email", "at": NOW}
        found = refusals(made, **asked)
        for pk in made:
            code = found[pk].code if pk in found else ""
            rows = Contact.objects.filter(pk=pk)
            assert refusal_counts(rows, **asked) == {code: 1}

    def _made(self, purpose: Purpose, number: int, *person: Any) -> int:
        state, email, is_binned, is_suppressed, pause, own_cap, sent = person
        address = f"p{number}@example.org" if email == "own" else email
        contact = ContactFactory(email=address, deleted_at=NOW if is_binned else None)
        if state:
            ConsentFactory(contact=contact, purpose=purpose, state=state)
        if is_suppressed and address:
            Suppression.objects.get_or_create(
                address_key=address, defaults={"reason": "hard", "at": NOW}
            )
        if pause or own_cap:
            until = NOW + pause * DAY if pause else None
            ContactPreference.objects.create(
                contact=contact, paused_until=until, week_cap=own_cap, at=NOW
            )
        for _each in range(sent if address else 0):
            RecipientFactory(contact=contact, sent_at=NOW - DAY)
        return contact.pk
