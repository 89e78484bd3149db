"""The quarter by program: within one's reach, calls are one's own, quotas are the manager's."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from analytics.models import Quota, Submission
from analytics.models.quarters import Quarter
from core.choices import Reach
from core.models import User
from tests.analytics.views.test_quarters import forecast
from tests.core.api.callers import Caller
from tests.factories import DealFactory, DealOutlookFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def quarter() -> Quarter:
    return Quarter.of(timezone.now().date())


def url(quarter: Quarter, rest: str = "") -> str:
    return f"quarters/{quarter.key}/{rest}"


def test_outlook_is_that_of_the_reach(sales: User, manager: User, quarter: Quarter) -> None:
    forecast(quarter, "all")
    forecast(quarter, f"team:{sales.team_id}", 70_000.0)
    told = Caller(manager).get(url(quarter)).json()
    assert (told["scope"], told["likely"], told["low_80"]) == ("all", 130_000, 90_000)
    assert told["parts"]["slips"] == -7_000
    assert Caller(sales).get(url(quarter)).json()["likely"] == 70_000
    assert Caller(manager).get(url(quarter.before())).status_code == 404
    assert Caller(manager).get("quarters/next/").status_code == 404


def test_call_is_submitted_and_told_within_reach(
    sales: User, colleague: User, outsider: User, quarter: Quarter
) -> None:
    for user in (sales, colleague, outsider):
        DealFactory(owner=user)
    caller = Caller(sales)
    answer = caller.post(url(quarter, "calls/"), {"amount": "120.5", "note": "Signed"})
    assert answer.status_code == 201
    assert (answer.json()["user"], answer.json()["amount"]) == (sales.pk, "120.50")
    assert Submission.objects.get().user == sales
    for user, seen in ((colleague, 1), (outsider, 0)):
        assert len(Caller(user).get(url(quarter, "calls/")).json()["results"]) == seen


@pytest.mark.parametrize(
    "body",
    [{}, {"amount": None}, {"amount": "x"}, {"amount": "NaN"}, {"amount": True}, {"amount": "-1"},
     {"amount": "1e40"}, {"amount": "5", "note": 7}, {"amount": "5", "user": 1},
     {"amount": "5", "note": "n" * 501}],
)  # fmt: skip
def test_bad_calls_are_refused(body: dict[str, Any], sales: User, quarter: Quarter) -> None:
    answer = Caller(sales).post(url(quarter, "calls/"), body)
    assert answer.status_code in {409, 422}, answer.content
    assert not Submission.objects.exists()


def test_quotas_are_set_by_managers(manager: User, sales: User, quarter: Quarter) -> None:
    DealFactory(owner=sales)
    body = {
        "quotas": [
            {"user": sales.pk, "amount": "1000"},
            {"team": sales.team_id, "amount": "3000"},
        ]
    }
    assert Caller(sales).patch(url(quarter, "quotas/"), body).status_code == 403
    told = Caller(manager).patch(url(quarter, "quotas/"), body).json()["results"]
    assert {(one["user"], one["team"], one["amount"]) for one in told} == {
        (sales.pk, None, "1000.00"),
        (None, sales.team_id, "3000.00"),
    }
    taken = {"quotas": [{"user": sales.pk, "amount": None}]}
    Caller(manager).patch(url(quarter, "quotas/"), taken)
    assert list(Quota.objects.values_list("team", "amount")) == [(sales.team_id, Decimal(3000))]


def test_bad_quotas_change_nothing(manager: User, sales: User, quarter: Quarter) -> None:
    DealFactory(owner=sales)
    caller, good = Caller(manager), {"user": sales.pk, "amount": "5"}
    for bad in (
        {"user": sales.pk, "team": sales.team_id, "amount": "5"},
        {"amount": "5"},
        {"user": 10**9, "amount": "5"},
        {"user": sales.pk, "amount": "-5"},
        {"user": True, "amount": "5"},
        7,
    ):
        answer = caller.patch(url(quarter, "quotas/"), {"quotas": [good, bad]})
        assert answer.status_code in {409, 422}, bad
    assert not Quota.objects.exists()


def test_who_sees_no_values_is_told_nothing(quarter: Quarter) -> None:
    forecast(quarter, "all")
    grants = {
        "crm.deal.view": Reach.ALL,
        "analytics.quarter.view": Reach.ALL,
        "analytics.quarter.submit": Reach.ALL,
    }
    caller = Caller(UserFactory(roles=[RoleFactory(grants=grants, hides=["crm.deal.amount"])]))
    assert caller.get(url(quarter)).status_code == 403
    assert caller.get(url(quarter, "calls/")).status_code == 403
    assert caller.post(url(quarter, "calls/"), {"amount": "5"}).status_code == 403


def test_deals_tell_their_win_probability(sales: User) -> None:
    outlook = DealOutlookFactory(deal=DealFactory(owner=sales), stale="old")
    told = Caller(sales).get(f"deals/{outlook.pk}/").json()
    assert told["win_chance"] == 0.4
    assert told["stale"] == "old"
    assert Caller(sales).patch(f"deals/{outlook.pk}/", {"win_chance": 1}).status_code == 422
