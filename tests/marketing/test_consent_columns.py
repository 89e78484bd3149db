"""Consent and suppression as columns and filters of contacts and leads."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.choices import Reach
from core.models import User
from marketing.models import Purpose, Suppression
from tests.factories import (
    ConsentFactory,
    ContactFactory,
    LeadFactory,
    PurposeFactory,
    RoleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
KINDS = ("contact", "lead")


@pytest.fixture
def news() -> Purpose:
    return PurposeFactory(name="News")


def made(kind: str, name: str, owner: User) -> Any:
    contact = ContactFactory(name=name, email=f"{name.lower()}@example.org", owner=owner)
    return contact if kind == "contact" else LeadFactory(contact=contact, owner=owner)


def person(record: Any) -> Any:
    return getattr(record, "contact", record)


def table(client: Client, kind: str, *columns: str, **asked: str) -> dict[str, list[str]]:
    """The words of the columns, by the names of the rows."""
    query = {"columns": ",".join(columns), **asked}
    response = client.get(reverse(f"{kind}_list"), query)
    return {
        line.name: [str(cell.value or "") for cell in line.cells[1:]]
        for line in response.context["lines"]
    }


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def filled(kind: str, news: Purpose, administrator: User) -> dict[str, Any]:
    rows = {name: made(kind, name, administrator) for name in ("Ada", "Ben", "Cleo")}
    ConsentFactory(contact=person(rows["Ada"]), purpose=news, state="granted")
    ConsentFactory(contact=person(rows["Ben"]), purpose=news, state="withdrawn")
    Suppression.objects.create(address_key="ben@example.org", reason="hard", at=timezone.now())
    return rows


def test_columns_tell_what_was_said(
    kind: str, filled: dict[str, Any], news: Purpose, administrator: User, log_in: LogIn
) -> None:
    told = table(log_in(administrator), kind, f"consent:{news.pk}", "suppressed")
    assert told == {"Ada": ["Given", ""], "Ben": ["Withdrawn", "Suppressed"], "Cleo": ["", ""]}


def test_columns_are_offered_by_their_purpose(
    kind: str, filled: dict[str, Any], news: Purpose, administrator: User, log_in: LogIn
) -> None:
    page = log_in(administrator).get(reverse("list_columns", args=[f"crm.{kind}"]))
    assert "Consent: News" in page.content.decode()
    Purpose.objects.update(archived_at=timezone.now())
    page = log_in(administrator).get(reverse("list_columns", args=[f"crm.{kind}"]))
    assert "Consent: News" not in page.content.decode()


def test_columns_cost_the_same_however_many_rows(
    kind: str, filled: dict[str, Any], news: Purpose, administrator: User, log_in: LogIn
) -> None:
    client, other = log_in(administrator), PurposeFactory(name="Invitations")
    columns = (f"consent:{news.pk}", f"consent:{other.pk}", "suppressed")
    table(client, kind, *columns)
    with CaptureQueriesContext(connection) as few:
        table(client, kind, *columns)
    for number in range(20):
        ConsentFactory(contact=person(made(kind, f"P{number}", administrator)), purpose=news)
    with CaptureQueriesContext(connection) as many:
        assert len(table(client, kind, *columns)) == 23
    assert len(many) == len(few) <= 15


@pytest.mark.parametrize(
    ("happened", "kinds", "names"),
    [
        ("consent_given", True, {"Ada"}),
        ("consent_withdrawn", True, {"Ben"}),
        ("suppressed", False, {"Ben"}),
    ],
)
def test_they_filter(
    happened: str, kinds: bool, names: set[str], kind: str, filled: dict[str, Any],
    news: Purpose, administrator: User, log_in: LogIn,
) -> None:  # fmt: skip
    condition: dict[str, Any] = {"happened": happened}
    if kinds:
        condition["kinds"] = [str(news.pk)]
    told = table(log_in(administrator), kind, "created", **{"if": json.dumps(condition)})
    assert set(told) == names


def test_who_may_not_see_consents_has_no_such_columns(
    kind: str, filled: dict[str, Any], news: Purpose, log_in: LogIn
) -> None:
    grants = {"crm.contact.view": Reach.ALL, "crm.lead.view": Reach.ALL}
    bob = log_in(UserFactory(roles=[RoleFactory(grants=grants)]))
    told = table(bob, kind, f"consent:{news.pk}", "suppressed", "created")
    assert all(len(cells) == 1 for cells in told.values())
    assert (
        "Consent: News"
        not in bob.get(reverse("list_columns", args=[f"crm.{kind}"])).content.decode()
    )


def test_a_lead_tells_nothing_of_a_contact_out_of_sight(
    news: Purpose, administrator: User, log_in: LogIn
) -> None:
    grants = {
        "crm.lead.view": Reach.ALL, "crm.contact.view": Reach.OWN,
        "marketing.consent.view": Reach.ALL,
    }  # fmt: skip
    lead = made("lead", "Ada", administrator)
    ConsentFactory(contact=lead.contact, purpose=news, state="granted")
    Suppression.objects.create(address_key="ada@example.org", reason="hard", at=timezone.now())
    bob = log_in(UserFactory(roles=[RoleFactory(grants=grants)]))
    (cells,) = table(bob, "lead", f"consent:{news.pk}", "suppressed").values()
    assert cells == ["", ""]
    for happened in ("consent_given", "suppressed"):
        asked = {"if": json.dumps({"happened": happened})}
        assert table(bob, "lead", "created", **asked) == {}


def test_an_export_holds_what_an_import_reads(
    filled: dict[str, Any], news: Purpose, administrator: User, log_in: LogIn, kind: str
) -> None:
    client = log_in(administrator)
    asked = {"all": "1", "form": "csv", "address": f"columns=consent:{news.pk}"}
    answer: Any = client.post(reverse("bulk_export", args=[f"crm.{kind}"]), asked)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "Consent: News" in text.splitlines()[0]
    assert {"Given", "Withdrawn"} <= set(text.replace("\r\n", ",").split(","))
