"""Consent through the API: words of many, the suppression list, answers to web forms."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.choices import Reach
from marketing.models import Consent, ConsentEvent, Purpose, Suppression
from marketing.services.web_forms import Sent, take_submission
from tests.core.api.callers import Caller
from tests.factories import (
    ConsentFactory,
    ContactFactory,
    PurposeFactory,
    RoleFactory,
    UserFactory,
    WebFormFactory,
)

pytestmark = pytest.mark.django_db


def caller(*rights: str) -> Caller:
    grants = dict.fromkeys(rights, Reach.ALL) | {"crm.contact.view": Reach.ALL}
    return Caller(UserFactory(roles=[RoleFactory(grants=grants)]))


@pytest.fixture
def ann() -> Caller:
    return caller("marketing.consent.view", "marketing.consent.edit", "marketing.webform.view")


@pytest.fixture
def purpose() -> Purpose:
    return PurposeFactory(name="News")


def test_words_are_noted_and_told(ann: Caller, purpose: Purpose) -> None:
    contact = ContactFactory()
    word = {"contact": contact.pk, "purpose": purpose.pk, "state": "granted", "details": "Shop"}
    assert ann.get("purposes/").json()["results"][0]["name"] == "News"
    assert ann.post("consents/", {"words": [word]}).json() == {"noted": 1}
    told = ann.get(f"contacts/{contact.pk}/consents/").json()
    assert told["consents"][0]["state"] == "granted"
    assert told["history"][0]["details"] == "Shop"
    assert ConsentEvent.objects.get().source == "api"


def test_a_withdrawal_is_taken_back_only_by_a_newer_word(ann: Caller, purpose: Purpose) -> None:
    at = timezone.now() - timedelta(days=2)
    gone = ConsentFactory(purpose=purpose, state="withdrawn", at=at)
    word: dict[str, Any] = {"contact": gone.contact_id, "purpose": purpose.pk}
    word |= {"state": "granted", "details": "Shop"}
    assert ann.post("consents/", {"words": [word]}).json() == {"noted": 0}
    old = {**word, "at": (at - timedelta(days=1)).isoformat()}
    assert ann.post("consents/", {"words": [old]}).json() == {"noted": 0}
    new = {**word, "at": (at + timedelta(days=1)).isoformat()}
    assert ann.post("consents/", {"words": [new]}).json() == {"noted": 1}
    assert Consent.objects.get().state == "granted"


@pytest.mark.parametrize("is_reversed", [False, True])
def test_of_several_words_of_one_request_the_newest_holds(
    ann: Caller, purpose: Purpose, is_reversed: bool
) -> None:
    """Whatever their order; at one moment no is stronger than yes, dated or not."""
    contact, now = ContactFactory(), timezone.now()
    word: dict[str, Any] = {"contact": contact.pk, "purpose": purpose.pk, "details": "Shop"}
    said = [("granted", 9), ("withdrawn", 2), ("granted", 2), ("granted", 5)]
    words = [
        {**word, "state": state, "at": (now - timedelta(days=days)).isoformat()}
        for state, days in said
    ]
    answer = ann.post("consents/", {"words": words[::-1] if is_reversed else words})
    assert answer.json() == {"noted": 1}
    consent = Consent.objects.get()
    assert (consent.state, consent.at) == ("withdrawn", now - timedelta(days=2))
    assert ConsentEvent.objects.count() == 1
    undated = [{**word, "state": state} for state in ("granted", "withdrawn")]
    other = ContactFactory().pk
    undated = [{**each, "contact": other} for each in undated]
    ann.post("consents/", {"words": undated[::-1] if is_reversed else undated})
    assert Consent.objects.get(contact=other).state == "withdrawn"


@pytest.mark.parametrize(
    "change",
    [
        {"details": ""},
        {"state": "pending"},
        {"channel": "pigeon"},
        {"purpose": 999},
        {"purpose": []},
        {"purpose": {}},
        {"purpose": True},
        {"contact": "x"},
        {"at": "tomorrow"},
        {"at": "2999-01-01T00:00:00Z"},
        {"at": "2026-13-01T00:00:00Z"},
        {"at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_words_that_make_no_sense_are_refused(
    ann: Caller, purpose: Purpose, change: dict[str, Any]
) -> None:
    word = {"contact": ContactFactory().pk, "purpose": purpose.pk, "state": "granted"}
    word |= {"details": "Shop", **change}
    assert ann.post("consents/", {"words": [word]}).status_code == 422
    assert not Consent.objects.exists()


def test_nobody_speaks_for_contacts_unseen(purpose: Purpose) -> None:
    grants = {"marketing.consent.edit": Reach.ALL, "crm.contact.view": Reach.OWN}
    bob = Caller(UserFactory(roles=[RoleFactory(grants=grants)]))
    word = {"contact": ContactFactory().pk, "purpose": purpose.pk, "state": "granted"}
    answer = bob.post("consents/", {"words": [{**word, "details": "x"}]})
    assert answer.status_code == 422
    assert caller().post("consents/", {}).status_code == 403


def test_the_suppression_list(ann: Caller) -> None:
    body = {"add": ["Ada@example.org"], "details": "Asked"}
    assert ann.post("suppressions/", body).json() == {"added": 1, "removed": 0}
    assert ann.get("suppressions/").json()["results"][0]["address"] == "ada@example.org"
    assert ann.post("suppressions/", {"add": ["x"], "details": "y"}).status_code in (409, 422)
    assert ann.post("suppressions/", {"add": ["a@b.de"]}).status_code == 422
    body = {"remove": ["ada@example.org"], "details": "A mistake"}
    assert ann.post("suppressions/", body).json() == {"added": 0, "removed": 1}
    assert not Suppression.objects.exists()


def test_answers_to_a_form(ann: Caller) -> None:
    form = WebFormFactory(owner=ann.token.user, makes_lead=False)
    sent = Sent({"name": "Ada", "email": "ada@example.org"}, token="1")
    row = take_submission(form=form, sent=sent, at=timezone.now())
    (told,) = ann.get(f"webforms/{form.pk}/answers/").json()["results"]
    assert (told["name"], told["contact"], told["lead"]) == ("Ada", row.contact_id, None)
    assert caller().get(f"webforms/{form.pk}/answers/").status_code == 403
