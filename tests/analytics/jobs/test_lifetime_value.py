"""The value ahead from purchases to what is stored of each customer, on customers whose truth is known."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from analytics.choices import AS_BEFORE, BG_NBD, NOTHING_AHEAD
from analytics.datasets.purchases import histories_of, known_until, read_purchases
from analytics.jobs import lifetime_fit, lifetime_value
from analytics.models import Cohort
from analytics.queries.lifetime_value import KIND
from core.choices import RunState
from core.jobs.questions import ask
from core.models import JobPartition, JobRun, ModelVersion
from crm.choices import InteractionKind, RiskSource
from crm.models import Contact, ContactLifetime
from crm.queries.purchases import Purchases
from crm.services.interactions import NewInteraction, record_interactions
from tests.analytics.customers import ALPHA, R, buy, forget_purchases, make_customers
from tests.factories import ContactFactory
from tests.factories.core import NOW
from tests.running import carry_out, lose_worker, work_once

pytestmark = pytest.mark.django_db


def compute(days: float = 0, **scope: object) -> JobRun:
    return carry_out(ask(kind=KIND, as_of=NOW + timedelta(days=days), scope=scope))


def stored() -> dict[int, tuple[Any, ...]]:
    columns = ("purchases", "total", "alive", "expected", "value", "value_low", "value_high")
    rows = ContactLifetime.objects.values_list("contact", *columns, "risk", "at_risk", "reasons")
    return {pk: tuple(rest) for pk, *rest in rows}


def test_whoever_bought_gets_what_is_ahead() -> None:
    truth = make_customers(900)
    ContactFactory()
    run = compute()
    assert run.state == RunState.SUCCEEDED, run.error_text
    version = ModelVersion.objects.get(kind=KIND)
    assert version.algorithm == BG_NBD
    assert version.parameters["r"] / version.parameters["alpha"] == pytest.approx(
        R / ALPHA, rel=0.2
    )
    rows = {row.pk: row for row in ContactLifetime.objects.all()}
    assert rows.keys() == truth.days.keys()
    for pk, days in truth.days.items():
        row = rows[pk]
        bought = {day.date() for day in days}
        assert (row.first_on, row.last_on) == (min(bought), max(bought))
        assert row.purchases == len(bought)
        assert row.value >= 0
        assert row.value_low <= row.value_high
        assert row.expected_low <= row.expected_high
    back = [row for row in rows.values() if row.purchases > 1]
    there = [truth.is_there[row.pk] for row in back]
    assert roc_auc_score(there, [row.alive for row in back]) > 0.75
    assert all(row.risk == pytest.approx(1 - row.alive, abs=1e-6) for row in back)
    stakes = [float(row.value) * row.risk for row in back]
    assert [float(row.at_risk) for row in back] == pytest.approx(stakes, abs=0.011)
    once = [row for row in rows.values() if row.purchases == 1]
    assert {row.alive for row in once} == {None}, "purchases tell nothing of who bought once"


def test_counts_of_a_run_are_those_of_the_rows() -> None:
    make_customers(300)
    run = compute()
    rows = list(ContactLifetime.objects.all())
    assert run.result["customers"] == len(rows)
    assert run.result["returned"] == sum(row.purchases > 1 for row in rows)
    assert run.result["value"] == sum(round(100 * row.value) for row in rows)
    assert run.result["source_value:Fair"] == sum(
        round(100 * row.value) for row in rows if row.contact.source == "Fair"
    )
    assert sum(run.result.get(f"band_{place}", 0) for place in range(9)) == len(rows)


def test_total_lies_in_its_band_when_the_future_comes() -> None:
    """Half a year is hidden; what came of it lies within the band that was said."""
    make_customers(1_500, until=NOW + timedelta(weeks=26), weeks=130)
    learned = lifetime_fit.learn(NOW, lambda _share: None)
    low, high = learned.metrics["band"]
    assert 0 < low < 1 < high
    model = learned.lifetimes.model
    assert model is not None
    known = histories_of(read_purchases(Purchases(NOW)), known_until(Purchases(NOW)))
    later = read_purchases(Purchases(NOW + timedelta(weeks=26)))
    came = float((later.loc[known.customers, "days"] - 1 - known.frequency).sum())
    expected = float(model.purchases.expected_purchases(known, 26.0).sum())
    assert expected * low <= came <= expected * high


def test_partitions_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    make_customers(200)
    compute()
    whole, counts = stored(), JobRun.objects.get(kind=KIND).result
    ContactLifetime.objects.all().delete()
    monkeypatch.setattr(lifetime_value, "PARTITION_IDS", 30)
    run = compute(trains=False)
    assert run.partitions_total >= 7
    assert stored() == whole
    assert run.result == counts


def test_lost_worker_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker is gone in the middle of a partition; another one takes it up."""
    make_customers(200)
    compute()
    whole, counts = stored(), JobRun.objects.get(kind=KIND).result
    ContactLifetime.objects.all().delete()
    monkeypatch.setattr(lifetime_value, "PARTITION_IDS", 30)
    run = ask(kind=KIND, as_of=NOW, scope={"trains": False})
    saved = lifetime_value.LifetimeValueJob.save
    calls = []

    def dies(self: Any, context: Any, results: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            saved(self, context, results)
            raise SystemExit
        return saved(self, context, results)

    monkeypatch.setattr(lifetime_value.LifetimeValueJob, "save", dies)
    with pytest.raises(SystemExit):
        work_once(run)
    for part in JobPartition.objects.filter(run=run, lease_until__isnull=False):
        lose_worker(part)
    run.refresh_from_db()
    assert carry_out(run).state == RunState.SUCCEEDED
    assert stored() == whole
    assert run.result == counts


def test_too_few_who_came_back_get_facts_alone() -> None:
    make_customers(60, returns=False)
    run = compute()
    assert run.state == RunState.SUCCEEDED, run.error_text
    version = ModelVersion.objects.get(kind=KIND)
    assert version.algorithm == NOTHING_AHEAD
    assert version.parameters["why_not"] == "few_returned"
    row = ContactLifetime.objects.first()
    assert row is not None
    assert (row.purchases, row.value, row.alive, row.at_risk) == (1, None, None, None)
    assert Cohort.objects.exists(), "who came when is known all the same"


def test_nobody_who_bought_gets_a_sentence() -> None:
    ContactFactory()
    run = compute()
    assert run.state == RunState.INSUFFICIENT
    assert "Nobody has bought anything yet" in run.error_text


def test_nightly_run_says_it_anew_by_the_same_version() -> None:
    truth = make_customers(200)
    compute()
    gone, bought = sorted(truth.days)[:2]
    forget_purchases(gone)
    buy(Contact.objects.get(pk=bought), NOW + timedelta(hours=3), "99")
    compute(days=1, trains=False)
    assert ModelVersion.objects.filter(kind=KIND).count() == 1
    rows = stored()
    assert gone not in rows
    assert ContactLifetime.objects.get(pk=bought).last_on == NOW.date()


def test_older_run_that_ends_late_overwrites_nothing() -> None:
    make_customers(200)
    compute()
    newest, cohorts = stored(), list(Cohort.objects.order_by("month").values_list("counts"))
    compute(days=-60, trains=False)
    assert stored() == newest
    assert list(Cohort.objects.order_by("month").values_list("counts")) == cohorts


def test_weekly_fit_serves_from_then_on() -> None:
    make_customers(200)
    compute()
    compute(days=7)
    states = list(ModelVersion.objects.filter(kind=KIND).order_by("number").values_list("state"))
    assert states == [("retired",), ("champion",)]
    assert set(ContactLifetime.objects.values_list("version__number", flat=True)) == {2}


def test_simple_rule_serves_where_it_is_closer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clockwork: everybody buys every three weeks and goes on doing so."""
    contacts = [ContactFactory() for _number in range(60)]
    record_interactions(
        NewInteraction(
            contact.pk,
            InteractionKind.PURCHASE,
            NOW - timedelta(days=21 * step + 1 + place % 20),
            key=f"{place}:{step}",
            amount=Decimal(50 + place),
        )
        for place, contact in enumerate(contacts)
        for step in range(4 + place % 30)
    )
    compute()
    version = ModelVersion.objects.get(kind=KIND)
    assert version.metrics["serves"] == version.algorithm
    ways = {row["way"]: row["value_rmse"] for row in version.metrics["ways"]}
    assert ways[version.algorithm] == min(ways.values())
    row = ContactLifetime.objects.filter(purchases__gt=5).first()
    assert row is not None
    if version.algorithm == AS_BEFORE:
        assert row.expected == pytest.approx(365.25 / 21, rel=0.15)
        assert (row.alive, row.value_low) == (None, None)


# -- who goes quiet -------------------------------------------------------------------------------


def make_quiet_and_lively(number: int = 260) -> None:
    """Customers who bought once; those from the fair are quiet afterwards, most others come and look."""
    make_customers(number, weeks=90, returns=False)
    chance = np.random.default_rng(3)
    visits = []
    for contact in Contact.objects.all():
        every = 900 if contact.source == "Fair" else 20
        at = NOW - timedelta(days=600)
        while (at := at + timedelta(days=float(chance.exponential(every)))) < NOW:
            visits.append(NewInteraction(contact.pk, InteractionKind.VISIT, at))
    record_interactions(visits)


@pytest.mark.embedded  # it trains, and a heartbeat beside a test's transaction sees no run on PostgreSQL
def test_who_bought_once_gets_the_chance_to_go_quiet_with_reasons() -> None:
    make_quiet_and_lively()
    make_customers(80, seed=5)
    compute()
    told = ModelVersion.objects.get(kind=KIND).metrics["churn"]
    assert told["why_not"] == ""
    assert told["roc_auc"] > 0.7
    rows = ContactLifetime.objects.filter(purchases=1, contact__name__lt="Customer 260")
    by_source = {
        source: np.mean(list(rows.filter(contact__source=source).values_list("risk", flat=True)))
        for source in ("Fair", "Web")
    }
    assert by_source["Fair"] > by_source["Web"] + 0.2
    row = rows.filter(contact__source="Fair").first()
    assert row is not None
    assert row.risk_by == RiskSource.MODEL
    assert row.reasons[0]["points"]
    told_by_purchases = ContactLifetime.objects.filter(alive__isnull=False)
    assert all(row.reasons == [] for row in told_by_purchases)


def test_without_a_signal_nobody_is_said_to_go_quiet() -> None:
    make_customers(60, returns=False)
    compute()
    told = ModelVersion.objects.get(kind=KIND).metrics["churn"]
    assert told["why_not"] in {"few_quiet", "few_active", "no_signal"}
    assert not ContactLifetime.objects.filter(risk__isnull=False).exists()
