"""Eighteen months of a company, retrained monthly: what the scores said when they were given holds."""

from collections.abc import Callable

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from analytics.methods.evaluation import evaluate
from core.choices import RunState
from core.jobs.questions import ask
from core.models import ModelVersion, User
from crm.models import LeadScore
from tests.analytics.company import MONTH, Company
from tests.running import carry_out

pytestmark = [pytest.mark.django_db, pytest.mark.acceptance]
LogIn = Callable[..., Client]
MONTHS, HORIZON, LEADS = 18, 90, 220
BOUGHT_LISTS = (0.03, 0.03, 0.04, 0.9)


@pytest.mark.parametrize("seed", [7, 8])
def test_scores_as_they_were_given_are_calibrated(
    manager: User, log_in: LogIn, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    company = Company(seed)
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

    before = drift_told(company, log_in(manager))
    company.live(LEADS * 6, BOUGHT_LISTS)
    after = drift_told(company, log_in(manager))
    with capsys.disabled():
        print(f"shifted before: {before}; after {LEADS * 6} leads of bought lists: {after}")
    assert "Source" not in before
    assert "Source" in after


def drift_told(company: Company, client: Client) -> dict[str, float]:
    """What the model page says has moved, with its index, after a scoring without a training."""
    run = carry_out(ask(kind="analytics.lead_score", as_of=company.now, scope={"trains": False}))
    assert run.state == RunState.SUCCEEDED
    drift = client.get(reverse("lead_score_model")).context["drift"]
    moved = [one for one in drift["fields"] if one["has_shifted"]]
    return {one["label"]: round(one["psi"], 2) for one in moved}
