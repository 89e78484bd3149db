"""What opens beside a list: the filter builder, its columns, its order, the side panel."""

import html
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from core.choices import Reach
from core.models import User
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    GroupFactory,
    LeadFactory,
    RoleFactory,
    UserFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
FILTER = "/records/crm.lead/filter/"
LEAF = {"field": "city", "operator": "empty"}


def lines(*given: dict[str, Any], **top: Any) -> dict[str, Any]:
    """The form of the builder with these lines."""
    asked = {"entry": [str(place) for place in range(len(given))], **top}
    return asked | {
        f"{place}.{name}": value for place, line in enumerate(given) for name, value in line.items()
    }


def address(**asked: Any) -> str:
    return f"{FILTER}?{urlencode(asked, doseq=True)}"


def conditions_after(client: Client, *given: dict[str, Any], **top: Any) -> list[str]:
    """Where the form leads: the conditions of the list's address."""
    answer = client.get(address(**lines(*given, **top), apply=1))
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
        (
            {"field": "contact.groups", "operator": "has_none", "value": ["7", "9"]},
            "contact.groups:has_none:7,9",
        ),
    ],
)
def test_answer_becomes_a_condition(asked: dict[str, Any], expected: str, client: Client) -> None:
    assert conditions_after(client, asked) == [expected]
    assert conditions_after(client, asked, **{"if": "city:set"}) == ["city:set", expected]


def test_behaviour_can_be_counted(client: Client) -> None:
    asked = {"field": "happened:activity", "kinds": ["call"], "how": "at_least", "times": 2}
    (found,) = conditions_after(client, asked | {"days": 30})
    assert found == '{"happened":"activity","kinds":["call"],"at_least":2,"days":30}'
    (never,) = conditions_after(client, {"field": "happened:activity", "how": "never", "days": ""})
    assert never == '{"happened":"activity","at_most":0}'
    between = {"field": "happened:activity", "how": "between", "times": 5, "most": 2}
    assert conditions_after(client, between) == ['{"happened":"activity","at_least":2,"at_most":5}']


SCORE = {"field": "score", "operator": "at_least", "value": "5"}
CITY = {"field": "city", "operator": "empty"}


def test_chip_is_changed_in_its_place(client: Client) -> None:
    given = {"if": ["city:set", "score:at_least:70"], "part": 1}
    assert conditions_after(client, SCORE, **given) == ["city:set", "score:at_least:5"]
    page = client.get(address(**given)).content.decode()
    assert 'name="0.value" id="f-0-value" value="70"' in page


@pytest.mark.parametrize(
    ("join", "expected"),
    [
        ("any", '{"any":[%s]}'),
        ("all", '{"all":[%s]}'),
        ("none", '{"not":{"any":[%s]}}'),
        ("not_all", '{"not":{"all":[%s]}}'),
    ],
)
def test_lines_are_joined(join: str, expected: str, client: Client) -> None:
    both = '{"field":"score","operator":"at_least","value":5},{"field":"city","operator":"empty"}'
    assert conditions_after(client, SCORE, CITY, join=join) == [expected % both]


def test_one_line_can_be_turned_round(client: Client) -> None:
    (found,) = conditions_after(client, SCORE, join="none")
    assert found == '{"not":{"field":"score","operator":"at_least","value":5}}'
    page = client.get(address(**{"if": found, "part": 0})).content.decode()
    assert 'name="join" value="none" id="f-join" checked' in page


def test_line_and_group_are_added_and_taken_away_without_scripts(client: Client) -> None:
    asked = lines(SCORE)
    one_more = client.get(address(**asked, add="top")).content.decode()
    assert one_more.count('name="entry"') == 2
    grouped = client.get(address(**asked, group=1)).content.decode()
    assert 'name="1.join"' in grouped
    assert 'name="1.0.field"' in grouped
    asked |= {"entry": ["0", "1", "1.0"], "1.join": "all", "1.0.field": "city"}
    more = client.get(address(**asked, add="1")).content.decode()
    assert 'name="1.1.field"' in more
    less = client.get(address(**asked, drop="1.0")).content.decode()
    assert 'name="1.join"' not in less
    assert 'value="5"' in less


def test_group_within_becomes_part_of_the_condition(client: Client) -> None:
    asked = lines(SCORE, join="all") | {"entry": ["0", "1", "1.0", "1.1"], "1.join": "none"}
    asked |= {f"1.0.{name}": value for name, value in CITY.items()}
    asked |= {"1.1.field": "happened:activity", "1.1.how": "never", "1.1.days": 90}
    answer = client.get(address(**asked, apply=1))
    (found,) = parse_qs(urlsplit(answer["Location"]).query)["if"]
    assert json.loads(found) == {
        "all": [
            {"field": "score", "operator": "at_least", "value": 5},
            {
                "not": {
                    "any": [
                        {"field": "city", "operator": "empty"},
                        {"happened": "activity", "at_most": 0, "days": 90},
                    ]
                }
            },
        ]
    }


