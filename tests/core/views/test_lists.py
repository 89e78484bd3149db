"""What opens beside a list: the filter builder, its columns, its order, the side panel."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from core.choices import Reach
from core.models import User
from core.services.search import index_records
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    LeadFactory,
    RoleFactory,
    UserFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
FILTER = "/records/crm.lead/filter/"


def conditions_after(client: Client, **asked: Any) -> list[str]:
    """Where the form leads: the conditions of the list's address."""
    answer = client.get(f"{FILTER}?{urlencode({**asked, 'apply': 1}, doseq=True)}")
    assert answer.status_code == 302, answer.content.decode()
    return parse_qs(urlsplit(answer["Location"]).query).get("if", [])


@pytest.fixture
def client(log_in: LogIn, administrator: User) -> Client:
    return log_in(administrator)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"field": "status", "operator": "is", "value": ["new", "lost"]}, "status:is:new,lost"),
        ({"field": "owner", "operator": "is", "value": ["me"]}, "owner:is:me"),
        ({"field": "score", "operator": "at_least", "value": "70"}, "score:at_least:70"),
        ({"field": "score", "operator": "between", "value": ["9", "3"]}, "score:between:3,9"),
        ({"field": "city", "operator": "is", "value": "Bonn\r\nUlm\n"}, "city:is:Bonn,Ulm"),
        ({"field": "city", "operator": "empty"}, "city:empty"),
        ({"field": "created", "operator": "in", "value": "this_week"}, "created:in:this_week"),
        ({"field": "created", "operator": "last_days", "value": "7"}, "created:last_days:7"),
        (
            {"field": "company.city", "operator": "contains", "value": "B"},
            "company.city:contains:B",
        ),
    ],
)
def test_answer_becomes_a_condition(asked: dict[str, Any], expected: str, client: Client) -> None:
    assert conditions_after(client, **asked) == [expected]
    assert conditions_after(client, **{"if": "city:set", **asked}) == ["city:set", expected]


def test_behaviour_can_be_counted(client: Client) -> None:
    asked = {"field": "happened:activity", "kinds": ["call"], "how": "at_least", "times": 2}
    (found,) = conditions_after(client, **asked, days=30)
    assert found == '{"happened":"activity","kinds":["call"],"at_least":2,"days":30}'
    (never,) = conditions_after(client, field="happened:activity", how="never", days="")
    assert never == '{"happened":"activity","at_most":0}'


def test_chip_is_changed_in_its_place_and_gets_alternatives(client: Client) -> None:
    given = ["city:set", "score:at_least:70"]
    asked = {"field": "score", "operator": "at_least", "value": "5"}
    assert conditions_after(client, **{"if": given, "part": 1, **asked}) == [
        "city:set",
        "score:at_least:5",
    ]
    (first, both) = conditions_after(client, **{"if": given, "part": 1, "also": 1, **asked})
    assert first == "city:set"
    assert both.startswith('{"any":[{"field":"score","operator":"at_least","value":70}')
    page = client.get(f"{FILTER}?{urlencode({'if': both, 'part': 0})}").content.decode()
    assert page.count('class="link grow"') == 2
    assert "also=1" in page


@pytest.mark.parametrize(
    "asked",
    [
        {"field": "score", "operator": "at_least", "value": "many"},
        {"field": "status", "operator": "is"},
        {"field": "password", "operator": "is", "value": "x"},
        {"field": "happened:nothing"},
        {"field": "happened:activity", "times": "x"},
        {"field": "owner", "operator": "is", "value": "²"},
    ],
)
def test_answer_without_sense_is_refused_with_a_sentence(
    asked: dict[str, str], client: Client
) -> None:
    answer = client.get(f"{FILTER}?{urlencode({**asked, 'apply': 1})}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_builder_offers_fields_of_every_kind_but_no_hidden_one(log_in: LogIn) -> None:
    CustomFieldFactory(object_type="crm.lead", label="Plant size", key="plant")
    grants = {"crm.lead.view": Reach.ALL, "crm.company.view": Reach.ALL}
    user = UserFactory(roles=[RoleFactory(grants=grants, hides=["crm.lead.budget"])])
    page = log_in(user).get(FILTER).content.decode()
    for name in ("field=status", "field=custom.plant", "field=company.industry"):
        assert name in page
    assert "field=budget" not in page
    assert "field=contact.email" not in page
    assert "happened%3Aactivity" not in page


def test_records_are_looked_up_among_those_in_reach(log_in: LogIn) -> None:
    user = UserFactory(role="sales")
    made = [CompanyFactory(name="Mine & Co", owner=user), CompanyFactory(name="Mine of others")]
    index_records("crm.company", [company.pk for company in made])
    page = log_in(user).get(f"{FILTER}?field=company&operator=is&find=mine").content.decode()
    assert "Mine &amp; Co" in page
    assert "Mine of others" not in page


def test_another_operator_brings_its_own_control(client: Client) -> None:
    day = client.get(f"{FILTER}?field=created&operator=on").content.decode()
    period = client.get(f"{FILTER}?field=created&operator=in").content.decode()
    assert 'type="date"' in day
    assert "this_quarter" in period


def test_columns_are_ticked_moved_and_kept_in_the_address(client: Client) -> None:
    url = "/records/crm.lead/columns/"
    moved = client.get(f"{url}?sent=1&column=city&column=score&up=score").content.decode()
    assert moved.index('value="score"') < moved.index('value="city"')
    answer = client.get(f"{url}?sent=1&column=score&column=city&apply=1&if=city:set")
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert query == {"columns": ["score,city"], "if": ["city:set"]}


def test_every_order_can_be_chosen(client: Client) -> None:
    page = client.get("/records/crm.lead/sort/?if=city:set").content.decode()
    assert "sort=company.industry" in page
    assert "sort=tags" not in page


# -- the side panel ------------------------------------------------------------------------------


def test_panel_shows_what_may_be_seen(log_in: LogIn) -> None:
    contact = ContactFactory(name="Ada", email="ada@example.org", phone="+49 1")
    ActivityFactory(contact=contact, subject="Demo on site", done_at=NOW)
    grants = {"crm.contact.view": Reach.ALL, "crm.activity.view": Reach.ALL}
    user = UserFactory(roles=[RoleFactory(grants=grants, hides=["crm.contact.phone"])])
    url = reverse("record_preview", args=["crm.contact", contact.pk])
    page = log_in(user).get(url).content.decode()
    assert "ada@example.org" in page
    assert "Demo on site" in page
    assert "+49 1" not in page
    part = log_in(user).get(url, headers={"HX-Request": "true", "HX-Target": "preview"})
    assert "<html" not in part.content.decode()


def test_panel_of_a_record_out_of_reach_is_not_there(log_in: LogIn, sales: User) -> None:
    foreign = LeadFactory(owner=UserFactory())
    client = log_in(sales)
    for key in ("crm.lead", "crm.nothing", "core.user"):
        assert client.get(f"/records/{key}/{foreign.pk}/preview/").status_code == 404
