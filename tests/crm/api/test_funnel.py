"""The funnel through the API: the figures of the page, and a sentence for what cannot be asked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.choices import Reach
from crm.models import Stage, StageChange
from tests.core.api.callers import Caller
from tests.factories import DealFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db


def caller(**role: list[str]) -> Caller:
    grants = {"crm.deal.view": Reach.ALL}
    return Caller(UserFactory(name="Ann", roles=[RoleFactory(grants=grants, **role)]))


def won_deal(days: int = 10) -> None:
    first, *_rest = stages = list(Stage.objects.filter(pipeline__name="New business"))
    won = next(stage for stage in stages if stage.kind == "won")
    now = timezone.now()
    began = now - timedelta(days)
    deal = DealFactory(stage=won, source="Fair", base_amount=70, created_at=began, closed_at=now)
    StageChange.objects.create(deal=deal, to_stage=first, at=began)
    StageChange.objects.create(deal=deal, from_stage=first, to_stage=won, at=now)


def test_figures_are_told() -> None:
    won_deal()
    told = caller().get("deal-funnel/?by=source").json()
    first, last = told["stages"][0], told["stages"][-1]
    assert (first["figures"]["entered"], first["figures"]["went_on"]) == (1, 1)
    assert first["figures"]["rate"] == 1.0
    assert first["figures"]["median_days"] == pytest.approx(10, abs=0.1)
    assert (last["kind"], last["figures"]["entered"]) == ("won", 1)
    assert (told["deals"]["won"], told["deals"]["won_amount"]) == (1, "70.00")
    assert told["deals_before"]["won"] == 0
    assert [(row["name"], row["figures"]["won"]) for row in told["groups"]] == [("Fair", 1)]


def test_conditions_narrow_it() -> None:
    won_deal()
    told = caller().get("deal-funnel/?if=source:is:Web").json()
    assert told["deals"]["won"] == 0


def test_hidden_values_are_not_told_and_without_stages_there_is_no_funnel() -> None:
    won_deal()
    assert (
        caller(hides=["crm.deal.amount"]).get("deal-funnel/").json()["deals"]["won_amount"] is None
    )
    assert caller(hides=["crm.deal.stage"]).get("deal-funnel/").status_code == 403
    hidden = caller(hides=["crm.deal.source"]).get("deal-funnel/?by=source")
    assert hidden.status_code == 400


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("first=soon", "first"),
        ("period=custom", "period"),
        ("period=ages", "period"),
        ("first=2026-01-01", "period"),
        ("pipeline=99999", "pipeline"),
        ("pipeline=x", "pipeline"),
        ("by=shoe", "by"),
        ("size_of=3", "size_of"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(query: str, name: str) -> None:
    answer = caller().get(f"deal-funnel/?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][name]
