"""Eighteen months of a company, retrained monthly: what the scores said when they were given holds."""

import numpy as np
import pytest

from analytics.methods.evaluation import evaluate
from core.choices import RunState
from core.jobs.questions import ask
from core.models import ModelVersion
from crm.models import LeadScore
from tests.analytics.company import MONTH, Company
from tests.running import carry_out

pytestmark = [pytest.mark.django_db, pytest.mark.acceptance]
MONTHS, HORIZON, LEADS = 18, 90, 220


def test_scores_as_they_were_given_are_calibrated(capsys: pytest.CaptureFixture[str]) -> None:
    company = Company(seed=7)
    given: list[tuple[int, int, float]] = []
    for month in range(1, MONTHS + 1):
        company.live(LEADS)
        run = carry_out(ask(kind="analytics.lead_score", as_of=company.now))
        if run.state == RunState.SUCCEEDED:
            said = LeadScore.objects.filter(as_of=company.now).values_list("lead", "probability")
            given += [(month * MONTH, lead, chance) for lead, chance in said]
    # The outcomes of the last scores lie in the company's future, which is known here.
    outcomes = {day: company.outcomes(day, HORIZON) for day, _lead, _chance in given}
    happened = np.array([outcomes[day][lead] for day, lead, _chance in given])
    chances = np.array([chance for _day, _lead, chance in given])
    figures = evaluate(happened, chances)
    version = ModelVersion.objects.filter(state="champion").get()
    with capsys.disabled():
        print(
            f"\n{len(given)} scores given, {happened.mean():.3f} converted within {HORIZON} days, "
            f"said {chances.mean():.3f}; calibration error {figures.calibration_error:.3f}, "
            f"ROC-AUC {figures.roc_auc:.3f}; {version.algorithm}, version {version.number}"
        )
    assert figures.calibration_error <= 0.03
    assert figures.roc_auc > 0.65
    used = {feature["name"] for feature in version.features}
    assert any(name.startswith("timeline.interactions") for name in used)
