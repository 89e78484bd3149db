"""Keyset pages: walking them gives every row once and in order, there and back."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F, QuerySet
from hypothesis import example, given
from hypothesis import strategies as st

from core.fields.ordering import Order
from core.lists.keyset import Page, Position, fetch_page
from crm.models import Company, Contact, Lead, LeadScore
from tests.factories import CompanyFactory, LeadFactory, ModelVersionFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

BY_NAME = Order("name_key")
BY_EMPLOYEES = Order("employees", is_nullable=True)
BY_SCORE = Order("score__counted_score", is_nullable=True)
BY_CHANCE = Order("score__probability", is_nullable=True)
BY_TOUCH = Order("touched_at", is_nullable=True)
MOST_PAGES = 60


def in_order(rows: QuerySet[Any], sort: Order, *, descending: bool) -> list[int]:
    """What the database says when it is asked for everything."""
    path = F(sort.path)
    main = path.desc(nulls_last=True) if descending else path.asc(nulls_last=True)
    return list(rows.order_by(main, "-pk" if descending else "pk").values_list("pk", flat=True))


def pages(rows: QuerySet[Any], token: str, **how: Any) -> list[Page]:
    """From the token's page to the last one."""
    found = [fetch_page(rows, token=token, **how)]
    while found[-1].next_token:
        assert len(found) < MOST_PAGES
        found.append(fetch_page(rows, token=found[-1].next_token, **how))
    return found


def ids(found: list[Page]) -> list[int]:
    return [row.pk for page in found for row in page.rows]


def assert_walks(rows: QuerySet[Any], sort: Order, *, descending: bool, size: int) -> None:
    how: dict[str, Any] = {"sort": sort, "descending": descending, "size": size}
    forward = pages(rows, "", **how)
    expected = in_order(rows, sort, descending=descending)
    assert ids(forward) == expected
    assert forward[0].previous_token == ""
    backward = [forward[-1]]
    while backward[0].previous_token:
        assert len(backward) < MOST_PAGES
        backward.insert(0, fetch_page(rows, token=backward[0].previous_token, **how))
    assert ids(backward) == expected


MAYBE_SMALL = st.one_of(st.none(), st.integers(min_value=0, max_value=3))


@given(
    values=st.lists(MAYBE_SMALL, max_size=12),
    size=st.integers(min_value=1, max_value=5),
    descending=st.booleans(),
)
def test_nullable_numbers_are_walked_once_and_in_order(
    values: list[int | None], size: int, descending: bool
) -> None:
    Company.objects.all().delete()
    for value in values:
        CompanyFactory(employees=value)
    assert_walks(Company.objects.all(), BY_EMPLOYEES, descending=descending, size=size)


@given(
    names=st.lists(st.sampled_from(["a", "b", "Ä", "中", " "]), max_size=12),
    size=st.integers(min_value=1, max_value=5),
    descending=st.booleans(),
)
def test_texts_are_walked_once_and_in_order(names: list[str], size: int, descending: bool) -> None:
    Company.objects.all().delete()
    for name in names:
        CompanyFactory(name=name)
    assert_walks(Company.objects.all(), BY_NAME, descending=descending, size=size)


@given(
    scores=st.lists(MAYBE_SMALL, max_size=8),
    size=st.integers(min_value=1, max_value=4),
    descending=st.booleans(),
)
def test_scores_in_the_side_table_are_walked_once_and_in_order(
    scores: list[int | None], size: int, descending: bool
) -> None:
    Lead.objects.all().delete()
    version = ModelVersionFactory()
    for score in scores:
        lead = LeadFactory(contact=None, company=None)
        if score is not None:
            LeadScore.objects.create(
                lead=lead, version=version, as_of=NOW, score=score, probability=0, low=0, high=1
            )
    rows = Lead.objects.all().for_list()
    assert_walks(rows, BY_SCORE, descending=descending, size=size)


