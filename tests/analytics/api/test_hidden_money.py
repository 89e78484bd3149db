"""Whoever may not see amounts reads none in any answer of analytics."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from analytics.models import CampaignEffect, Cohort, Quota, Submission
from analytics.models.quarters import Quarter
from core.choices import Reach
from core.models import User
from core.registries import permission_registry
from tests.analytics.views.test_quarters import forecast
from tests.core.api.callers import Caller
from tests.factories import (
    CampaignFactory,
    ContactFactory,
    ContactLifetimeFactory,
    ContactSegmentFactory,
    CustomerSegmentFactory,
    DealFactory,
    ForecastSeriesFactory,
    ForecastTargetFactory,
    RoleFactory,
    UserFactory,
)
from tests.house.addresses import addresses

pytestmark = pytest.mark.django_db

SECRET = 987_654
MONEY = [
    *("crm.deal.amount", "crm.deal.value", "marketing.campaign.cost"),
    *("crm.contact.value_ahead", "crm.contact.life_score"),
]


def _effect() -> str:
    of = CampaignFactory(cost=SECRET, started_at=timezone.now() - timedelta(days=9))
    revenue = {"outcome": "revenue", "is_share": False, "difference": SECRET}
    funnel = dict.fromkeys(("sent", "bounced", "clicked", "replied", "converted", "people"), 1)
    figures = {"funnel": funnel | {"revenue": SECRET}, "effects": [revenue], "variants": []}
    credit = {"last": SECRET}
    CampaignEffect.objects.create(
        campaign=of,
        figures={**figures, "extra": {"revenue": SECRET}},
        credit=credit,
        as_of=timezone.now(),
    )
    return f"campaigns/{of.pk}/effect/"


def _comparison() -> str:
    _effect()
    return "campaigns/comparison/?days=365"


def _customer() -> str:
    return f"customers/{ContactLifetimeFactory(total=SECRET, value=SECRET).pk}/"


def _cohorts() -> str:
    month = date(2026, 1, 1)
    Cohort.objects.create(
        kind="purchases",
        month=month,
        size=1,
        counts=[1],
        amounts=[SECRET],
        as_of=timezone.now(),
    )
    return "customers/cohorts/"


def _segments() -> str:
    CustomerSegmentFactory(value=SECRET)
    return "customer-segments/"


def _segment() -> str:
    return f"customer-segments/{CustomerSegmentFactory(value=SECRET).pk}/"


def _of_contact() -> str:
    reasons = [{"field": "purchases.value", "value": SECRET, "weight": 0.6}]
    return f"contacts/{ContactSegmentFactory(reasons=reasons).contact_id}/segment/"


def _series() -> str:
    return f"forecasts/{ForecastSeriesFactory(values=[SECRET] * 12).pk}/"


def _targets() -> str:
    ForecastTargetFactory(amount=SECRET)
    return "forecasts/targets/"


def _quarter(rest: str = "") -> str:
    this = Quarter.of(timezone.now().date())
    person = DealFactory(owner=UserFactory()).owner
    forecast(this, "all", won=SECRET)
    worth = dict.fromkeys(("amount", "closed", "commit", "best_case", "pipeline"), SECRET)
    Submission.objects.create(quarter=this.first, user=person, at=timezone.now(), **worth)
    Quota.objects.create(quarter=this.first, user=person, amount=SECRET)
    return f"quarters/{this.key}/{rest}"


# By the name of the address: something with an amount there, and where it is read.
TELLING: dict[str, Callable[[], str]] = {
    "api_campaign_effect": _effect,
    "api_campaign_comparison": _comparison,
    "api_customer_value": _customer,
    "api_customer_cohorts": _cohorts,
    "api_customer_segments": _segments,
    "api_customer_segment_detail": _segment,
    "api_contact_segment": _of_contact,
    "api_forecast_detail": _series,
    "api_forecast_targets": _targets,
    "api_quarter": _quarter,
    "api_quarter_calls": lambda: _quarter("calls/"),
    "api_quarter_quotas": lambda: _quarter("quotas/"),
}
# Their amounts come from runs: tests of their own hide the fields.
ELSEWHERE = {"api_customer_overview", "api_lifecycle", "api_contact_next"}
# They tell of none, or what whoever manages them has written.
WITHOUT = {
    *("api_test_plan", "api_forecasts", "api_points_rules", "api_points_rule"),
    *("api_versions", "api_version_detail", "api_life_stages", "api_life_stage"),
}


def test_every_end_point_that_is_read_is_looked_at() -> None:
    read = set()
    for address in addresses():
        cls: Any = getattr(address.view, "cls", None)
        is_ours = cls is not None and cls.__module__.startswith("analytics.")
        if address.is_api and is_ours and hasattr(cls, "get"):
            read.add(address.name)
    assert read == TELLING.keys() | ELSEWHERE | WITHOUT


def _user(hides: list[str]) -> User:
    rights = (each.key for each in permission_registry)
    grants = {right: Reach.ALL for right in rights if not right.startswith("core.")}
    return UserFactory(roles=[RoleFactory(grants=grants, hides=hides)])


@pytest.mark.parametrize("name", TELLING)
def test_amounts_are_for_whoever_may_see_them(name: str) -> None:
    ContactFactory()
    path = TELLING[name]()
    for hides, is_told in (([], True), (MONEY, False)):
        answer = Caller(_user(hides)).get(path)
        assert answer.status_code == 200 or (hides and answer.status_code in (403, 404)), hides
        assert (str(SECRET) in answer.content.decode()) == is_told, (hides, answer.content[:900])
