"""Forecasts from won deals to what is stored: numbers, parts, workers that die, odd companies."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from analytics.choices import OVERLAPS, Grain
from analytics.datasets.series import Series, read_series
from analytics.jobs import forecasts
from analytics.methods.forecasting.forecast import forecast_series
from analytics.models import ForecastSeries
from core.choices import PartitionState, RunState
from core.jobs.questions import ask
from core.models import JobPartition, JobRun, ModelVersion, User
from crm.choices import StageKind
from crm.models import Deal, Stage
from tests.factories import StageFactory, TeamFactory, UserFactory
from tests.running import carry_out, lose_worker, work_once

pytestmark = pytest.mark.django_db

KIND = "analytics.forecasts"
AS_OF = datetime(2026, 4, 15, 10, tzinfo=UTC)
MONTHS = 40


def forecast(days: int = 0) -> JobRun:
    return carry_out(ask(kind=KIND, as_of=AS_OF + timedelta(days=days)))


def deals_of(owner: User | None, month: int, count: int, stage: Stage, amount: int) -> list[Deal]:
    """Won in the month so many months before April 2026."""
    number = 2026 * 12 + 3 - month
    at = datetime(number // 12, number % 12 + 1, 12, tzinfo=UTC)
    made = [
        Deal(
            name=f"{month}-{n}",
            owner=owner,
            team=owner.team if owner else None,
            stage=stage,
            closed_at=at,
            currency="EUR",
            amount=amount,
            base_amount=amount,
            source=("Fair", "Web")[n % 2],
        )
        for n in range(count)
    ]
    for deal in made:
        deal.normalise()
    return made


@pytest.fixture
def company() -> list[User]:
    """Two people of two teams win a few deals a month, more of them in summer."""
    chance, stage = Random(5), StageFactory(kind=StageKind.WON)
    owners = [UserFactory(team=TeamFactory()) for _n in range(2)]
    rows = [
        deal
        for month in range(1, MONTHS + 1)
        for share, owner in enumerate(owners, start=1)
        for deal in deals_of(
            owner, month, share * 2 + (month % 12 < 4) * 3, stage, 500 + chance.randrange(400)
        )
    ]
    Deal.objects.bulk_create(rows)
    return owners


def row(measure: str, cut: str = "total", key: str = "", grain: str = "month") -> ForecastSeries:
    found: ForecastSeries = ForecastSeries.objects.current().get(
        measure=measure, grain=grain, cut=cut, key=key
    )
    return found


def test_forecasts_of_a_company(company: list[User]) -> None:
    run = forecast()
    assert run.state == RunState.SUCCEEDED, run.error_text
    found = row("revenue")
    said = forecast_series(found.values, season=12, horizon=12)
    assert len(found.values) == MONTHS
    assert found.ahead == pytest.approx(said.ahead, abs=0.01)
    assert np.allclose(found.lower, said.lower, atol=0.01)
    assert np.allclose(found.upper, said.upper, atol=0.01)
    assert (found.chosen, found.reason) == (said.choice.name, said.choice.reason)
    assert found.run == run
    assert found.version == run.model_version == ModelVersion.objects.get()
    assert {each["name"] for each in found.candidates} == set(said.backtest.said)
    assert run.result["series"] == ForecastSeries.objects.count()
    backtest_tells_errors_as_shares_of_what_came()
    for measure in ("revenue", "deals"):
        parts_add_up_to_the_total(measure)


def backtest_tells_errors_as_shares_of_what_came() -> None:
    found = row("deals")
    told = found.backtest
    actual = np.array([*found.values, *[np.nan] * 12])
    for step in told["steps"]:
        at = step["step"] - 1
        came = np.array([actual[origin + at] for origin in told["origins"]])
        said = np.array([line[at] for line in told["said"]])
        known = np.isfinite(came)
        assert step["origins"] == known.sum()
        share = np.abs(came - said)[known].sum() / came[known].sum()
        assert step["error"] == pytest.approx(share, abs=0.001)
    assert 0 <= told["covered"] <= 1


def parts_add_up_to_the_total(measure: str) -> None:
    for grain in ("day", "week", "month"):
        total = row(measure, grain=grain)
        for cut in ("team", "owner", "product", "source"):
            rows = ForecastSeries.objects.current().filter(measure=measure, grain=grain, cut=cut)
            if (measure, cut) in OVERLAPS:
                continue
            parts = np.array([part.ahead for part in rows])
            assert parts.sum(axis=0) == pytest.approx(total.ahead, abs=0.05)
            assert parts.min() >= 0
            for part in rows:
                inside = np.array(part.lower[0]) <= np.array(part.ahead) + 0.01
                assert inside.all()


def test_short_series_says_its_mean_and_an_interval() -> None:
    stage = StageFactory(kind=StageKind.WON)
    for month in (1, 2, 3):
        Deal.objects.bulk_create(deals_of(None, month, month, stage, 100))
    forecast()
    found = row("deals")
    assert (found.chosen, found.reason) == ("series_mean", "too_short")
    assert found.ahead == [2.0] * 12
    assert found.lower[1][0] < found.upper[0][0] < found.upper[1][0]
    assert (found.candidates, found.is_tested) == ([], False)
    total = found.backtest["total"]
    assert (total["serves"], total["last"], total["origins"]) == ("last_total", 6.0, 0)
    assert (total["model_error"], total["last_error"]) == (None, None)


def test_a_single_value_has_no_band() -> None:
    Deal.objects.bulk_create(deals_of(None, 1, 2, StageFactory(kind=StageKind.WON), 100))
    forecast()
    found = row("revenue")
    assert found.ahead == [200.0] * 12
    assert found.lower == found.upper == [[None] * 12] * 2
    assert (found.backtest["total"]["serves"], found.backtest["total"]["last"]) == ("model", None)


def test_nothing_won_says_what_to_do() -> None:
    run = forecast()
    assert run.state == RunState.INSUFFICIENT
    assert "Win deals" in run.error_text
    assert not ForecastSeries.objects.exists()


@pytest.fixture
def months_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested is the run, and days take their time."""

    def months(*given: Any) -> Iterator[Series]:
        return (one for one in read_series(*given) if one.grain == Grain.MONTH)

    monkeypatch.setattr(forecasts, "read_series", months)


