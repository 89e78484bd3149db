"""The main job on a third of real leads: import 70 % as closed and 30 % as open, score, compare with the truth."""

import csv
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from core.choices import RunState
from core.jobs.questions import ask
from core.models import CustomField, User
from crm.models import Lead, LeadScore
from tests.crm.files import counts, import_file
from tests.data import LATE_FIELDS, data_file
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db


def test_open_leads_are_ranked_as_they_turned_out(
    every_method: None, marketing: User, settings: Any
) -> None:
    # The heart beat of the job cannot see what this test's transaction holds.
    settings.JOB_LEASE_SECONDS = 3_600
    with data_file("x-education/leads.csv").open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    number, outcome = header.index("Lead Number"), header.index("Converted")
    # A third of them tells a good job from a bad one; all are in tests/analytics/test_backtest.py.
    rows = sorted(rows, key=lambda row: int(row[number]))[::3]
    cut = round(len(rows) * 0.7)
    closed, withheld = rows[:cut], rows[cut:]
    truth = {row[number]: int(row[outcome]) for row in withheld}
    after = dict.fromkeys(LATE_FIELDS, "after")

    first = import_file([header, *closed], marketing, known_when=after)
    still_open = [[cell for i, cell in enumerate(row) if i != outcome] for row in withheld]
    columns = [name for i, name in enumerate(header) if i != outcome]
    second = import_file([columns, *still_open], marketing)
    assert counts(first) == (cut, 0, 0)
    assert counts(second) == (len(withheld), 0, 0)
    assert Lead.objects.open().count() == len(withheld)
    late = CustomField.objects.filter(known_when="after").values_list("label", flat=True)
    assert set(late) == set(LATE_FIELDS)

    run = carry_out(ask(kind="analytics.lead_score", as_of=NOW))
    assert run.state == RunState.SUCCEEDED, run.error_text
    scores = LeadScore.objects.select_related("lead")
    said = {score.lead.external_id: score for score in scores}
    assert said.keys() == truth.keys()
    outcomes = np.array([truth[key] for key in said])
    chances = np.array([score.probability for score in said.values()])
    points = np.array([score.score for score in said.values()])
    assert roc_auc_score(outcomes, chances) >= 0.85
    assert roc_auc_score(outcomes, points) >= 0.85
    used = {feature["name"] for feature in run.model_version.features}
    hidden = {field.name for field in CustomField.objects.filter(known_when="after")}
    assert not used & hidden
    top = outcomes[np.argsort(-points)[: len(outcomes) // 10]]
    assert top.mean() > 2 * outcomes.mean(), "whom to call first"
