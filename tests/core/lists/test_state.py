"""The state of a list is its address, as far as the user may ask for it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.choices import FieldType, Reach
from core.lists import ListState, counts, list_context
from core.models import User
from core.registries import record_types
from core.search import finding
from core.services.search import index_records
from crm.choices import LeadStatus
from crm.models import Lead
from crm.tables import CONTACTS, LEADS
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    LeadFactory,
    LeadScoreFactory,
    RoleFactory,
    TagFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

GRANTS = {f"crm.{noun}.view": Reach.ALL for noun in ("lead", "contact", "company")}


def blind_to(*fields: str) -> User:
    return UserFactory(roles=[RoleFactory(grants=GRANTS, hides=list(fields))])


def state_of(user: User, query: str = "", definition: Any = LEADS) -> ListState:
    return ListState(definition, user, QueryDict(query))


def context_of(user: User, query: str = "", definition: Any = LEADS) -> dict[str, Any]:
    request = RequestFactory().get(f"/?{query}")
    request.user = user
    return list_context(definition, request)


def names(user: User, query: str, definition: Any = LEADS) -> list[str]:
    return [line.name for line in context_of(user, query, definition)["lines"]]


def index() -> None:
    """What services do when they save; factories write rows only."""
    for kind in ("crm.company", "crm.contact", "crm.lead"):
        model = record_types[kind].model
        index_records(kind, model._base_manager.values_list("pk", flat=True))


def said(context: dict[str, Any]) -> list[str]:
    return [entry["chip"].sentence for entry in context["chips"]]


# -- hidden fields -------------------------------------------------------------------------------


def test_hidden_field_is_no_column_no_filter_and_no_order() -> None:
    user = blind_to("crm.lead.score", "crm.lead.status")
    context = context_of(
        user, "sort=-score&columns=score,chance,status,city&if=grade:is:A&if=status:is:new"
    )
    state = context["state"]
    assert [column.key for column in state.columns] == ["name", "city"]
    assert state.sort.key == "created"
    assert context["chips"] == []
    assert len(context["notes"]) == 2


def test_hidden_field_cannot_be_found_out_by_filtering() -> None:
    LeadScoreFactory(grade="A")
    LeadFactory()
    assert len(names(blind_to("crm.lead.score"), "if=grade:is:A")) == 2
    assert len(names(blind_to(), "if=grade:is:A")) == 1


@pytest.mark.parametrize(
    ("field", "words"),
    [("email", "secret@example.org"), ("name", "Geheim"), ("company", "Hidden Ltd")],
)
def test_hidden_field_cannot_be_found_out_by_searching(field: str, words: str) -> None:
    hidden = CompanyFactory(name="Hidden Ltd")
    ContactFactory(name="Other", email="other@example.org")
    ContactFactory(name="Geheim", email="secret@example.org", company=hidden)
    index()
    query = f"q={quote(words)}"
    assert len(names(blind_to(), query, CONTACTS)) == 1
    assert names(blind_to(f"crm.contact.{field}"), query, CONTACTS) == []


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("crm.contact.email", "secret@example.org"),
        ("crm.lead.company", "Hidden Ltd"),
        ("crm.lead.external_id", "S-1"),
    ],
)
def test_hidden_field_of_a_lead_cannot_be_found_out_by_searching(field: str, words: str) -> None:
    LeadFactory(contact__email="secret@example.org", company__name="Hidden Ltd", external_id="S-1")
    index()
    query = f"q={quote(words)}"
    assert len(names(blind_to(), query)) == 1
    assert names(blind_to(field), query) == []


def test_best_leads_are_not_told_to_those_who_may_not_see_the_score(
    log_in: Callable[..., Client],
) -> None:
    LeadScoreFactory(lead__contact__name="Ada Best")
    page = reverse("home")
    assert "Ada Best" in log_in(blind_to()).get(page).content.decode()
    assert "Ada Best" not in log_in(blind_to("crm.lead.score")).get(page).content.decode()


def test_values_of_records_out_of_reach_stay_empty() -> None:
    grants = {"crm.contact.view": Reach.ALL, "crm.company.view": Reach.OWN}
    user = UserFactory(roles=[RoleFactory(grants=grants)])
    mine = CompanyFactory(name="Mine", industry="Metals", owner=user)
    ContactFactory(name="A", company=mine)
    ContactFactory(name="B", company=CompanyFactory(name="Theirs", industry="Secret"))
    query = "columns=company,company.industry,industry&sort=company.industry"
    lines = context_of(user, query, CONTACTS)["lines"]
    values = {line.name: [cell.value for cell in line.cells[1:]] for line in lines}
    assert values["A"][0].name == "Mine"
    assert values["A"][1:] == ["Metals", "Metals"]
    assert values["B"] == [None, None, None]


# -- columns -------------------------------------------------------------------------------------


def test_columns_stand_as_the_address_says() -> None:
    field = CustomFieldFactory(
        object_type="crm.contact", label="Budget", key="budget", type=FieldType.NUMBER
    )
    contact = ContactFactory(custom={field.key: 1200}, company=CompanyFactory(industry="Metals"))
    contact.tags.add(TagFactory(name="Fair"))
    query = "columns=custom.budget,tags,nonsense,company.industry,name,tags"
    line = context_of(blind_to(), query, CONTACTS)["lines"][0]
    assert [cell.column.key for cell in line.cells] == [
        "name",
        "custom.budget",
        "tags",
        "company.industry",
    ]
    assert [cell.value for cell in line.cells] == [None, 1200, ["Fair"], "Metals"]


def test_sorting_by_a_custom_field_keeps_missing_values_last() -> None:
    CustomFieldFactory(
        object_type="crm.contact", label="Budget", key="budget", type=FieldType.NUMBER
    )
    for name, value in (("low", 5), ("none", None), ("high", 50)):
        ContactFactory(name=name, custom={} if value is None else {"budget": value})
    assert names(blind_to(), "sort=-custom.budget", CONTACTS) == ["high", "low", "none"]
    assert names(blind_to(), "sort=custom.budget", CONTACTS) == ["low", "high", "none"]


# -- the address ---------------------------------------------------------------------------------


def test_list_begins_with_the_best_score(administrator: User) -> None:
    low = LeadScoreFactory(score=10).lead
    none = LeadFactory()
    high = LeadScoreFactory(score=90).lead

    def shown(query: str) -> list[int]:
        return [line.row.pk for line in context_of(administrator, query)["lines"]]

    assert shown("") == [high.pk, low.pk, none.pk]
    assert shown("sort=score") == [low.pk, high.pk, none.pk]


def test_conditions_narrow_and_become_chips(administrator: User) -> None:
    LeadFactory(status=LeadStatus.CONVERTED)
    mine = LeadFactory(owner=administrator)
    context = context_of(administrator, "if=status:is:new,working&if=owner:is:me&sort=-created")
    assert [line.row for line in context["lines"]] == [mine]
    assert said(context) == ["Status is New or Working", "Owner is me"]
    assert parse_qs(context["chips"][0]["remove"].removeprefix("?")) == {
        "if": ["owner:is:me"],
        "sort": ["-created"],
    }


def test_chip_may_hold_alternatives_and_be_turned_round(administrator: User) -> None:
    any_of = '{"any":[{"field":"city","operator":"is","value":["Bonn"]},{"happened":"activity"}]}'
    not_bonn = '{"not":{"field":"city","operator":"is","value":["Bonn"]}}'
    LeadFactory(city="Bonn")
    LeadFactory(city="Ulm")
    chip = context_of(administrator, f"if={quote(any_of)}")["chips"][0]["chip"]
    assert [part.field for part in chip.said] == ["City", "Activity"]
    assert not chip.is_negated
    assert len(names(administrator, f"if={quote(any_of)}")) == 1
    context = context_of(administrator, f"if={quote(not_bonn)}")
    assert context["chips"][0]["chip"].is_negated
    assert len(context["lines"]) == 1


def test_deeper_condition_is_a_sentence(administrator: User) -> None:
    deep = (
        '{"any":[{"all":[{"field":"city","operator":"is","value":["Bonn"]},'
        '{"field":"country","operator":"set"}]},{"field":"score","operator":"empty"}]}'
    )
    chip = context_of(administrator, f"if={quote(deep)}")["chips"][0]["chip"]
    assert chip.said == []
    assert "City is Bonn and Country is filled in" in chip.sentence


@pytest.mark.parametrize("broken", ["score", "score:at_least:x", "nothing:is:1", "{", '{"all":5}'])
def test_broken_condition_is_left_out_with_a_sentence(broken: str, administrator: User) -> None:
    LeadFactory()
    context = context_of(administrator, f"if={quote(broken)}&if=city:empty")
    assert len(context["lines"]) == 1
    assert len(context["chips"]) == 1
    assert len(context["notes"]) == 1


def test_changing_anything_goes_back_to_the_first_page(administrator: User) -> None:
    state = state_of(administrator, "after=abc&from=51&if=city:empty&junk=1")
    assert parse_qs(state.query_with(sort="-touched")) == {
        "if": ["city:empty"],
        "sort": ["-touched"],
    }


def test_head_sorts_one_way_then_the_other_then_as_usual(administrator: User) -> None:
    LeadFactory()

    def head(key: str, query: str) -> tuple[str, str]:
        heads = context_of(administrator, query)["heads"]
        found = next(head for head in heads if head["column"].key == key)
        return found["order"], found["query"]

    assert head("score", "") == ("descending", "sort=score")
    assert head("score", "sort=score") == ("ascending", "")
    assert head("source", "") == ("", "sort=source")
    assert head("source", "sort=source") == ("ascending", "sort=-source")
    assert head("source", "sort=-source") == ("descending", "")
    assert head("touched", "") == ("", "sort=-touched")


def test_pages_keep_filters_and_order(administrator: User) -> None:
    for _row in range(5):
        LeadFactory(owner=administrator)
    LeadFactory(owner=None)
    small = replace(LEADS, page_size=2)
    query, seen, places = "if=owner:is:me&sort=-created", [], []
    while query:
        context = context_of(administrator, query, small)
        seen += [line.row.pk for line in context["lines"]]
        places.append((context["first"], context["last"]))
        query = context["next_url"].removeprefix("?")
        assert "owner%3Ais%3Ame" in query or not query
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)
    assert places == [(1, 2), (3, 4), (5, 5)]
    assert context["total"].number == 5


def test_count_stops_where_it_costs_too_much(
    administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "COUNT_LIMIT", 3)
    small = replace(LEADS, page_size=1)
    for _row in range(3):
        LeadFactory()
    with (
        connection.cursor() as cursor
    ):  # The planner's guess hangs on what was in the table before.
        cursor.execute(f"ANALYZE {Lead._meta.db_table}")
    total = context_of(administrator, "", small)["total"]
    assert (total.number, total.is_more) == (3, False)
    LeadFactory()
    total = context_of(administrator, "", small)["total"]
    assert total.is_more or total.is_about


def test_search_compares_without_case_and_width(administrator: User) -> None:
    LeadFactory(contact__name="Ada Lovelace")
    LeadFactory(contact__name="林兆阳", company__name="明德精工")
    index()
    assert names(administrator, "q=LOVELACE") == ["Ada Lovelace"]
    assert names(administrator, f"q={quote('Ａｄａ')}") == ["Ada Lovelace"]
    assert names(administrator, f"q={quote('兆阳')}") == ["林兆阳"]
    assert names(administrator, f"q={quote('明德')}") == ["林兆阳"]
    assert names(administrator, "q=%25") == []


JUNK = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "-score",
            "-",
            "--score",
            "score__version",
            "password",
            "score:at_least:5",
            "1",
            "{}",
            "owner.password:is:x",
            "custom.x",
            "contact.company.owner",
            '{"not":{"any":[]}}',
            "me",
        ]
    ),
)


@given(
    query=st.dictionaries(
        st.sampled_from(["q", "sort", "after", "from", "if", "columns", "view", "page"]),
        JUNK,
        max_size=6,
    )
)
def test_junk_in_the_address_is_never_a_mistake(query: dict[str, str]) -> None:
    user = UserFactory(role="manager")
    data = QueryDict(mutable=True)
    data.update({key: value.encode(errors="ignore").decode() for key, value in query.items()})
    context = context_of(user, data.urlencode())
    assert context["state"].sort is not None


@pytest.mark.parametrize("sort", ["name", "-name", "company", "-touched", "company.industry"])
def test_a_common_word_shows_what_a_rare_one_shows(
    sort: str, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        company = CompanyFactory(name=f"Works {9 - number}") if number % 2 else None
        ContactFactory(name=f"Hannah {number}", company=company)
    ContactFactory(name="Somebody")
    index()
    query = f"q=hannah&sort={sort}"
    rare = names(administrator, query, CONTACTS)
    assert len(rare) == 4
    monkeypatch.setattr(finding, "MOST_NAMED", 1)
    assert names(administrator, query, CONTACTS) == rare
    monkeypatch.setattr(finding, "MOST_SORTED", 0)
    assert names(administrator, query, CONTACTS) == rare
