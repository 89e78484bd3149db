"""The win probability from the closed deals to the stored outlooks, on deals whose truth is known."""

from datetime import timedelta

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from analytics.jobs import win_probability
from analytics.jobs.deal_scorer import DealScorer
from analytics.methods.intervals import wilson_interval
from analytics.queries.win_probability import BASE_RATES, KIND
from core.choices import RunState
from core.jobs.questions import ask
from core.models import JobRun, ModelVersion, User
from crm.choices import StageKind, StaleReason
from crm.models import Deal, DealOutlook, Stage
from crm.services.deals import move_deal
from tests.analytics.deals import DealTruth, make_deals, make_stages
from tests.factories import DealFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def compute(days: int = 0, **scope: object) -> JobRun:
    return carry_out(ask(kind=KIND, as_of=NOW + timedelta(days=days), scope=scope))


def stored() -> dict[int, tuple[float, str]]:
    return {row.pk: (row.probability, row.stale) for row in DealOutlook.objects.all()}


@pytest.fixture
def stages() -> list[Stage]:
    return make_stages()


@pytest.fixture
def truth(stages: list[Stage]) -> DealTruth:
    return make_deals(900, stages)


def test_chances_tell_who_will_win(truth: DealTruth) -> None:
    run = compute()
    assert run.state == RunState.SUCCEEDED, run.error_text
    rows = list(DealOutlook.objects.order_by("deal"))
    opened = set(Deal.objects.open().values_list("pk", flat=True))
    assert {row.pk for row in rows} == opened, "every open deal has one, closed ones have none"
    said = np.array([row.probability for row in rows])
    assert np.corrcoef(said, truth.of([row.pk for row in rows]))[0, 1] > 0.6
    version = ModelVersion.objects.get(kind=KIND)
    assert version.metrics["roc_auc"] > 0.7
    assert version.algorithm != BASE_RATES
    drivers = [driver["field"] for driver in version.metrics["drivers"]]
    assert "crm.deal.source" in drivers[:2]


def test_reasons_are_points_of_100_that_add_up(truth: DealTruth) -> None:
    compute()
    for row in DealOutlook.objects.all():
        assert 0 <= row.low <= row.probability <= row.high <= 1
        points = sum(reason["points"] for reason in row.reasons) + row.rest_points
        others = [
            100 * other.probability - sum(r["points"] for r in other.reasons) - other.rest_points
            for other in DealOutlook.objects.all()[:3]
        ]
        assert 100 * row.probability - points == pytest.approx(others[0], abs=0.8)


def test_partitions_change_nothing(truth: DealTruth, monkeypatch: pytest.MonkeyPatch) -> None:
    compute()
    whole = stored()
    DealOutlook.objects.all().delete()
    monkeypatch.setattr(win_probability, "PARTITION_IDS", 200)
    run = compute(trains=False)
    assert run.partitions_total >= 3
    assert stored() == whole


def test_later_run_only_scores_and_says_what_it_was_a_week_before(truth: DealTruth) -> None:
    compute()
    before = {row.pk: row.probability for row in DealOutlook.objects.all()}
    compute(days=7, trains=False)
    assert ModelVersion.objects.filter(kind=KIND).count() == 1
    rows = list(DealOutlook.objects.all())
    assert [row.earlier_at for row in rows] == [NOW] * len(rows)
    for row in rows:
        assert row.earlier_probability == pytest.approx(before[row.pk])
    changes = [row.probability - before[row.pk] for row in rows]
    assert max(map(abs, changes)) > 0.01, "a week in the same stage tells something"


def test_week_before_is_that_of_the_deal_not_of_another_version(
    truth: DealTruth, stages: list[Stage], administrator: User
) -> None:
    """A deal that was moved is compared with its stage of then, one that is newer with nothing."""
    moved = Deal.objects.open().filter(stage=stages[0], created_at__lt=NOW - WEEK).first()
    new = DealFactory(stage=stages[0])
    Deal.objects.filter(pk=new.pk).update(created_at=NOW - timedelta(days=2))
    compute()
    move_deal(deal=moved, stage=stages[2], by=administrator, at=NOW - timedelta(hours=1))
    make_deals(300, stages, seed=3)
    compute(days=1)
    live = ModelVersion.objects.filter(kind=KIND).latest("number")
    assert live.number == 2
    found = DealOutlook.objects.in_bulk([moved.pk, new.pk])
    assert (found[new.pk].earlier_probability, found[new.pk].earlier_at) == (None, None)
    row, before = found[moved.pk], NOW + timedelta(days=1) - WEEK
    (then,) = DealScorer(row.version).scored(Deal.objects.filter(pk=moved.pk), None, before)
    assert (row.earlier_at, row.earlier_probability) == (before, pytest.approx(then.probability))
    assert row.probability > row.earlier_probability + 0.05, "two stages further"


