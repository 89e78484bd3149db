"""Messages by program."""

from typing import Any

import pytest
from django.test import Client

from core.models import User
from marketing.models import Campaign, Message
from tests.factories import CampaignFactory, ContactFactory, UserFactory


@pytest.fixture
def marketer(db: None) -> User:
    return UserFactory(role="marketing")


@pytest.fixture
def campaign(marketer: User) -> Campaign:
    return CampaignFactory(owner=marketer)


@pytest.fixture
def api(marketer: User) -> Client:
    client = Client()
    client.force_login(marketer)
    return client


def put(api: Client, message: Message, language: str = "en", **body: Any) -> Any:
    url = f"/api/v1/messages/{message.pk}/texts/{language}/"
    return api.put(url, body, content_type="application/json")


def test_text_is_written_and_read(api: Client, campaign: Campaign) -> None:
    message = campaign.variants.get().message
    blocks = [{"kind": "text", "html": "<div>Hi {{given_name|you}}<script>x</script></div>"}]
    answer = put(api, message, version=1, subject="News", body=blocks)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["version"] == 2
    assert told["body"][0]["html"] == "<div>Hi {{given_name|you}}</div>"
    assert api.get(f"/api/v1/messages/{message.pk}/texts/en/").json() == told
    assert api.get(f"/api/v1/messages/{message.pk}/texts/zh-hans/").status_code == 404
    ann = ContactFactory(given_name="Ann")
    shown = api.get(f"/api/v1/messages/{message.pk}/preview/?contact={ann.pk}").json()
    assert (shown["subject"], "Hi Ann" in shown["html"]) == ("News", True)
    checks = api.get(f"/api/v1/messages/{message.pk}/checks/").json()["checks"]
    assert any(each["is_blocking"] and not each["is_fine"] for each in checks)


@pytest.mark.parametrize(
    "said",
    [
        {"body": []},
        {"version": 7, "body": []},
        {"version": 1, "body": "x"},
        {"version": 1, "body": [{"kind": "button", "url": "javascript:alert(1)"}]},
        {"version": 1, "body": [{"kind": "heading", "text": "{{owner.password}}"}]},
        {"version": 1, "body": [{"kind": "divider"}] * 61},
        {"version": 1, "body": [{"kind": "divider", "condition": {"field": "nothing"}}]},
        {"version": 1, "body": [], "other": 1},
    ],
)
def test_what_is_wrong_is_refused(api: Client, campaign: Campaign, said: dict[str, Any]) -> None:
    message = campaign.variants.get().message
    assert put(api, message, **said).status_code == 422
    assert not message.texts.exists()


def test_language_that_is_not_offered_is_refused(api: Client, campaign: Campaign) -> None:
    assert put(api, campaign.variants.get().message, "xx", version=1, body=[]).status_code == 422


def test_templates(api: Client) -> None:
    made = api.post(
        "/api/v1/messages/",
        {"name": "Hello", "starter": "welcome"},
        content_type="application/json",
    )
    assert made.status_code == 201
    assert made.json()["languages"] == ["en", "zh-hans"]
    listed = api.get("/api/v1/messages/").json()
    assert [each["name"] for each in listed["results"]] == ["Hello"]
    wrong = api.post(
        "/api/v1/messages/", {"name": "x", "starter": "no"}, content_type="application/json"
    )
    assert wrong.status_code == 422


def test_message_of_a_campaign_out_of_reach(campaign: Campaign) -> None:
    client = Client()
    client.force_login(UserFactory(role="sales"))
    message = campaign.variants.get().message
    assert put(client, message, version=1, body=[]).status_code in {403, 404}
