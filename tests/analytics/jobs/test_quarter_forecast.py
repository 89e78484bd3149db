"""What a quarter will bring, on simulated deals whose end is known."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from analytics.jobs import quarter_forecast
from analytics.models import QuarterForecast
from analytics.models.quarters import Quarter
from core.choices import RunState
from core.jobs.questions import ask
from core.models import JobRun, User
from crm.choices import StageKind
from crm.models import Deal, Stage, StageChange
from tests.analytics.deals import make_deals, make_stages
from tests.running import carry_out

pytestmark = pytest.mark.django_db

END = datetime(2027, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 10, tzinfo=UTC)


def compute(at: datetime = NOW) -> JobRun:
    return carry_out(ask(kind="analytics.quarter_forecast", as_of=at))


@pytest.fixture
def future(sales: User, outsider: User) -> float:
    """Deals until the quarter's end are made, and what comes after NOW is taken back; the truth is returned."""
    make_deals(900, make_stages(), owners=[sales, outsider], until=END, spread=1000)
    return forget_after(NOW)


def forget_after(now: datetime) -> float:
    start = datetime(2026, 10, 1, tzinfo=UTC)
    won = Deal.objects.won().filter(closed_at__gte=start, closed_at__lt=END)
    actual = float(sum(won.values_list("base_amount", flat=True)))
    Deal.objects.filter(created_at__gt=now).delete()
    StageChange.objects.filter(at__gt=now).delete()
    for deal in Deal.objects.filter(closed_at__gt=now):
        last = deal.stage_changes.order_by("-at").first()
        deal.stage, deal.stage_entered_at, deal.closed_at = last.to_stage, last.at, None
        deal.save()
    return actual


def test_quarter_of_a_simulated_company(future: float, sales: User, outsider: User) -> None:
    run = compute()
    assert run.state == RunState.SUCCEEDED, run.error_text
    range_holds_what_came(future)
    parts_add_up_to_the_likely_outcome()
    owners_and_teams_have_their_own(sales, outsider)
    backtest_is_about_right()


def range_holds_what_came(future: float) -> None:
    found = QuarterForecast.objects.get(scope="all")
    assert found.quarter == Quarter.of(NOW.date()).first
    won = sum(
        Deal.objects.won()
        .filter(closed_at__gte="2026-10-01T00:00Z")
        .values_list("base_amount", flat=True)
    )
    assert found.won == pytest.approx(float(won))
    assert len(found.quantiles) == 101
    assert found.quantiles == sorted(found.quantiles)
    assert found.quantiles[2] <= future <= found.quantiles[98]
    assert abs(found.likely - future) < 0.4 * future


def parts_add_up_to_the_likely_outcome() -> None:
    for row in QuarterForecast.objects.all():
        parts = row.parts
        total = row.won + parts["open"] + parts["renewals"] + parts["late"] + parts["slips"]
        assert total == pytest.approx(row.likely, abs=1)
        assert row.quantiles[50] == pytest.approx(row.likely, rel=0.01, abs=1)


def owners_and_teams_have_their_own(sales: User, outsider: User) -> None:
    rows = {row.scope: row for row in QuarterForecast.objects.all()}
    assert {"all", f"owner:{sales.pk}", f"owner:{outsider.pk}", f"team:{sales.team_id}"} <= set(
        rows
    )
    both = rows[f"owner:{sales.pk}"].won + rows[f"owner:{outsider.pk}"].won
    assert both == pytest.approx(rows["all"].won)
    assert rows[f"owner:{sales.pk}"].parts["teams"] == [sales.team_id]
    spread = [row.quantiles[90] - row.quantiles[10] for row in rows.values() if row.scope != "all"]
    whole = rows["all"].quantiles[90] - rows["all"].quantiles[10]
    assert max(spread) < whole < sum(spread)


def backtest_is_about_right() -> None:
    judged = QuarterForecast.objects.get(scope="all").backtest
    rows = judged["rows"]
    assert judged["compared"]["periods"] >= 3
    assert judged["compared"]["better"] in {"first", "second"}
    assert len(rows) >= 12
    for row in rows:
        assert row["low"] <= row["likely"] <= row["high"]
    inside = np.mean([row["low"] <= row["actual"] <= row["high"] for row in rows])
    assert inside >= 0.5
    late = [row for row in rows if row["days"] == 60]
    early = [row for row in rows if row["days"] == 0]
    assert error_of(late) < error_of(early), "the nearer the end, the surer"


@pytest.fixture
def few_past_quarters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarter_forecast, "QUARTERS", 5)
    monkeypatch.setattr(quarter_forecast, "MONTHS", (0,))


def test_past_quarters_are_told_by_what_was_known_then(
    few_past_quarters: None, future: float
) -> None:
    """What came later changes nothing of what would have been said."""
    compute()
    before = told(QuarterForecast.objects.get(scope="all"))
    assert before
    QuarterForecast.objects.all().delete()
    later = NOW - timedelta(days=40)
    Deal.objects.filter(closed_at__gt=later).update(base_amount=5_000_000)
    run = compute(NOW + timedelta(minutes=1))
    assert run.state == RunState.SUCCEEDED, run.error_text
    after = told(QuarterForecast.objects.get(scope="all"))
    past = {key for key in before if key[0] <= "2026-Q2"}
    assert past
    assert {key: before[key] for key in past} == {key: after[key] for key in past}


def told(row: QuarterForecast) -> dict:
    return {
        (line["quarter"], line["days"]): (
            line["likely"],
            line["low"],
            line["high"],
            line["series"],
        )
        for line in row.backtest["rows"]
    }


def error_of(rows: list[dict]) -> float:
    return sum(abs(r["likely"] - r["actual"]) for r in rows) / sum(r["actual"] for r in rows)


def test_same_seed_same_outcome(few_past_quarters: None, future: float) -> None:
    compute()
    first = QuarterForecast.objects.get(scope="all").quantiles
    QuarterForecast.objects.all().delete()
    JobRun.objects.all().delete()
    compute()
    assert QuarterForecast.objects.get(scope="all").quantiles == first


def test_too_few_closed_deals_say_how_many_are_needed() -> None:
    make_deals(3, make_stages())
    run = compute()
    assert run.state == RunState.INSUFFICIENT
    assert "10 are needed" in run.error_text


def test_stale_deals_bring_nothing(few_past_quarters: None, future: float) -> None:
    """A deal that has been open for longer than any that ever ended is not counted on."""
    compute()
    before = QuarterForecast.objects.get(scope="all")
    stage = Stage.objects.filter(kind=StageKind.OPEN).first()
    deal = Deal(name="Giant", stage=stage, amount=9_000_000, base_amount=9_000_000, currency="EUR")
    deal.save()
    old = NOW - timedelta(days=900)
    Deal.objects.filter(pk=deal.pk).update(created_at=old)
    StageChange.objects.create(deal=deal, to_stage=stage, at=old)
    compute(NOW + timedelta(days=1))
    after = QuarterForecast.objects.filter(scope="all").order_by("-day").first()
    assert after.quantiles[95] < before.quantiles[95] + 1_000_000