def test_shares_won_are_compared_stage_by_stage(stages: list[Stage], administrator: User) -> None:
    make_deals(900, stages, signal=0)
    moved = Deal.objects.open().filter(stage=stages[0], created_at__lt=NOW - WEEK).first()
    still = Deal.objects.open().filter(stage=stages[1], stage_entered_at__lt=NOW - WEEK).first()
    move_deal(deal=moved, stage=stages[1], by=administrator, at=NOW - timedelta(days=1))
    compute()
    found = DealOutlook.objects.in_bulk([moved.pk, still.pk])
    assert found[still.pk].earlier_probability == found[still.pk].probability
    first = DealOutlook.objects.filter(deal__stage=stages[0]).first()
    assert first is not None
    assert found[moved.pk].earlier_probability == pytest.approx(first.probability)


def test_without_signal_the_shares_won_serve(stages: list[Stage]) -> None:
    """Deals whose fields and whose way tell nothing: everybody goes through all stages."""
    make_deals(900, stages, signal=0)
    compute()
    version = ModelVersion.objects.get(kind=KIND)
    assert (version.algorithm, version.parameters["why_not"]) == (BASE_RATES, "no_signal")
    assert version.metrics["roc_auc_lower"] < 0.5 < version.metrics["roc_auc_upper"]
    first = DealOutlook.objects.filter(deal__stage=stages[0]).first()
    assert first is not None
    closed = Deal.objects.exclude(status=StageKind.OPEN)
    closed = closed.filter(stage_changes__to_stage=stages[0]).distinct()
    won, number = closed.filter(status=StageKind.WON).count(), closed.count()
    low, high = wilson_interval(won, number)
    assert not first.has_signal
    assert first.reasons == []
    assert first.probability == pytest.approx(won / number)
    assert (first.low, first.high) == pytest.approx((float(low), float(high)))


def test_few_deals_have_the_share_won_and_its_wide_interval(stages: list[Stage]) -> None:
    make_deals(40, stages)
    run = compute()
    assert run.state == RunState.SUCCEEDED, run.error_text
    version = ModelVersion.objects.get(kind=KIND)
    assert version.algorithm == BASE_RATES
    assert version.parameters["why_not"] in {"few_positives", "few_negatives"}
    row = DealOutlook.objects.first()
    assert row is None or row.high - row.low > 0.2


def test_hardly_any_closed_deal_says_how_many_are_needed(stages: list[Stage]) -> None:
    DealFactory(stage=stages[0])
    run = compute()
    assert run.state == RunState.INSUFFICIENT
    assert "10 are needed" in run.error_text


def test_shares_give_way_to_a_model_and_back(stages: list[Stage]) -> None:
    make_deals(60, stages)
    compute()
    make_deals(900, stages, seed=2)
    compute(days=1)
    live = ModelVersion.objects.get(kind=KIND, state="champion")
    assert (live.number, live.reason) == (2, "first_model")


def test_what_is_known_later_is_not_learned(stages: list[Stage]) -> None:
    """A field that people set once the deal is won does not make the model look good."""
    make_deals(900, stages, signal=0)
    Deal.objects.filter(status=StageKind.WON).update(source="Signed")
    compute()
    version = ModelVersion.objects.get(kind=KIND)
    left_out = {
        field["field"] if "field" in field else field["name"]: field["reasons"]
        for field in version.metrics["left_out"]
    }
    assert "crm.deal.source" in left_out
    assert version.metrics["roc_auc"] < 0.56


def test_likely_close_follows_the_stays_of_other_deals(truth: DealTruth) -> None:
    compute()
    known = DealOutlook.objects.filter(closes_on__isnull=False, deal__stage__name="Third")
    assert known.exists()
    for row in known:
        assert row.closes_from <= row.closes_on
        assert row.closes_on >= NOW.date()
        assert (row.closes_on - NOW.date()).days < 90, "a stay takes 24 days on average"


def test_old_and_untouched_deals_are_stale(truth: DealTruth, stages: list[Stage]) -> None:
    old = DealFactory(stage=stages[0])
    Deal.objects.filter(pk=old.pk).update(created_at=NOW - timedelta(days=600), touched_at=NOW)
    Stage.objects.filter(pk=stages[1].pk).update(rotting_days=5)
    rotten = DealFactory(stage=stages[1])
    Deal.objects.filter(pk=rotten.pk).update(
        created_at=NOW - timedelta(days=20), touched_at=NOW - timedelta(days=9)
    )
    compute()
    found = DealOutlook.objects.in_bulk([old.pk, rotten.pk])
    assert found[old.pk].stale == StaleReason.OLD
    assert found[old.pk].closes_on is None, "nobody knows deals that were open for so long"
    assert found[rotten.pk].stale == StaleReason.UNTOUCHED
    assert 60 < found[old.pk].oldest_days < 250


def test_an_honest_figure_is_that_of_deals_not_seen(truth: DealTruth) -> None:
    """What is said of open deals is about as good as the version says."""
    compute()
    version = ModelVersion.objects.get(kind=KIND)
    rows = list(DealOutlook.objects.all())
    chance = np.random.default_rng(5)
    outcome = chance.random((40, len(rows))) < truth.of([row.pk for row in rows])
    said = [row.probability for row in rows]
    areas = [roc_auc_score(each, said) for each in outcome if 0 < each.sum() < len(rows)]
    assert np.mean(areas) > version.metrics["roc_auc_lower"] - 0.12
