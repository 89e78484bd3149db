"""The lead score from the closed leads to the stored scores, on leads whose truth is known."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from sklearn.metrics import roc_auc_score

from analytics.jobs import lead_scores
from analytics.jobs.lead_scores import SCORES_ONLY
from core.choices import Reach, RunState, VersionState
from core.jobs.questions import ask
from core.models import CustomField, JobRun, ModelArtifact, ModelVersion, User
from crm.choices import LeadStatus
from crm.models import Lead, LeadScore
from tests.analytics.leads import Truth, make_leads
from tests.factories import LeadFactory, LeadScoreFactory, RoleFactory, UserFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
KIND = "analytics.lead_score"
CLOSED, OPEN = 700, 250


def score_leads(days: int = 0) -> JobRun:
    """Ask and carry out, as of so many days later."""
    return carry_out(ask(kind=KIND, as_of=NOW + timedelta(days=days)))


def stored() -> dict[int, tuple[int, float]]:
    return {s.lead_id: (s.score, s.probability) for s in LeadScore.objects.all()}


@pytest.fixture
def truth() -> Truth:
    """Closed leads to learn from, and open ones whose truth is kept back."""
    make_leads(CLOSED, closed=True, seed=1)
    return make_leads(OPEN, closed=False, seed=2)


def test_scores_tell_who_will_convert(every_method: None, truth: Truth) -> None:
    run = score_leads()
    assert run.state == RunState.SUCCEEDED, run.error_text
    scores = list(LeadScore.objects.order_by("lead"))
    ids = [score.lead_id for score in scores]
    assert set(ids) == set(truth.chance), "every open lead has a score, closed ones have none"
    chance, outcome = truth.of(ids)
    said = np.array([score.probability for score in scores])
    best = roc_auc_score(outcome, chance)
    assert roc_auc_score(outcome, said) > max(0.75, best - 0.05)
    assert np.abs(said - chance).mean() < 0.09, "a chance of 30 % means 30 %"
    assert abs(said.mean() - chance.mean()) < 0.05
    assert np.corrcoef(said, chance)[0, 1] > 0.9
    within = [
        score.low <= chance <= score.high for score, chance in zip(scores, chance, strict=True)
    ]
    assert np.mean(within) > 0.6


def test_score_is_complete_and_adds_up(truth: Truth) -> None:
    run = score_leads()
    version = ModelVersion.objects.get()
    assert (version.state, version.rows, version.trained_to) == ("champion", CLOSED, NOW)
    assert run.model_version == version
    assert run.rows_written == OPEN
    assert (
        sum(run.result[f"chance_{tenth}"] for tenth in range(10) if f"chance_{tenth}" in run.result)
        == OPEN
    )
    for score in LeadScore.objects.all():
        assert (score.version, score.run, score.as_of) == (version, run, NOW)
        assert 0 <= score.low <= score.probability <= score.high <= 1
        points = [reason["points"] for reason in score.reasons]
        assert [abs(p) for p in points] == sorted((abs(p) for p in points), reverse=True)
        assert score.average_score + sum(points) + score.rest_points == pytest.approx(
            score.score, abs=1.0
        )
    order = LeadScore.objects.order_by("-probability").values_list("score", flat=True)
    assert list(order) == sorted(order, reverse=True)
    grades = LeadScore.objects.order_by("-score").values_list("grade", flat=True)
    assert list(grades) == sorted(grades)


def test_what_matters_comes_first_among_the_drivers(truth: Truth) -> None:
    score_leads()
    metrics = ModelVersion.objects.get().metrics
    drivers = [driver["field"] for driver in metrics["drivers"]]
    assert set(drivers[:3]) == {"crm.lead.source", "crm.lead.custom.visits", "crm.lead.custom.plan"}
    assert metrics["roc_auc"] > 0.75
    assert metrics["roc_auc_lower"] < metrics["roc_auc"] < metrics["roc_auc_upper"]


def test_partitions_change_nothing(truth: Truth, monkeypatch: pytest.MonkeyPatch) -> None:
    score_leads()
    whole = stored()
    LeadScore.objects.all().delete()
    ModelVersion.objects.all().delete()
    monkeypatch.setattr(lead_scores, "PARTITION_IDS", 60)
    run = score_leads(days=1)
    assert run.partitions_total >= 4
    assert stored() == whole


# -- too little, or nothing to tell --------------------------------------------------------------


def assert_insufficient(run: JobRun, *words: str) -> None:
    assert run.state == RunState.INSUFFICIENT, run.error_text
    for word in words:
        assert word in run.error_text
    assert ModelVersion.objects.count() == 0


def test_without_closed_leads_there_is_no_score() -> None:
    make_leads(10, closed=False)
    assert_insufficient(score_leads(), "no closed leads", "50")


def test_too_few_conversions_tell_how_many_are_needed() -> None:
    make_leads(60, closed=True, signal=0)
    converted = Lead.objects.filter(status=LeadStatus.CONVERTED).count()
    assert 0 < converted < 50
    assert_insufficient(score_leads(), f"{converted} leads have converted", "50 are needed")


@pytest.mark.parametrize("status", [LeadStatus.CONVERTED, LeadStatus.LOST])
def test_leads_that_all_ended_the_same_way_teach_nothing(status: LeadStatus) -> None:
    make_leads(150, closed=True)
    Lead.objects.update(status=status)
    assert_insufficient(score_leads(), "same way")


def test_too_few_losses_are_told() -> None:
    make_leads(200, closed=True)
    lost = Lead.objects.filter(status=LeadStatus.LOST)
    keep = list(lost.values_list("pk", flat=True)[:10])
    lost.exclude(pk__in=keep).delete()
    assert_insufficient(score_leads(), "10 closed leads did not convert")


@pytest.mark.parametrize("number", [1, 3])
def test_hardly_any_leads_are_no_fault(number: int) -> None:
    for position in range(number):
        LeadFactory(status=LeadStatus.CONVERTED if position else LeadStatus.LOST)
    assert_insufficient(score_leads())


def test_leads_without_any_field_are_no_fault() -> None:
    for position in range(120):
        LeadFactory(
            status=LeadStatus.CONVERTED if position % 2 else LeadStatus.LOST,
            source="",
            contact=None,
            company=None,
        )
    assert_insufficient(score_leads(), "No field")


@pytest.mark.parametrize("seed", [3, 4])
def test_fields_that_tell_nothing_give_no_score(every_method: None, seed: int) -> None:
    make_leads(400, closed=True, signal=0, seed=seed)
    run = score_leads()
    assert_insufficient(run, "do not tell")


def test_earlier_scores_stay_when_there_is_too_little_to_learn_from(truth: Truth) -> None:
    score_leads()
    before = stored()
    Lead.objects.filter(status=LeadStatus.CONVERTED).delete()
    run = score_leads(days=1)
    assert run.state == RunState.INSUFFICIENT
    assert stored() == before
    assert ModelVersion.objects.get().state == VersionState.CHAMPION


def test_last_run_is_told_on_the_model_page(manager: User, log_in: LogIn) -> None:
    run = score_leads()
    page = log_in(manager).get(reverse("lead_score_model"))
    assert page.status_code == 200
    assert run.error_text.split(".")[0] in page.content.decode()


# -- versions ------------------------------------------------------------------------------------


def test_version_that_is_no_worse_takes_over(truth: Truth) -> None:
    score_leads()
    run = score_leads(days=1)
    first, second = ModelVersion.objects.order_by("number")
    assert (first.state, second.state) == ("retired", "champion")
    assert run.model_version == second
    assert set(LeadScore.objects.values_list("version", flat=True)) == {second.pk}
    assert second.fingerprint == first.fingerprint, "the same data have the same fingerprint"


def make_unbeatable(version: ModelVersion) -> None:
    version.metrics = {**version.metrics, "roc_auc_lower": 0.999}
    version.save()


def test_version_that_is_worse_waits_and_the_old_one_scores(truth: Truth) -> None:
    score_leads()
    first = ModelVersion.objects.get()
    make_unbeatable(first)
    run = score_leads(days=1)
    second = ModelVersion.objects.get(number=2)
    first.refresh_from_db()
    assert (first.state, second.state) == ("champion", "challenger")
    assert run.model_version == first
    assert set(LeadScore.objects.values_list("version", "as_of")) == {
        (first.pk, NOW + timedelta(days=1))
    }


def test_score_of_a_lead_does_not_hang_on_the_others(truth: Truth) -> None:
    """Between two trainings it changes only when the lead itself changes."""
    score_leads()
    before = stored()
    make_unbeatable(ModelVersion.objects.get())
    changed = min(before)
    lead = Lead.objects.get(pk=changed)
    lead.source = "Referral" if lead.source != "Referral" else "Cold list"
    lead.save()
    make_leads(120, closed=False, seed=9)
    Lead.objects.filter(pk=max(before)).delete()
    score_leads(days=1)
    after = stored()
    assert {pk: after[pk] for pk in before if pk not in (changed, max(before))} == {
        pk: value for pk, value in before.items() if pk not in (changed, max(before))
    }
    assert after[changed] != before[changed]


def test_older_run_that_ends_late_does_not_overwrite(truth: Truth) -> None:
    score_leads(days=2)
    newest = set(LeadScore.objects.values_list("as_of", "version"))
    late = score_leads(days=1)
    assert late.state == RunState.SUCCEEDED
    assert set(LeadScore.objects.values_list("as_of", "version")) == newest
    assert late.rows_written == 0


def test_live_version_that_learnt_from_a_field_now_marked_gives_way(truth: Truth) -> None:
    """People said that the field is filled in after contact: nothing may score by it any more."""
    score_leads()
    first = ModelVersion.objects.get()
    make_unbeatable(first)
    CustomField.objects.filter(label="Visits").update(known_when="after")
    run = score_leads(days=1)
    assert run.state == RunState.SUCCEEDED, run.error_text
    second = ModelVersion.objects.get(number=2)
    assert (second.state, run.model_version) == (VersionState.CHAMPION, second)
    assert "crm.lead.custom.visits" not in {f["name"] for f in second.features}
    fields = {reason["field"] for score in LeadScore.objects.all() for reason in score.reasons}
    assert "crm.lead.custom.visits" not in fields


def test_stored_model_that_was_tampered_with_is_refused(
    truth: Truth, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = lead_scores._publish

    def tamper(*given: Any) -> None:
        publish(*given)
        ModelArtifact.objects.update(content=b"{}")

    monkeypatch.setattr(lead_scores, "_publish", tamper)
    run = score_leads()
    assert run.state == RunState.FAILED
    assert "changed after training" in run.error_text
    assert LeadScore.objects.count() == 0


# -- data as people leave them -------------------------------------------------------------------


def test_moments_far_away_are_no_fault(truth: Truth) -> None:
    """Exports write 9999-12-31 for “never”."""
    closed = list(Lead.objects.closed())
    for lead, year in zip(closed, (1, 1600, 9999), strict=False):
        lead.captured_at = datetime(year, 1, 2, tzinfo=UTC)
        lead.save()
    assert score_leads().state == RunState.SUCCEEDED


def test_leads_without_a_moment_are_learnt_from(truth: Truth) -> None:
    Lead.objects.update(captured_at=None)
    assert score_leads().state == RunState.SUCCEEDED
    assert LeadScore.objects.count() == OPEN


def test_field_that_knows_the_outcome_is_left_out(truth: Truth) -> None:
    CustomField.objects.create(object_type="crm.lead", key="deal", label="Deal", type="choice")
    for lead in Lead.objects.all():
        lead.custom["deal"] = "signed" if lead.status == LeadStatus.CONVERTED else "none yet"
        lead.save()
    score_leads()
    version = ModelVersion.objects.get()
    assert "crm.lead.custom.deal" not in {feature["name"] for feature in version.features}
    assert "crm.lead.custom.deal" in {one["field"] for one in version.metrics["left_out"]}


def test_dates_numbers_texts_and_gaps_are_read(truth: Truth) -> None:
    for key, kind in (
        ("since", "date"),
        ("note", "text"),
        ("number", "number"),
        ("flag", "boolean"),
    ):
        CustomField.objects.create(object_type="crm.lead", key=key, label=key, type=kind)
    for position, lead in enumerate(Lead.objects.all()):
        lead.custom |= {
            "since": "2026-01-01",
            "note": f"free text number {position} " * 5,
            "number": position * 1.5 if position % 3 else None,
            "flag": bool(position % 2),
        }
        lead.save()
    run = score_leads()
    assert run.state == RunState.SUCCEEDED, run.error_text
    assert LeadScore.objects.count() == OPEN


def test_lead_with_values_never_seen_gets_a_score(truth: Truth) -> None:
    strange = LeadFactory(
        source="Carrier pigeon", custom={"visits": -5, "plan": "鸽子", "desk": None}, city=""
    )
    empty = LeadFactory(source="", contact=None, company=None)
    run = score_leads()
    assert run.state == RunState.SUCCEEDED, run.error_text
    assert {strange.pk, empty.pk} <= set(stored())


# -- who sees what -------------------------------------------------------------------------------


@pytest.mark.parametrize("is_hidden", [False, True])
def test_hidden_field_is_no_reason_and_no_driver(
    is_hidden: bool, truth: Truth, log_in: LogIn
) -> None:
    CustomField.objects.filter(key="plan").update(label="Vertrauliche Stufe")
    score_leads()
    grants = {
        "crm.lead.view": Reach.ALL,
        "analytics.lead_score.view": Reach.ALL,
    }
    hides = ["crm.lead.custom.plan"] if is_hidden else []
    client = log_in(UserFactory(roles=[RoleFactory(grants=grants, hides=hides)]))
    lead = next(
        score.lead
        for score in LeadScore.objects.all()
        if "crm.lead.custom.plan" in {reason["field"] for reason in score.reasons}
    )
    pages = [
        client.get(lead.get_absolute_url()).content.decode(),
        client.get(reverse("lead_score_model")).content.decode(),
    ]
    assert [("Vertrauliche Stufe" in page) for page in pages] == [not is_hidden] * 2


def test_hidden_reasons_are_added_to_the_rest(log_in: LogIn) -> None:
    from analytics.queries.lead_scores import insight

    score = LeadScoreFactory(
        reasons=[
            {"field": "crm.lead.source", "value": "Fair", "points": 12.0},
            {"field": "crm.lead.city", "value": "Ulm", "points": -4.0},
        ],
        rest_points=2.0,
    )
    role = RoleFactory(grants={"crm.lead.view": Reach.ALL}, hides=["crm.lead.source"])
    context = insight(score.lead, UserFactory(roles=[role]))
    assert context is not None
    assert [reason["field"] for reason in context["reasons"]] == ["crm.lead.city"]
    assert context["rest"] == pytest.approx(14.0)


def test_hidden_score_has_no_panel() -> None:
    from analytics.queries.lead_scores import insight

    score = LeadScoreFactory()
    role = RoleFactory(grants={"crm.lead.view": Reach.ALL}, hides=["crm.lead.score"])
    assert insight(score.lead, UserFactory(roles=[role])) is None


def test_pages_show_the_result(truth: Truth, manager: User, log_in: LogIn) -> None:
    score_leads()
    client = log_in(manager)
    Lead.objects.update(owner=manager, team=manager.team)
    best = LeadScore.objects.order_by("-score", "-lead").first()
    assert best is not None
    page = client.get(reverse("lead_list"))
    assert page.context["lines"][0].row.score.score == best.score
    assert client.get(reverse("home")).status_code == 200
    assert client.get(best.lead.get_absolute_url()).status_code == 200
    model = client.get(reverse("lead_score_model"))
    assert model.status_code == 200
    assert model.context["version"] == ModelVersion.objects.get()


def test_run_leaves_no_fault_in_the_log(truth: Truth, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        score_leads()
    assert caplog.records == []


# -- scoring alone ---------------------------------------------------------------------------------


def test_nightly_scoring_trains_nothing_and_scores_new_leads(truth: Truth) -> None:
    score_leads()
    version = ModelVersion.objects.get()
    before = stored()
    more = make_leads(20, closed=False, seed=3)
    run = carry_out(ask(kind=KIND, scope=SCORES_ONLY, as_of=NOW + timedelta(days=1)))
    assert (run.state, run.model_version, run.rows_written) == ("succeeded", version, OPEN + 20)
    assert ModelVersion.objects.count() == 1
    after = stored()
    assert set(after) == set(before) | set(more.chance)
    assert {pk: after[pk] for pk in before} == before


def test_scoring_trains_where_nothing_serves_yet(truth: Truth) -> None:
    run = carry_out(ask(kind=KIND, scope=SCORES_ONLY, as_of=NOW))
    assert run.state == RunState.SUCCEEDED
    assert ModelVersion.objects.get().state == VersionState.CHAMPION


def test_new_leads_get_a_score_where_training_has_too_little(truth: Truth) -> None:
    score_leads()
    Lead.objects.closed().delete()
    make_leads(5, closed=False, seed=4)
    assert score_leads(days=1).state == RunState.INSUFFICIENT
    carry_out(JobRun.objects.get(kind=KIND, scope=SCORES_ONLY))
    assert LeadScore.objects.count() == OPEN + 5
