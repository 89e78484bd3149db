"""A limit that a person told a colleague: noted with its proof, held by whoever sends, left alone by the person's own page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from crm.models import Contact
from marketing.choices import RecipientState
from marketing.models import ContactPreference, MarketingOptions, Recipient
from marketing.services.permission_to_send import refusals
from marketing.services.wishes import Wishes, save_wishes
from tests.factories import ContactFactory, UserFactory
from tests.marketing.campaigns import agree, owner, purpose, sending_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact() -> Contact:
    made: Contact = ContactFactory(email="ada@example.org")
    agree([made], purpose())
    return made


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(owner())
    return client


def note(page: Client, contact: Contact, **said: object):
    url = reverse("contact_limits", args=[contact.pk])
    return page.post(url, {"week_cap": "", "month_cap": "", "detail": "By phone", **said})


def test_a_limit_is_noted_shown_and_held(
    page: Client, contact: Contact, django_assert_max_num_queries: Callable[..., object]
) -> None:
    assert page.get(reverse("contact_limits", args=[contact.pk])).status_code == 200
    assert note(page, contact, week_cap=1).status_code == 302
    row = ContactPreference.objects.get()
    assert (row.week_cap, row.month_cap, row.detail, row.noted_by) == (1, None, "By phone", owner())
    assert AuditEvent.objects.filter(action="consent.limit", actor=owner()).count() == 1
    with django_assert_max_num_queries(15):
        panel = page.get(reverse("contact_consent", args=[contact.pk])).content.decode()
    assert "At most 1 message in 7 days" in panel
    assert "By phone" in panel
    now = timezone.now()
    asked = {"purpose": purpose().pk, "channel": "email", "at": now}
    assert refusals([contact.pk], **asked) == {}
    Recipient.objects.create(
        campaign=sending_campaign(), contact=contact, address=contact.email,
        address_key=contact.email_key, domain="example.org", arm="test",
        state=RecipientState.SENT, due_at=now, sent_at=now - timedelta(days=1),
    )  # fmt: skip
    assert refusals([contact.pk], **asked)[contact.pk].code == "capped"
    note(page, contact, month_cap=5)
    assert refusals([contact.pk], **asked) == {}
    note(page, contact)
    row.refresh_from_db()
    assert (row.week_cap, row.month_cap) == (None, None)


def test_it_needs_a_proof_and_keeps_to_the_companys_limit(page: Client, contact: Contact) -> None:
    MarketingOptions.objects.create(pk=1, week_cap=3)
    for said, sentence in (
        ({"week_cap": 2, "detail": " "}, "required"),
        ({"week_cap": 0}, "greater than or equal to 1"),
        ({"week_cap": 4}, "limit is 3: a person can want fewer"),
        ({"week_cap": "often"}, "whole number"),
    ):
        answer = note(page, contact, **said)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert not ContactPreference.objects.exists()
    assert note(page, contact, week_cap=3).status_code == 302


def test_other_wishes_stay_and_the_persons_own_word_takes_its_place(
    page: Client, contact: Contact
) -> None:
    now = timezone.now()
    until = now + timedelta(days=3)
    ContactPreference.objects.create(contact=contact, paused_until=until, is_untracked=True, at=now)
    note(page, contact, week_cap=2)
    row = ContactPreference.objects.get()
    assert (row.paused_until, row.is_untracked, row.week_cap) == (until, True, 2)
    save_wishes(contact=contact, wishes=Wishes((), 2, None, until, True), at=now)
    row.refresh_from_db()
    assert row.detail == "By phone", "the person left it as it was"
    save_wishes(contact=contact, wishes=Wishes((), 1, None, None, False), at=now)
    row.refresh_from_db()
    assert (row.week_cap, row.detail, row.noted_by) == (1, "", None)


def test_only_who_may_note_consents_and_sees_the_contact(client: Client, contact: Contact) -> None:
    client.force_login(UserFactory(role="sales"))
    assert note(client, contact, week_cap=1).status_code in {403, 404}
    assert not ContactPreference.objects.exists()
