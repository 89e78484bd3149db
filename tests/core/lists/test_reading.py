"""Lists and exports read only what they show: with the same values, and no query more for each row."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from core.conditions.viewpoint import Viewpoint
from core.exports import sheets
from core.exports.sheets import Sheet
from core.lists import ListState, lists
from core.lists.columns import column_of
from core.models import User
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    DealFactory,
    EventFactory,
    GroupFactory,
    LeadFactory,
    LeadScoreFactory,
)

LogIn = Callable[..., Client]

pytestmark = pytest.mark.django_db


def in_groups(contact: Any) -> Any:
    """In two of each, one of which only its owner sees."""
    for factory in (GroupFactory, EventFactory):
        for owner in (None, contact.owner):
            factory(owner=owner).contacts.add(contact)
    return contact


MAKE: dict[str, Callable[..., Any]] = {
    "crm.contact": lambda: in_groups(ContactFactory(company=CompanyFactory())),
    "crm.company": CompanyFactory,
    "crm.deal": lambda: DealFactory(company=CompanyFactory(), contact=ContactFactory()),
    "crm.activity": lambda: ActivityFactory(contact=ContactFactory(), at=datetime.now(UTC)),
    "crm.lead": lambda: LeadScoreFactory(lead=LeadFactory(company=CompanyFactory())).lead,
}


def values(kind: str, user: User, columns: str) -> list[list[Any]]:
    state = ListState(lists[kind], user, QueryDict(f"columns={columns}&sort=-created"))
    return list(Sheet.of(state, state.rows()).rows())


@pytest.mark.parametrize("kind", MAKE)
def test_rows_are_the_same_and_cost_no_queries(
    kind: str,
    administrator: User,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    every = list(lists[kind].kind.field)
    for columns in (",".join(every), *every):
        MAKE[kind]()
        values(kind, administrator, columns)  # the rights are read once
        with CaptureQueriesContext(connection) as queries:
            slim = values(kind, administrator, columns)
        MAKE[kind]()
        with django_assert_num_queries(len(queries)):
            values(kind, administrator, columns)
        with monkeypatch.context() as whole:
            whole.setattr(sheets, "with_only_shown", lambda rows, *_rest: rows)
            assert values(kind, administrator, columns)[1:] == slim


@pytest.mark.parametrize("kind", MAKE)
def test_a_list_asks_nothing_more_for_more_rows(
    kind: str, administrator: User, log_in: LogIn
) -> None:
    """Whatever the column and the order: what a cell, a name or a page's token reads is there."""
    definition, client = lists[kind], log_in(administrator)
    url = reverse(definition.kind.list_url)
    view = Viewpoint(administrator, datetime.now(UTC))
    columns = [column_of(definition, name, view) for name in definition.kind.field]
    asked = [{"columns": column.key} for column in columns if column]
    asked += [{"sort": f"-{column.key}"} for column in columns if column and column.is_sortable]

    def counts() -> list[int]:
        found = []
        for query in asked:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url, query).status_code == 200
            found.append(len(queries))
        return found

    MAKE[kind]()
    client.get(url)  # the rights are read once
    few = counts()
    for _row in range(2):
        MAKE[kind]()
    more = [query for query, one, three in zip(asked, few, counts(), strict=True) if three > one]
    assert not more