@given(
    chances=st.lists(st.one_of(st.none(), st.just("none"), st.integers(0, 3)), max_size=8),
    size=st.integers(min_value=1, max_value=4),
    descending=st.booleans(),
)
def test_rows_of_the_side_table_without_a_value_come_last(
    chances: list[int | str | None], size: int, descending: bool
) -> None:
    Lead.objects.all().delete()
    for chance in chances:
        lead = LeadFactory(contact=None, company=None)
        if chance is not None:
            share = None if chance == "none" else int(chance) / 4
            LeadScore.objects.create(
                lead=lead, hand_score=5, hand_grade="D", probability=share, low=share, high=share
            )
    assert_walks(Lead.objects.all().for_list(), BY_CHANCE, descending=descending, size=size)


@given(
    hours=st.lists(MAYBE_SMALL, max_size=8),
    size=st.integers(min_value=1, max_value=4),
    descending=st.booleans(),
)
def test_moments_are_walked_once_and_in_order(
    hours: list[int | None], size: int, descending: bool
) -> None:
    Lead.objects.all().delete()
    for hour in hours:
        touched = None if hour is None else NOW + timedelta(hours=hour, microseconds=hour)
        LeadFactory(contact=None, company=None, touched_at=touched)
    assert_walks(Lead.objects.all(), BY_TOUCH, descending=descending, size=size)


def test_row_that_is_deleted_between_two_pages_costs_nothing() -> None:
    rows = [CompanyFactory(name=name) for name in "abcde"]
    how: dict[str, Any] = {"sort": BY_NAME, "descending": False, "size": 2}
    first = fetch_page(Company.objects.all(), token="", **how)
    rows[1].delete()
    following = fetch_page(Company.objects.all(), token=first.next_token, **how)
    assert [row.name for row in following.rows] == ["c", "d"]


def test_token_says_where_it_stands() -> None:
    for value in (None, 5, 0.25, "中", datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)):
        position = Position(value, 7, is_backward=True)
        assert Position.from_token(position.token()) == position


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=5),
        st.sampled_from(["2026-01-01", "\x00", "NaN"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["at", "x"]), inner, max_size=2),
    ),
    max_leaves=4,
)


def token_of(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


NESTED = "[" * 3_000


@pytest.mark.filterwarnings("ignore:.*naive datetime:RuntimeWarning")
@given(
    token=st.one_of(
        st.text(max_size=20),
        st.builds(token_of, JSON),
        st.builds(
            lambda value, pk, back: token_of([value, pk, back]),
            JSON,
            st.one_of(st.integers(), JSON),
            st.integers(min_value=0, max_value=1),
        ),
    )
)
@example(token=token_of([10**400, 1, 0]))
@example(token=token_of([1, 10**40, 0]))
@example(token=token_of(["\x00", 1, 0]))
@example(token=token_of(["junk", 1, 0]))
@example(token=token_of([{"at": "junk"}, 1, 0]))
@example(token=token_of([{"at": 5}, 1, 0]))
@example(token=token_of([[1], 1, 0]))
@example(token=base64.urlsafe_b64encode(NESTED.encode()).decode())
def test_token_that_is_not_ours_begins_anew(token: str) -> None:
    for number in range(3 - Company.objects.count()):
        LeadFactory(company=CompanyFactory(name=f"Company {number}", employees=number or None))
    for model, sort in (
        (Company, BY_EMPLOYEES),
        (Company, BY_NAME),
        (Lead, BY_SCORE),
        (Lead, BY_TOUCH),
        (Lead, Order("score__probability", is_nullable=True)),
        (Contact, Order("created_at")),
    ):
        how: dict[str, Any] = {"sort": sort, "descending": True, "size": 2}
        rows = model.objects.all()
        found, first = (fetch_page(rows, token=given, **how) for given in (token, ""))
        if Position.from_token(token) is None:
            assert (ids([found]), found.next_token) == (ids([first]), first.next_token)
        else:  # made up, but of our form: it leads to some of the rows
            assert set(ids([found])) <= set(in_order(rows, sort, descending=True))
