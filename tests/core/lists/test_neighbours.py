"""The record before and the next one, as the list stands."""

from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from core.lists import lists, neighbours
from core.lists.keyset import fetch_page
from core.lists.state import ListState
from core.models import User
from tests.factories import LeadFactory, LeadScoreFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("query", ["", "sort=score", "sort=-created", "sort=source", "if=city:set"])
def test_walk_is_the_list(query: str, administrator: User) -> None:
    for number, score in enumerate((50, 70, None, 70, None, 20)):
        lead = LeadFactory(source="b" if number % 2 else "a", city="Bonn" if number else "")
        if score is not None:
            LeadScoreFactory(lead=lead, score=score)
    state = ListState(lists["crm.lead"], administrator, QueryDict(query))
    rows, order = state.order.named(state.rows())
    how: dict[str, Any] = {"sort": order, "descending": state.is_descending, "size": 10}
    shown = [row.pk for row in fetch_page(rows, token="", **how).rows]
    for place, pk in enumerate(shown):
        found = neighbours("crm.lead", query, pk, administrator)
        assert found is not None
        assert (found.place, found.total.number) == (place + 1, len(shown))
        before = f"/leads/{shown[place - 1]}/" if place else ""
        after = f"/leads/{shown[place + 1]}/" if place + 1 < len(shown) else ""
        assert found.previous_url.partition("?")[0] == before
        assert found.next_url.partition("?")[0] == after


def test_record_that_is_not_in_the_list_has_no_place(administrator: User) -> None:
    lead = LeadFactory(city="Ulm")
    assert neighbours("crm.lead", "if=city:is:Bonn", lead.pk, administrator) is None


def test_place_costs_a_few_queries(administrator: User) -> None:
    leads = [LeadFactory() for _row in range(5)]
    with CaptureQueriesContext(connection) as asked:
        neighbours("crm.lead", "sort=-created", leads[2].pk, administrator)
    assert len(asked) <= 12
