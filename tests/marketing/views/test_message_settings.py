"""Purposes, limits, the suppression list, and a word about one contact, through the pages."""

import json
from collections.abc import Callable

import pytest
from django.test import Client

from core.choices import Reach
from core.models import User
from crm.models import Contact
from marketing.models import Consent, ConsentEvent, MarketingOptions, Purpose, Suppression
from tests.factories import ConsentFactory, ContactFactory, PurposeFactory, RoleFactory, UserFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db
LogIn = Callable[..., Client]
SETTINGS, LIST = "/settings/messages/", "/settings/suppressions/"


def options(**more: object) -> dict[str, object]:
    policies = {
        "hard_after": 1,
        "hard_policy": "suppress",
        "soft_after": 2,
        "soft_policy": "none",
        "complaint_after": 1,
        "complaint_policy": "withdraw",
    }
    return {**policies, "week_cap": "", "month_cap": "", **more}


def test_limits_are_saved(marketing: User, log_in: LogIn) -> None:
    client = log_in(marketing)
    answer = client.post(SETTINGS, options(week_cap=3, sender_address="news@example.org"))
    assert answer.status_code == 302
    row = MarketingOptions.objects.get()
    assert (row.week_cap, row.month_cap, row.sender_address) == (3, None, "news@example.org")
    answer = client.post(SETTINGS, options(week_cap=0, sender_address="nobody"))
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["sender_address", "reply_to"])
def test_addresses_that_no_mail_server_takes_are_refused(
    name: str, marketing: User, log_in: LogIn
) -> None:
    answer = log_in(marketing).post(SETTINGS, options(**{name: "\u017fam@example.org"}))
    assert answer.status_code == 422
    assert "plain letters" in answer.content.decode()
    assert not MarketingOptions.objects.filter(**{f"{name}__gt": ""}).exists()


def test_a_purpose_is_made_renamed_and_put_away(marketing: User, log_in: LogIn) -> None:
    client = log_in(marketing)
    said = {
        "name": "News",
        "public_en": "Newsletter",
        "public_zh-hans": "通讯",
        "is_confirmed": "on",
    }
    assert client.post(f"{SETTINGS}purposes/new/", said).status_code == 302
    purpose = Purpose.objects.get()
    assert purpose.public_names == {"en": "Newsletter", "zh-hans": "通讯"}
    again = client.post(f"{SETTINGS}purposes/new/", {"name": "NEWS"})
    assert again.status_code == 422
    url = f"{SETTINGS}purposes/{purpose.pk}/"
    client.post(url, {"name": "Company news"})
    client.post(f"{url}archive/", {"on": "1"})
    purpose.refresh_from_db()
    assert purpose.name == "Company news"
    assert not purpose.is_confirmed
    assert purpose.archived_at is not None
    assert "Company news" in client.get(SETTINGS).content.decode()


def test_the_suppression_list_is_filled_searched_and_emptied(
    marketing: User, log_in: LogIn
) -> None:
    client = log_in(marketing)
    said = {"addresses": "ada@example.org; eve@example.org", "detail": "By phone"}
    assert client.post(f"{LIST}add/", said).status_code == 302
    refused = client.post(f"{LIST}add/", {"addresses": "nobody", "detail": "x"})
    assert refused.status_code == 422
    assert "nobody" in refused.content.decode()
    page = client.get(LIST, {"q": "AD"}).content.decode()
    assert "ada@example.org" in page
    assert "eve@example.org" not in page
    file = b"".join(client.post(f"{LIST}export/").streaming_content).decode()
    assert "eve@example.org" in file
    pk = Suppression.objects.get(address_key="ada@example.org").pk
    client.post(f"{LIST}remove/", {"address": pk, "reason": ""})
    assert Suppression.objects.count() == 2
    client.post(f"{LIST}remove/", {"address": pk, "reason": "A mistake"})
    assert Suppression.objects.get().address_key == "eve@example.org"


def test_who_may_only_look_changes_nothing(log_in: LogIn) -> None:
    role = RoleFactory(grants={"marketing.consent.view": Reach.ALL})
    client = log_in(UserFactory(roles=[role]))
    Suppression.objects.create(address_key="ada@example.org", reason="hard", at=NOW)
    assert client.get(LIST).status_code == 200
    assert client.post(f"{LIST}add/", {}).status_code == 403
    assert client.post(f"{LIST}remove/", {}).status_code == 403
    assert client.get(SETTINGS).status_code == 403


def test_a_colleague_notes_what_a_person_said(marketing: User, log_in: LogIn) -> None:
    contact, purpose = ContactFactory(), PurposeFactory()
    client, url = log_in(marketing), f"/contacts/{contact.pk}/consent/"
    said = {"choice": f"{purpose.pk}-email", "state": "granted"}
    client.post(url, {**said, "detail": ""})
    assert not Consent.objects.exists(), "without the reason it is no proof"
    client.post(url, {**said, "detail": "At the fair"})
    event = ConsentEvent.objects.get()
    assert (event.state, event.source, event.detail) == ("granted", "person", "At the fair")
    assert event.by == marketing
    place = client.get(f"/records/crm.contact/{contact.pk}/insight/").content.decode()
    assert f'hx-get="{url}"' in place
    htmx = {"HX-Request": "true", "HX-Target": "contact-consent"}
    panel = client.get(url, headers=htmx).content.decode()
    assert "At the fair" in panel
    assert "<html" not in panel
    assert "<html" in client.get(url).content.decode()


def test_consent_is_noted_for_many(marketing: User, log_in: LogIn) -> None:
    purpose, contacts = PurposeFactory(), ContactFactory.create_batch(2)
    ConsentFactory(contact=contacts[0], purpose=purpose, state="withdrawn")
    said = {
        "ids": [each.pk for each in contacts],
        "purpose": purpose.pk,
        "channel": "email",
        "state": "granted",
        "detail": "List of the fair",
        "apply": "1",
    }
    answer = log_in(marketing).post("/records/crm.contact/bulk/consent.note/", said)
    assert answer.status_code in (200, 204, 302), answer.content
    states = dict(Consent.objects.values_list("contact", "state"))
    assert states == {contacts[0].pk: "withdrawn", contacts[1].pk: "granted"}


def test_lists_ask_for_consent(marketing: User, log_in: LogIn) -> None:
    purpose = PurposeFactory()
    yes: Contact = ConsentFactory(purpose=purpose).contact
    no: Contact = ConsentFactory(purpose=purpose, state="withdrawn").contact
    Suppression.objects.create(address_key=no.email_key, reason="hard", at=NOW)
    client = log_in(marketing)
    for query, seen in (
        ({"happened": "consent_given", "kinds": [str(purpose.pk)]}, yes),
        ({"happened": "consent_withdrawn"}, no),
        ({"happened": "suppressed"}, no),
    ):
        page = client.get("/contacts/", {"if": json.dumps(query)}).content.decode()
        other = no if seen is yes else yes
        assert seen.name in page
        assert other.name not in page