def test_next_run_replaces_and_an_older_one_changes_nothing(
    months_alone: None, company: list[User]
) -> None:
    newer = forecast(days=20)
    months = len(row("revenue").values)
    older = forecast()
    assert older.state == RunState.SUCCEEDED
    assert set(ForecastSeries.objects.values_list("run", flat=True)) == {newer.pk}
    newest = forecast(days=40)
    assert len(row("revenue").values) == months, "nothing was won in the last month"
    assert set(ForecastSeries.objects.values_list("run", "is_current")) == {(newest.pk, True)}
    assert ModelVersion.objects.count() == 1, "the same methods are the same version"


def test_failed_run_leaves_the_earlier_forecast(
    months_alone: None, company: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, real = forecast(), forecasts.forecast_row

    def broken(_series: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(forecasts, "forecast_row", broken)
    assert forecast(days=1).state == RunState.FAILED
    current = ForecastSeries.objects.current()
    assert set(current.values_list("run", flat=True)) == {first.pk}
    monkeypatch.setattr(forecasts, "forecast_row", real)
    last = forecast(days=2)
    assert set(ForecastSeries.objects.values_list("run", flat=True)) == {last.pk}


def stored() -> list[Any]:
    names = ("measure", "grain", "cut", "key", "ahead", "lower", "backtest")
    rows = ForecastSeries.objects.order_by(*names[:4]).values_list(*names)
    return [json.dumps(row) for row in rows]


def test_worker_lost_in_the_middle_changes_nothing(
    months_alone: None, company: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out(ask(kind=KIND, as_of=AS_OF))
    undisturbed = stored()
    ForecastSeries.objects.all().delete()
    run = ask(kind=KIND, as_of=AS_OF + timedelta(seconds=1))
    real, calls = forecasts.forecast_row, []

    def dies(series: Any) -> Any:
        calls.append(series)
        if len(calls) == 14:
            raise SystemExit  # nothing catches it, as nothing catches kill -9
        return real(series)

    monkeypatch.setattr(forecasts, "forecast_row", dies)
    with pytest.raises(SystemExit):
        work_once(run)
    run.refresh_from_db()
    done = JobPartition.objects.filter(run=run, state=PartitionState.DONE).count()
    assert 0 < done < run.partitions_total
    assert not ForecastSeries.objects.current().exists(), "nothing half is shown"
    for partition in JobPartition.objects.filter(run=run, lease_until__gt=timezone.now()):
        lose_worker(partition)
    assert carry_out(run).state == RunState.SUCCEEDED
    assert stored() == undisturbed
    assert run.result["series"] == len(undisturbed)
