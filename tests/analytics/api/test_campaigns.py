"""What campaigns changed, by program: the figures of the pages, to whom they show them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analytics.queries.campaigns import KIND
from core.choices import FieldAccess
from core.jobs.questions import ask
from core.models import FieldRule, Role, User
from marketing.models import Campaign
from tests.analytics.campaigns import campaign, people, send
from tests.core.api.callers import Caller
from tests.factories import UserFactory
from tests.running import carry_out

pytestmark = pytest.mark.django_db

COMPARISON, PLAN = "campaigns/comparison/", "campaigns/test-plan/"


@pytest.fixture
def marketer(db: None) -> User:
    user: User = UserFactory(role="marketing")
    return user


def measured(marketer: User) -> Campaign:
    """Sent twenty days ago to 200 people, forty of them held out."""
    of = campaign(owner=marketer, cost=100, started_at=timezone.now() - timedelta(days=20))
    send(of, people(200), control=40)
    carry_out(ask(kind=KIND, as_of=timezone.now()))
    return of


def test_campaigns_stand_beside_each_other(marketer: User) -> None:
    caller = Caller(marketer)
    assert caller.get(COMPARISON).json()["results"] == []
    of = measured(marketer)
    (row,) = caller.get(COMPARISON).json()["results"]
    effect = caller.get(f"campaigns/{of.pk}/effect/").json()
    assert (row["campaign"], row["sent"]) == (of.pk, effect["funnel"]["sent"])
    assert row["verdict"] == effect["verdict"]
    assert (row["lift"], effect["lift"]) == (None, 0), "nobody bought: nothing is told"
    assert row["cost"] == 100
    assert caller.get(COMPARISON, {"days": "10"}).json()["results"] == []
    for days in ("0", "x", "99999", "²"):
        assert caller.get(COMPARISON, {"days": days}).status_code == 400


def test_hidden_amounts_are_told_to_nobody(marketer: User) -> None:
    measured(marketer)
    FieldRule.objects.create(
        role=Role.objects.get(key="marketing"),
        field="marketing.campaign.cost",
        access=FieldAccess.NONE,
    )
    told = Caller(marketer).get(COMPARISON).json()
    (row,) = told["results"]
    assert told["currency"] == ""
    assert [row[name] for name in ("brought", "cost", "roi")] == [None] * 3


@pytest.mark.parametrize(
    ("field", "column"), [("name", "name"), ("started", "started_at")], ids=["name", "start"]
)
def test_hidden_fields_are_not_told(marketer: User, field: str, column: str) -> None:
    of = measured(marketer)
    FieldRule.objects.create(
        role=Role.objects.get(key="marketing"),
        field=f"marketing.campaign.{field}",
        access=FieldAccess.NONE,
    )
    (row,) = Caller(marketer).get(COMPARISON).json()["results"]
    assert row[column] == {"name": f"Campaign {of.pk}", "started": None}[field]


def test_a_test_is_planned_as_on_its_page(marketer: User) -> None:
    caller = Caller(marketer)
    plan = caller.get(PLAN, {"usual": "10", "change": "4", "looks": "once", "per_day": "100"})
    told = plan.json()
    assert told["people"] == 2 * told["smaller"] == 2_070
    assert (told["days"], told["power"]) == (21, None)
    shown = caller.get(PLAN, {"usual": "10", "change": "4", "audience": "2000"}).json()
    assert 0 < shown["power"] < 1
    assert shown["smallest"] > 0.04
    refused = caller.get(PLAN, {"usual": "60", "change": "50", "held_out": "x"})
    assert refused.status_code == 400
    assert set(refused.json()["errors"]) == {"change", "held_out"}