def test_what_is_deeper_is_read_as_a_sentence_and_kept(client: Client) -> None:
    deep = {"any": [{"all": [{"any": [LEAF, {"not": {"all": [LEAF, LEAF]}}]}, LEAF]}, LEAF]}
    written = json.dumps(deep, separators=(",", ":"))
    page = client.get(address(**{"if": written, "part": 0})).content.decode()
    assert "City is empty or not (City is empty and City is empty)" in page
    kept = re.findall(r'name="0.0.kept" value="([^"]*)"', page)
    assert len(kept) == 1
    asked = {"0.join": "all", "0.0.kept": html.unescape(kept[0]), "entry": ["0", "0.0", "0.1", "1"]}
    asked |= {f"{place}.{name}": value for place in ("0.1", "1") for name, value in CITY.items()}
    answer = client.get(address(**{"if": written, "part": 0, "join": "any"}, **asked, apply=1))
    assert parse_qs(urlsplit(answer["Location"]).query)["if"] == [written]


def test_another_field_starts_with_an_empty_value(client: Client) -> None:
    asked = lines({"field": "city", "was": "score", "operator": "at_least", "value": "5"})
    page = client.get(address(**asked)).content.decode()
    assert 'value="5"' not in page
    assert 'name="0.value"' in page


def test_sentence_follows_what_is_typed(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "list-reads"}
    said = client.get(address(**lines(SCORE)), headers=headers).content.decode()
    assert "Score is at least 5" in said
    assert "<form" not in said


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
    answer = client.get(address(**lines(asked), apply=1))
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


def test_hidden_field_is_neither_offered_nor_accepted_by_the_builder(log_in: LogIn) -> None:
    grants = {"crm.lead.view": Reach.ALL}
    user = UserFactory(roles=[RoleFactory(grants=grants, hides=["crm.lead.budget"])])
    client = log_in(user)
    hidden = {"field": "budget", "operator": "at_least", "value": "5"}
    page = client.get(address(**lines(hidden)))
    assert 'value="budget"' not in page.content.decode().replace('.was" value="budget"', "")
    assert "Budget" not in page.content.decode()
    kept = {"kept": '{"any":[{"field":"budget","operator":"set"},{"happened":"activity"}]}'}
    for line in (hidden, kept, {"field": "company.city", "operator": "set"}):
        answer = client.get(address(**lines(line), apply=1))
        assert answer.status_code == 422


def test_records_are_looked_up_among_those_in_reach(log_in: LogIn) -> None:
    user = UserFactory(role="sales")
    mine = CompanyFactory(name="Mine & Co", owner=user)
    foreign = CompanyFactory(name="Mine of others")
    client = log_in(user)
    sought = {"field": "company", "operator": "is", "sought": "mine"}
    page = client.get(address(**lines(sought))).content.decode()
    assert "Mine &amp; Co" in page
    assert "Mine of others" not in page
    assert 'data-combo="/lookup/crm.company/"' in page
    chosen = sought | {"sought": "Mine & Co", "sought_id": mine.pk}
    assert conditions_after(client, chosen) == [f"company:is:{mine.pk}"]
    others = sought | {"sought": "Mine of others", "sought_id": foreign.pk}
    assert client.get(address(**lines(others), apply=1)).status_code == 422


def test_several_links_are_looked_up_and_read_by_name(log_in: LogIn) -> None:
    grants = {f"crm.{name}.view": Reach.OWN for name in ("lead", "contact", "group")}
    user = UserFactory(roles=[RoleFactory(grants=grants)])
    mine, foreign = GroupFactory(name="Chamber", owner=user), GroupFactory(name="Chamber of others")
    client = log_in(user)
    sought = {"field": "contact.groups", "operator": "has_any", "sought": "cham"}
    page = client.get(address(**lines(sought))).content.decode()
    assert 'data-combo="/lookup/crm.group/"' in page
    assert "Chamber of others" not in page
    chosen = sought | {"sought": "Chamber", "sought_id": mine.pk}
    assert conditions_after(client, chosen) == [f"contact.groups:has_any:{mine.pk}"]
    both = f"contact.groups:has_any:{mine.pk},{foreign.pk}"
    for language, words in (("en", "has one of"), ("zh-hans", "含有其一")):
        User.objects.filter(pk=user.pk).update(language=language)
        said = client.get(reverse("lead_list"), {"if": both}).content.decode()
        assert words in said
        assert "Chamber" in said
        assert "Chamber of others" not in said


def test_chosen_records_stand_by_their_names(client: Client) -> None:
    mate = UserFactory(name="Lin", is_active=False)
    page = client.get(address(**{"if": f"owner:is:me,{mate.pk},99999", "part": 0}))
    said = page.content.decode()
    assert f'value="{mate.pk}" id="f-0-value-2" checked>Lin' in said
    assert 'value="99999" id="f-0-value-3" checked>a deleted record' in said


def test_another_operator_brings_its_own_control(client: Client) -> None:
    day = client.get(address(**lines({"field": "created", "operator": "on"}))).content.decode()
    period = client.get(address(**lines({"field": "created", "operator": "in"}))).content.decode()
    assert 'type="date"' in day
    assert "this_quarter" in period


def test_applied_filter_changes_only_the_list(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "list-tool"}
    answer = client.get(address(**lines(SCORE), apply=1), headers=headers)
    assert answer.status_code == 204
    place = json.loads(answer["HX-Location"])
    assert place["target"] == "#list"
    assert "score%3Aat_least%3A5" in place["path"]


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
