"""Forecasts by program: what the page shows, to whom it shows it."""

from typing import Any

import pytest

from analytics.models import ForecastTarget
from core.models import JobRun, User
from tests.core.api.callers import Caller
from tests.factories import ForecastSeriesFactory, ForecastTargetFactory, TeamFactory

pytestmark = pytest.mark.django_db

SERIES, RUN, TARGETS = "forecasts/", "forecasts/run/", "forecasts/targets/"
GIVEN = {"measure": "revenue", "period": "quarter", "starts_on": "2026-04-01", "amount": 90_000.5}


def test_series_are_listed_with_their_names_and_told_with_their_points(manager: User) -> None:
    team = TeamFactory(name="Nordwest")
    total = ForecastSeriesFactory()
    part = ForecastSeriesFactory(cut="team", key=str(team.pk))
    ForecastSeriesFactory(measure="deals", grain="week", is_current=False)
    caller = Caller(manager)
    told = caller.get(SERIES).json()["results"]
    assert [(one["id"], one["name"]) for one in told] == [
        (total.pk, "Everything"),
        (part.pk, "Nordwest"),
    ]
    assert [one["id"] for one in caller.get(SERIES, {"cut": "team"}).json()["results"]] == [part.pk]
    whole = caller.get(f"{SERIES}{total.pk}/").json()
    assert len(whole["points"]) == 24
    assert whole["points"][0]["actual"] == 1_000
    assert whole["points"][12] == {
        "starts_on": "2026-03-01",
        "actual": None,
        "forecast": 10_000,
        "lower_80": 8_000,
        "upper_80": 12_000,
        "lower_95": 6_000,
        "upper_95": 14_000,
    }
    assert whole["backtest"][0]["error"] == 0.07
    assert (whole["method"], whole["beats_baseline"]) == ("mean", True)


def test_sales_representative_sees_the_own_only(sales: User) -> None:
    total = ForecastSeriesFactory()
    own = ForecastSeriesFactory(cut="owner", key=str(sales.pk))
    caller = Caller(sales)
    assert [one["id"] for one in caller.get(SERIES).json()["results"]] == [own.pk]
    assert caller.get(f"{SERIES}{total.pk}/").status_code == 404
    assert caller.get(f"{SERIES}{own.pk}/").status_code == 200
    ForecastTargetFactory()
    assert caller.get(TARGETS).json()["results"] == []
    assert caller.post(TARGETS, GIVEN).status_code == 403
    assert caller.post(RUN).status_code == 403


def test_wrong_choice_is_refused(manager: User) -> None:
    assert Caller(manager).get(SERIES, {"grain": "year"}).status_code in {400, 422}


def test_run_is_started_once(manager: User) -> None:
    caller = Caller(manager)
    first, second = caller.post(RUN).json(), caller.post(RUN).json()
    assert first["run"] == second["run"] == JobRun.objects.get(kind="analytics.forecasts").pk


def test_target_is_set_and_taken_away(manager: User) -> None:
    caller = Caller(manager)
    told = caller.post(TARGETS, GIVEN).json()["target"]
    assert (told["amount"], told["cut"], told["starts_on"]) == (90_000.5, "total", "2026-04-01")
    assert caller.get(TARGETS).json()["results"] == [told]
    assert caller.post(TARGETS, GIVEN | {"amount": None}).json() == {"target": None}
    assert not ForecastTarget.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_on": "2026-05-01"},
        {"starts_on": "2026-02-30"},
        {"starts_on": 5},
        {"amount": "NaN"},
        {"amount": True},
        {"amount": -1},
        {"amount": 1e300},
        {"measure": "profit"},
        {"cut": "channel"},
        {"key": 5},
        {"key": "nonsense"},
        {"cut": "team", "key": "nonsense"},
        {"cut": "team", "key": "99999"},
        {"cut": "owner", "key": "01"},
        {"cut": "product", "key": "9" * 40},
        {"colour": "red"},
    ],
)
def test_nonsense_is_refused(manager: User, wrong: dict[str, Any]) -> None:
    answer = Caller(manager).post(TARGETS, GIVEN | wrong)
    assert answer.status_code in {400, 409, 422}
    assert not ForecastTarget.objects.exists()


def test_target_of_a_team_outlives_it_until_it_is_taken_away(manager: User) -> None:
    team = TeamFactory()
    place = GIVEN | {"cut": "team", "key": str(team.pk)}
    caller = Caller(manager)
    assert caller.post(TARGETS, place).status_code == 200
    team.delete()
    assert caller.post(TARGETS, place).status_code in {409, 422}
    assert caller.post(TARGETS, place | {"amount": None}).status_code == 200
    assert not ForecastTarget.objects.exists()
