"""An export reads only what it shows: with the same values, and no query more for each row."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from core.exports import sheets
from core.exports.sheets import Sheet
from core.lists import ListState, lists
from core.models import User
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    DealFactory,
    LeadFactory,
    LeadScoreFactory,
)

pytestmark = pytest.mark.django_db

MAKE: dict[str, Callable[..., Any]] = {
    "crm.contact": lambda: ContactFactory(company=CompanyFactory()),
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
