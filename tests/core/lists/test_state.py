"""The state of a list is its URL, as far as the user may ask for it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote

import pytest
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.choices import Reach
from core.lists import ListState, list_context
from core.lists import state as list_state
from core.models import User
from crm.choices import LeadStatus
from crm.tables import CONTACTS, LEADS
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    LeadFactory,
    LeadScoreFactory,
    RoleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

GRANTS = {"crm.lead.view": Reach.ALL, "crm.contact.view": Reach.ALL}


def blind_to(*fields: str) -> User:
    return UserFactory(roles=[RoleFactory(grants=GRANTS, hides=list(fields))])


def state_of(user: User, query: str = "", definition: Any = LEADS) -> ListState:
    return ListState(definition, user, QueryDict(query))


def context_of(user: User, query: str = "", definition: Any = LEADS) -> dict[str, Any]:
    request = RequestFactory().get(f"/?{query}")
    request.user = user
    return list_context(definition, request)


def names(user: User, query: str) -> list[str]:
    return [str(row) for row in context_of(user, query)["rows"]]


# -- hidden fields -------------------------------------------------------------------------------


def test_hidden_field_is_no_column_no_filter_and_no_order() -> None:
    state = state_of(
        blind_to("crm.lead.score", "crm.lead.status"), "sort=-score&grade=A&status=new"
    )
    assert not {"score", "chance", "status"} & {column.key for column in state.columns}
    assert {f.key for f in state.filters} == {"owner"}
    assert state.sort.key not in ("score", "chance")
    assert state.chosen == []


def test_hidden_field_cannot_be_found_out_by_filtering() -> None:
    LeadScoreFactory(grade="A")
    LeadFactory()
    assert len(names(blind_to("crm.lead.score"), "grade=A")) == 2
    assert len(names(blind_to(), "grade=A")) == 1


@pytest.mark.parametrize(
    ("field", "words"),
    [("email", "secret@example.org"), ("name", "Geheim"), ("company", "Hidden Ltd")],
)
def test_hidden_field_cannot_be_found_out_by_searching(field: str, words: str) -> None:
    hidden = CompanyFactory(name="Hidden Ltd")
    ContactFactory(name="Other", email="other@example.org")
    ContactFactory(name="Geheim", email="secret@example.org", company=hidden)
    query = f"q={quote(words)}"
    assert len(context_of(blind_to(), query, CONTACTS)["rows"]) == 1
    assert context_of(blind_to(f"crm.contact.{field}"), query, CONTACTS)["rows"] == []


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
    query = f"q={quote(words)}"
    assert len(context_of(blind_to(), query)["rows"]) == 1
    assert context_of(blind_to(field), query)["rows"] == []


def test_best_leads_are_not_told_to_those_who_may_not_see_the_score(
    log_in: Callable[..., Client],
) -> None:
    LeadScoreFactory(lead__contact__name="Ada Best")
    page = reverse("home")
    assert "Ada Best" in log_in(blind_to()).get(page).content.decode()
    assert "Ada Best" not in log_in(blind_to("crm.lead.score")).get(page).content.decode()


# -- the URL -------------------------------------------------------------------------------------


def test_list_begins_with_the_best_score(administrator: User) -> None:
    low = LeadScoreFactory(score=10).lead
    none = LeadFactory()
    high = LeadScoreFactory(score=90).lead
    assert list(context_of(administrator)["rows"]) == [high, low, none]
    assert list(context_of(administrator, "sort=score")["rows"]) == [low, high, none]


def test_filters_narrow_and_become_chips(administrator: User) -> None:
    LeadFactory(status=LeadStatus.CONVERTED)
    mine = LeadFactory(owner=administrator)
    context = context_of(administrator, "status=open&owner=me&sort=-created")
    assert list(context["rows"]) == [mine]
    assert [(chip.key, str(chip.value_label)) for chip in context["chips"]] == [
        ("status", "Open"),
        ("owner", "Me"),
    ]
    assert parse_qs(context["chips"][0].remove_query) == {"owner": ["me"], "sort": ["-created"]}
    assert {menu["filter"].key for menu in context["menus"]} == {"grade"}


def test_changing_anything_goes_back_to_the_first_page(administrator: User) -> None:
    state = state_of(administrator, "after=abc&status=open")
    assert parse_qs(state.query_with(sort="-touch")) == {"status": ["open"], "sort": ["-touch"]}


def test_head_sorts_one_way_then_the_other(administrator: User) -> None:
    def score_head(query: str) -> dict[str, Any]:
        heads = context_of(administrator, query)["heads"]
        return next(head for head in heads if head["column"].key == "score")

    assert (score_head("")["order"], score_head("")["query"]) == ("descending", "sort=score")
    assert (score_head("sort=score")["order"], score_head("sort=score")["query"]) == (
        "ascending",
        "sort=-score",
    )
    assert score_head("sort=touch")["query"] == "sort=-score"


def test_pages_keep_filters_and_order(administrator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for _row in range(5):
        LeadFactory(owner=administrator)
    LeadFactory(owner=None)
    small = LEADS.__class__(**{**vars(LEADS), "page_size": 2})
    query, seen = "owner=me&sort=-created", []
    while query:
        context = context_of(administrator, query, small)
        seen += [row.pk for row in context["rows"]]
        query = context["next_url"].removeprefix("?")
        assert "owner=me" in query or not query
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)


def test_count_stops_where_it_costs_too_much(
    administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_state, "COUNT_LIMIT", 3)
    for number in (3, 4):
        while len(context_of(administrator)["rows"]) < number:
            LeadFactory()
        context = context_of(administrator)
        assert (context["total"], context["total_is_more"]) == (3, number > 3)


def test_search_compares_without_case_and_width(administrator: User) -> None:
    LeadFactory(contact__name="Ada Lovelace")
    LeadFactory(contact__name="林兆阳", company__name="明德精工")
    assert names(administrator, "q=LOVELACE") == ["Ada Lovelace"]
    assert names(administrator, f"q={quote('Ａｄａ')}") == ["Ada Lovelace"]
    assert names(administrator, f"q={quote('兆阳')}") == ["林兆阳"]
    assert names(administrator, f"q={quote('明德')}") == ["林兆阳"]
    assert names(administrator, "q=%25") == []


@given(
    query=st.dictionaries(
        st.sampled_from(["q", "sort", "after", "status", "grade", "owner", "page", "x"]),
        st.one_of(
            st.text(max_size=8),
            st.sampled_from(["-score", "-", "--score", "score__version", "password", "A", "me"]),
        ),
        max_size=5,
    )
)
def test_junk_in_the_url_is_never_a_mistake(query: dict[str, str]) -> None:
    user = UserFactory(role="manager")
    data = QueryDict(mutable=True)
    data.update({key: value.encode(errors="ignore").decode() for key, value in query.items()})
    context = context_of(user, data.urlencode())
    assert context["state"].sort.key in {sort.key for sort in LEADS.sorts}
