"""Home of whoever leads: contributions add up and open their lists; everybody sees their own reach."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.choices import FieldAccess, Reach
from core.models import User
from core.queries.home import HomeView
from crm.models import Deal, DealLine, Stage
from crm.queries.home_changes import PARTS, Changes
from tests.crm.views.test_funnel import count_of
from tests.factories import (
    DealFactory,
    LeadFactory,
    ProductFactory,
    RoleFactory,
    TeamFactory,
    UserFactory,
)
from tests.factories.core import add_rules

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
CARDS = "/home/managing/"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def ago(days: float) -> datetime:
    return timezone.now() - timedelta(days)


def closed_deal(kind: str, days: float, amount: int, **fields: Any) -> Deal:
    stage = Stage.objects.get(pipeline__name="New business", kind=kind)
    return DealFactory(
        stage=stage, closed_at=ago(days), created_at=ago(days + 40), base_amount=amount, **fields
    )


def two_teams() -> tuple[User, User]:
    """One wins more than last week, the other less."""
    first, second = (UserFactory(team=TeamFactory()) for _ in range(2))
    products = ProductFactory.create_batch(2)
    for owner, days, kind, amount, source in (
        (first, 1, "won", 500, "Fair"),
        (first, 2, "won", 300, "Web"),
        (first, 9, "won", 200, "Fair"),
        (first, 10, "lost", 100, ""),
        (second, 1, "lost", 90, "Web"),
        (second, 8, "won", 400, "Web"),
        (second, 30, "won", 70, "Fair"),
        (second, 40, "lost", 60, "Fair"),
    ):
        deal = closed_deal(kind, days, amount, owner=owner, source=source)
        DealLine.objects.create(deal=deal, product=products[amount % 2], unit_price=1)
    for days in (1, 2, 8):
        LeadFactory(owner=first, created_at=ago(days))
        DealFactory(owner=second, created_at=ago(days), base_amount=1000 * days)
    return first, second


def rows(client: Client, query: str = "") -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in client.get(f"{CARDS}{query}").context["rows"]}


@pytest.mark.parametrize("by", PARTS)
def test_contributions_add_up_to_the_change(by: str, administrator: User) -> None:
    two_teams()
    changes = Changes(HomeView.of(administrator), by)
    for change in (
        changes.bookings(),
        changes.win_rate(),
        changes.pipeline(),
        changes.new_leads(),
    ):
        assert change.change is not None
        assert change.change != 0
        assert sum(change.parts.values()) == pytest.approx(change.change)
    bookings = changes.bookings()
    assert (bookings.now, bookings.before) == (800, 600)
    assert sum(bookings.factors) == pytest.approx(200)


def test_parts_are_named_with_their_lists(administrator: User, log_in: LogIn) -> None:
    first, second = two_teams()
    client = log_in(administrator)
    found = rows(client)
    assert found["bookings"]["value"] == "€800"
    assert found["bookings"]["change"] == "+€200"
    parts = {str(part["label"]): part["text"] for part in found["bookings"]["parts"]}
    assert parts == {first.team.name: "+€600", second.team.name: "−€400"}
    lists = {str(part["label"]): part["url"] for part in found["bookings"]["parts"]}
    assert count_of(client, lists[first.team.name]) == 2
    assert count_of(client, lists[second.team.name]) == 0
    assert count_of(client, found["bookings"]["url"]) == 2
    assert count_of(client, found["rate"]["url"]) == 6
    assert count_of(client, found["leads"]["url"]) == 2
    assert count_of(client, found["leads"]["parts"][0]["url"]) == 2


def test_closed_deals_win_rate_and_value_are_told_apart(administrator: User, log_in: LogIn) -> None:
    two_teams()
    note = rows(log_in(administrator))["bookings"]["note"]
    # As many closed, as many won; a won deal is worth 400 instead of 300.
    assert note == "Closed deals €0, win rate €0, value of a deal +€200"


def test_scope_and_reach_hold(sales: User, log_in: LogIn) -> None:
    two_teams()
    closed_deal("won", 1, 7, owner=sales)
    found = rows(log_in(sales), "?show=all")
    assert found["bookings"]["value"] == "€7"


def test_part_that_may_not_be_seen_is_not_named(log_in: LogIn) -> None:
    two_teams()
    role = RoleFactory(grants={"crm.deal.view": Reach.ALL})
    add_rules(role, ["crm.deal.amount", "crm.deal.team"], FieldAccess.NONE)
    client = log_in(UserFactory(roles=[role]))
    page = client.get(f"{CARDS}?by=team")
    assert [row["key"] for row in page.context["rows"]] == ["rate"]
    assert [str(each["label"]) for each in page.context["choices"]] == ["Source"]


def test_what_waits_is_counted_as_its_list(administrator: User, log_in: LogIn) -> None:
    DealFactory(touched_at=ago(20), next_step="", close_on=ago(3).date())
    DealFactory(touched_at=ago(1), created_at=ago(30), next_step="Call")
    LeadFactory(owner=None)
    client = log_in(administrator)
    waiting = client.get(CARDS).context["to_do"]
    assert {str(row["label"]) for row in waiting} == {
        "Open deals untouched for 14 days",
        "Open deals past their expected close",
        "Open deals without a next step",
        "Open leads that belong to nobody",
    }
    for row in waiting:
        assert row["count"] == count_of(client, row["url"])


def test_home_reads_the_cards_where_more_than_one_s_own_work_is_shown(
    administrator: User, log_in: LogIn
) -> None:
    client = log_in(administrator)
    assert "/home/managing/?show=all" in client.get("/").content.decode()
    assert "/home/managing/" not in client.get("/?show=mine").content.decode()
    part = client.get(CARDS, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="managing").content.decode()
    assert "<html" not in part
    assert "What to do" in part
    assert "No deal moved in 90 days" in part


def test_queries_stay_within_the_budget(administrator: User, log_in: LogIn) -> None:
    two_teams()
    client = log_in(administrator)
    client.get(CARDS)
    for by in PARTS:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{CARDS}?by={by}")
        assert len(queries) <= 15


def test_whoever_does_not_see_owners_is_not_told_of_a_team(log_in: LogIn) -> None:
    role = RoleFactory(grants={"crm.deal.view": Reach.TEAM})
    add_rules(role, ["crm.deal.owner"], FieldAccess.NONE)
    client = log_in(UserFactory(roles=[role], team=TeamFactory()))
    assert client.get(f"{CARDS}?show=team").status_code == 404
    assert "/home/managing/" not in client.get("/?show=team").content.decode()
