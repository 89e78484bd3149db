"""Web forms and purposes through the API."""

from typing import Any

import pytest

from core.models import AuditEvent
from marketing.models import Purpose, WebForm
from tests.core.api.callers import Caller
from tests.factories import PurposeFactory, UserFactory, WebFormFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Caller:
    return Caller(UserFactory(role="administrator"))


def test_a_form_is_made_and_set_up(ann: Caller) -> None:
    made = ann.post("webforms/", {"name": "Newsletter", "title": "News"})
    assert made.status_code == 201, made.json()
    path = f"webforms/{made.json()['id']}/setup/"
    news = PurposeFactory(name="News")
    given = {
        "fields": [{"name": "email", "required": True}, {"name": "company", "required": False}],
        "purposes": [news.pk],
        "consent_text": "Yes, write to me.",
        "websites": ["https://example.com"],
        "redirect_url": "https://example.com/thanks",
    }
    answer = ann.patch(path, given)
    assert answer.status_code == 200, answer.json()
    told = ann.get(path).json()
    assert {name: told[name] for name in given} == given
    key = WebForm.objects.get().key
    assert told["page"].endswith(f"/{key}/")
    assert ann.patch(path, {"button": "Go"}).json()["purposes"] == [news.pk]


@pytest.mark.parametrize(
    "change",
    [
        {"fields": [{"name": "company", "required": True}]},
        {"fields": [{"name": "shoe_size", "required": True}]},
        {"fields": [{"name": "email"}]},
        {"fields": "email"},
        {"fields": []},
        {"purposes": [999_999]},
        {"websites": ["no website"]},
        {"redirect_url": "javascript:alert(1)"},
        {"button": "x" * 41},
        {"name": "Other"},
    ],
)
def test_forms_that_make_no_sense_are_refused(ann: Caller, change: dict[str, Any]) -> None:
    form = WebFormFactory(owner=ann.token.user)
    before = ann.get(f"webforms/{form.pk}/setup/").json()
    answer = ann.patch(f"webforms/{form.pk}/setup/", change)
    assert answer.status_code == 422, answer.json()
    assert ann.get(f"webforms/{form.pk}/setup/").json() == before


def test_purposes_are_made_changed_and_put_away(ann: Caller) -> None:
    given = {"name": "News", "public_names": {"zh-hans": "通讯"}, "is_confirmed": True}
    made = ann.post("purposes/", given)
    assert made.status_code == 201, made.json()
    assert made.json()["public_names"] == {"zh-hans": "通讯"}
    path = f"purposes/{made.json()['id']}/"
    assert ann.post("purposes/", {"name": "news"}).status_code == 422
    assert ann.patch(path, {"description": "Monthly"}).json()["public_names"] == {"zh-hans": "通讯"}
    assert ann.patch(path, {"is_archived": True}).json()["archived"]
    assert ann.patch(path, {"is_archived": False}).json()["archived"] is None
    actions = AuditEvent.objects.values_list("action", flat=True).order_by("pk")
    assert [each for each in actions if each.startswith("purpose.")] == [
        "purpose.save",
        "purpose.save",
        "purpose.archive",
        "purpose.archive",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": 5},
        {"public_names": {"fr": "Nouvelles"}},
        {"public_names": {"en": 5}},
        {"is_archived": "yes"},
        {"colour": "red"},
    ],
)
def test_purposes_that_make_no_sense_are_refused(ann: Caller, change: dict[str, Any]) -> None:
    purpose = PurposeFactory(name="News")
    assert ann.patch(f"purposes/{purpose.pk}/", change).status_code == 422
    assert ann.patch("purposes/999999/", {"name": "x"}).status_code == 404
    assert Purpose.objects.get().name == "News"


def test_only_who_sets_up_messages_changes_purposes() -> None:
    sales = Caller(UserFactory(role="sales"))
    assert sales.post("purposes/", {"name": "News"}).status_code == 403
    assert sales.patch(f"purposes/{PurposeFactory().pk}/", {"name": "x"}).status_code == 403
