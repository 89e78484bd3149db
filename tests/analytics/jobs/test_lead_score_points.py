"""The lead score by points rules, from the rules to the stored scores and back to a model."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics.jobs import lead_scores
from analytics.jobs.lead_scores import SCORES_ONLY
from analytics.methods.errors import InsufficientData
from analytics.models import PointsRule
from analytics.queries.lead_score_versions import STATE_REASONS
from core.choices import RunState, VersionState
from core.jobs.questions import ask
from core.models import JobRun, ModelVersion, User
from core.time_ids import first_id
from crm.choices import InteractionKind, LeadStatus
from crm.models import Interaction, Lead, LeadScore
from tests.analytics.leads import make_leads
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    LeadFactory,
    PointsBookFactory,
    PointsRuleFactory,
)
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]


def score_leads(days: int = 0) -> JobRun:
    return carry_out(ask(kind="analytics.lead_score", as_of=NOW + timedelta(days=days)))


def counting(**given: Any) -> PointsRule:
    """A rule that counts what people do."""
    usual = {"group": "engagement", "behaviour": "interaction", "condition": {}, "points": 4}
    rule: PointsRule = PointsRuleFactory(**(usual | given))
    return rule


def did(lead: Lead, kind: str, days_ago: float) -> None:
    at: datetime = NOW - timedelta(days=days_ago)
    number = first_id(at)
    while Interaction.objects.filter(pk=number).exists():
        number += 1
    Interaction.objects.create(pk=number, contact=lead.contact, kind=kind, at=at, key=str(number))


def test_rules_serve_while_there_is_too_little_to_learn_from() -> None:
    referral = PointsRuleFactory(points=20, name="Came by a friend")
    large = PointsRuleFactory(
        points=25, condition={"field": "employees", "operator": "at_least", "value": 50}
    )
    visits = counting(points=15, kinds=["visit"], name="Looked at the site")
    good = LeadFactory(source="Referral", company=CompanyFactory(employees=120))
    plain = LeadFactory(source="Web", company=CompanyFactory(employees=5))
    closed = LeadFactory(source="Referral", status=LeadStatus.LOST)
    did(good, InteractionKind.VISIT, 1)
    did(good, InteractionKind.CLICK, 1)

    run = score_leads()

    assert run.state == RunState.SUCCEEDED, run.error_text
    version = ModelVersion.objects.get()
    assert (version.algorithm, version.state) == ("points_rules", VersionState.CHAMPION)
    assert version.reason in STATE_REASONS, "the page says why it serves"
    assert run.model_version == version
    score = LeadScore.objects.get(lead=good)
    assert (score.fit, score.engagement, score.score, score.cell) == (45, 15, 60, "A3")
    assert (score.probability, score.low, score.high) == (None, None, None)
    told = [(reason["rule"], reason["label"], reason["points"]) for reason in score.reasons]
    assert told == [
        (large.pk, large.name, 25),
        (referral.pk, "Came by a friend", 20),
        (visits.pk, "Looked at the site", 15),
    ]
    nothing = LeadScore.objects.get(lead=plain)
    assert (nothing.score, nothing.cell, nothing.reasons) == (0, "D4", [])
    assert not LeadScore.objects.filter(lead=closed).exists()
    assert run.result == {"cell_A3": 1, "cell_D4": 1}


def test_points_and_the_rest_add_up_to_the_score_over_the_limits() -> None:
    for points in (20, 20, 20, -4, 7, 9, 11, 3):
        PointsRuleFactory(points=points)
    lead = LeadFactory(source="Referral")
    score_leads()
    score = LeadScore.objects.get(lead=lead)
    assert score.fit == score.score == 50
    assert len(score.reasons) == 6
    assert sum(reason["points"] for reason in score.reasons) + score.rest_points == score.score


def test_what_happened_long_ago_is_worth_less_and_caps_hold() -> None:
    counting(points=20, half_life=10, kinds=["click"])
    counting(points=5, most_times=2, kinds=["download"])
    counting(points=6, most_points=10, kinds=["visit"])
    counting(points=9, days=7, kinds=["reply"])
    PointsBookFactory().rules.update(group="engagement")
    clicked, loaded, visited, replied = LeadFactory.create_batch(4, source="Web")
    did(clicked, "click", 10)
    for days in (1, 2, 3, 400):
        did(loaded, "download", days)
        did(visited, "visit", days)
    did(replied, "reply", 8)
    score_leads()
    scores = dict(LeadScore.objects.values_list("lead", "engagement"))
    assert scores == {clicked.pk: 10, loaded.pk: 10, visited.pk: 10, replied.pk: 0}


def test_activities_of_ours_count_when_they_are_done() -> None:
    counting(behaviour="activity", kinds=["meeting"], points=12)
    lead = LeadFactory()
    ActivityFactory(lead=lead, kind="meeting", at=NOW, done_at=NOW - timedelta(days=1))
    ActivityFactory(lead=lead, kind="call", at=NOW, done_at=NOW - timedelta(days=1))
    ActivityFactory(lead=lead, kind="meeting", at=NOW, done_at=None)
    score_leads()
    assert LeadScore.objects.get(lead=lead).engagement == 12


def test_leads_of_one_contact_share_what_the_person_did() -> None:
    counting(points=7)
    contact = ContactFactory()
    leads = LeadFactory.create_batch(2, contact=contact)
    anonymous = LeadFactory(contact=None)
    did(leads[0], "visit", 3)
    score_leads()
    scores = dict(LeadScore.objects.values_list("lead", "engagement"))
    assert scores == {leads[0].pk: 7, leads[1].pk: 7, anonymous.pk: 0}


def test_custom_fields_count_like_others() -> None:
    CustomFieldFactory(object_type="crm.lead", label="Seats", key="seats", type="number")
    PointsRuleFactory(
        points=30, condition={"field": "custom.seats", "operator": "more_than", "value": 10}
    )
    many, few = LeadFactory(custom={"seats": 25}), LeadFactory(custom={"seats": 3})
    score_leads()
    scores = dict(LeadScore.objects.values_list("lead", "fit"))
    assert scores == {many.pk: 30, few.pk: 0}


def test_rules_out_of_use_and_rules_on_a_field_that_is_gone_do_not_count() -> None:
    PointsRuleFactory(points=50, is_enabled=False)
    PointsRuleFactory(points=40, condition={"field": "custom.gone", "operator": "set"}, name="Gone")
    PointsRuleFactory(points=10)
    lead = LeadFactory(source="Referral")
    run = score_leads()
    assert run.state == RunState.SUCCEEDED, run.error_text
    assert LeadScore.objects.get(lead=lead).score == 10


def test_without_rules_in_use_the_run_says_what_is_missing() -> None:
    PointsRuleFactory(is_enabled=False)
    LeadFactory(source="Referral")
    run = score_leads()
    assert run.state == RunState.INSUFFICIENT
    assert not LeadScore.objects.exists()


def test_rules_serve_when_the_closed_leads_tell_nothing(sales: User, log_in: LogIn) -> None:
    rule = PointsRuleFactory(condition={"field": "city", "operator": "set"})
    make_leads(400, closed=True, signal=0, seed=3)
    lead = LeadFactory(city="Lyon", owner=sales, team=sales.team)
    run = score_leads()
    assert run.state == RunState.SUCCEEDED, run.error_text
    assert LeadScore.objects.get(lead=lead).score == rule.points
    page = log_in(sales).get(f"/leads/{lead.pk}/").content.decode()
    assert "the closed leads do not tell yet which leads convert" in page


def test_the_same_rules_are_the_same_version_and_changed_ones_another() -> None:
    rule = PointsRuleFactory(points=10)
    lead = LeadFactory(source="Referral")
    score_leads()
    score_leads(days=1)
    assert ModelVersion.objects.count() == 1
    PointsRule.objects.filter(pk=rule.pk).update(points=25)
    score_leads(days=2)
    first, second = ModelVersion.objects.order_by("number")
    assert (first.state, second.state) == (VersionState.RETIRED, VersionState.CHAMPION)
    score = LeadScore.objects.get(lead=lead)
    assert (score.score, score.version) == (25, second)


def test_a_model_takes_over_when_enough_leads_have_converted_and_stays() -> None:
    PointsRuleFactory(points=10)
    make_leads(40, closed=False, seed=2)
    score_leads()
    assert set(LeadScore.objects.values_list("probability", flat=True)) == {None}
    make_leads(700, closed=True, seed=1)
    run = score_leads(days=1)
    assert run.state == RunState.SUCCEEDED, run.error_text
    points, model = ModelVersion.objects.order_by("number")
    assert (points.state, model.state) == (VersionState.RETIRED, VersionState.CHAMPION)
    assert model.algorithm != "points_rules"
    rows = LeadScore.objects.values_list("fit", "engagement", "cell").distinct()
    assert set(rows) == {(None, None, "")}
    assert not LeadScore.objects.filter(probability=None).exists()
    Lead.objects.filter(status=LeadStatus.CONVERTED).delete()
    assert score_leads(days=2).state == RunState.INSUFFICIENT
    assert not LeadScore.objects.filter(probability=None).exists(), "rules do not oust a model"


def test_nightly_scoring_takes_changed_rules_and_lets_a_model_take_over() -> None:
    rule = PointsRuleFactory(points=10)
    lead = LeadFactory(source="Referral")
    score_leads()
    PointsRule.objects.filter(pk=rule.pk).update(points=25)

    def nightly(days: int) -> JobRun:
        at = NOW + timedelta(days=days)
        return carry_out(ask(kind="analytics.lead_score", scope=SCORES_ONLY, as_of=at))

    assert nightly(1).state == RunState.SUCCEEDED
    assert LeadScore.objects.get(lead=lead).score == 25
    make_leads(700, closed=True, seed=1)
    assert nightly(2).state == RunState.SUCCEEDED
    assert LeadScore.objects.get(lead=lead).probability is not None


def test_when_all_rules_are_out_of_use_earlier_scores_stay() -> None:
    rule = PointsRuleFactory(points=10)
    lead = LeadFactory(source="Referral")
    score_leads()
    PointsRule.objects.filter(pk=rule.pk).update(is_enabled=False)
    assert score_leads(days=1).state == RunState.INSUFFICIENT
    assert JobRun.objects.count() == 2, "nothing is asked again and again"
    assert LeadScore.objects.get(lead=lead).score == 10


def test_model_that_another_run_put_in_place_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules were chosen when there was no model yet; when they are to be served there is one."""
    make_leads(700, closed=True, seed=1)
    score_leads()
    model = ModelVersion.objects.get()
    PointsRuleFactory(points=10)
    lead = LeadFactory(source="Referral")
    found = iter([None])
    monkeypatch.setattr(lead_scores, "champion_of", lambda _kind: next(found, model))
    monkeypatch.setattr(lead_scores, "train", too_little)
    run = score_leads(days=1)
    assert (run.state, run.model_version) == (RunState.SUCCEEDED, model)
    assert ModelVersion.objects.get() == model
    assert LeadScore.objects.get(lead=lead).probability is not None


def too_little(*_given: Any, **_named: Any) -> None:
    raise InsufficientData("few_positives", needed=50, found=3)


def test_partitions_change_nothing_and_cost_the_same_number_of_queries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    PointsRuleFactory()
    counting(kinds=["visit"])
    counting(behaviour="activity", kinds=[])
    leads = [LeadFactory(source="Referral" if i % 2 else "Web") for i in range(12)]
    for place, lead in enumerate(leads[::3]):
        did(lead, "visit", place)
    with CaptureQueriesContext(
        connection,
    ) as few:
        score_leads()
    whole = dict(LeadScore.objects.values_list("lead", "score"))
    LeadScore.objects.all().delete()
    monkeypatch.setattr(lead_scores, "PARTITION_IDS", 5)
    run = score_leads(days=0.001)
    assert run.partitions_total >= 3
    assert dict(LeadScore.objects.values_list("lead", "score")) == whole
    LeadFactory.create_batch(20, source="Referral")
    monkeypatch.setattr(lead_scores, "PARTITION_IDS", 2_000)
    with CaptureQueriesContext(connection) as many:
        score_leads(days=0.002)
    assert len(many) <= len(few) + 2
