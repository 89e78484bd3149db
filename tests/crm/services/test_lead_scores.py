"""Storing scores: by lead, never an older one over a newer, never for a lead that is gone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Lead, LeadScore
from crm.services.lead_scores import ScoredLead, store_lead_scores
from tests.factories import JobRunFactory, LeadFactory, ModelVersionFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> Any:
    return ModelVersionFactory()


def scored(lead: Lead, version: Any, **more: Any) -> ScoredLead:
    values = {
        "lead": lead.pk,
        "version": version.pk,
        "run": None,
        "as_of": NOW,
        "score": 70,
        "grade": "B",
        "probability": 0.4,
        "low": 0.3,
        "high": 0.5,
        "reasons": [{"field": "crm.lead.source", "value": "展会", "points": 3.5}],
        "rest_points": 1.5,
        "average_score": 50.0,
    }
    return ScoredLead(**{**values, **more})


def test_scores_are_stored_as_they_are(version: Any) -> None:
    lead, run = LeadFactory(), JobRunFactory()
    assert store_lead_scores([scored(lead, version, run=run.pk)]) == 1
    stored = LeadScore.objects.get()
    assert (stored.lead, stored.version, stored.run, stored.as_of) == (lead, version, run, NOW)
    assert (stored.score, stored.grade, stored.probability) == (70, "B", 0.4)
    assert (stored.low, stored.high, stored.rest_points, stored.average_score) == (
        0.3,
        0.5,
        1.5,
        50,
    )
    assert stored.reasons == [{"field": "crm.lead.source", "value": "展会", "points": 3.5}]


def test_older_run_that_finishes_late_changes_nothing(version: Any) -> None:
    lead = LeadFactory()
    store_lead_scores([scored(lead, version, score=90, as_of=NOW)])
    late = scored(lead, version, score=10, as_of=NOW - timedelta(days=1))
    assert store_lead_scores([late]) == 0
    assert LeadScore.objects.get().score == 90
    assert store_lead_scores([scored(lead, version, score=20, as_of=NOW)]) == 1
    assert LeadScore.objects.get().score == 20


def test_lead_that_was_deleted_meanwhile_is_left_out(version: Any) -> None:
    kept, gone = LeadFactory(), LeadFactory()
    rows = [scored(kept, version), scored(gone, version)]
    gone.delete()
    assert store_lead_scores(rows) == 1
    assert LeadScore.objects.get().lead == kept


def test_last_of_two_scores_for_a_lead_counts(version: Any) -> None:
    lead = LeadFactory()
    assert store_lead_scores([scored(lead, version, score=1), scored(lead, version, score=2)]) == 1
    assert LeadScore.objects.get().score == 2


def test_score_of_a_week_ago_is_remembered(version: Any) -> None:
    lead = LeadFactory()
    seen = []
    for day in range(16):
        store_lead_scores([scored(lead, version, score=day, as_of=NOW + timedelta(days=day))])
        row = LeadScore.objects.get()
        seen.append((row.earlier_score, row.earlier_at and (row.earlier_at - NOW).days))
    assert seen[0] == (None, None)
    assert seen[1:8] == [(0, 0)] * 6 + [(6, 6)]
    assert seen[8:13] == [(6, 6)] * 5
    assert seen[13:] == [(12, 12)] * 3


def test_points_and_chances_are_not_compared(version: Any) -> None:
    lead, points = LeadFactory(), {"probability": None, "low": None, "high": None, "cell": "B2"}
    seen = []
    for day in range(11):
        kind = points if day < 4 else {}
        at = NOW + timedelta(days=day)
        store_lead_scores([scored(lead, version, score=day, as_of=at, **kind)])
        seen.append(LeadScore.objects.get().earlier_score)
    assert seen == [None, 0, 0, 0, None, 4, 4, 4, 4, 4, 4]


def test_late_run_does_not_change_what_is_remembered(version: Any) -> None:
    lead = LeadFactory()
    store_lead_scores([scored(lead, version, score=5, as_of=NOW)])
    store_lead_scores([scored(lead, version, score=6, as_of=NOW - timedelta(days=9))])
    assert LeadScore.objects.get().earlier_score is None


def test_many_scores_take_few_statements(version: Any) -> None:
    leads = [LeadFactory(contact=None, company=None) for _lead in range(40)]
    with CaptureQueriesContext(connection) as queries:
        store_lead_scores(scored(lead, version) for lead in leads)
    assert len(queries) == 7, "five within a savepoint: one asks which grades were worse"
    assert LeadScore.objects.count() == 40
