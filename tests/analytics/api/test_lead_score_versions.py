"""Versions of the lead score by program: the same figures, the same refusals as on the page."""

import pytest

from analytics.services.lead_score_versions import settle_version
from core.models import JobRun, User
from tests.analytics.versions import publish
from tests.core.api.callers import Caller

pytestmark = pytest.mark.django_db

VERSIONS = "lead-score/versions/"


@pytest.fixture(autouse=True)
def versions() -> None:
    """1 serves, 2 waits."""
    for area in (0.8, 0.7):
        settle_version(version=publish(area))


def test_versions_are_told_with_their_figures_and_states(manager: User) -> None:
    caller = Caller(manager)
    second, first = caller.get(VERSIONS).json()["results"]
    assert (first["number"], first["state"], first["reason"]) == (1, "champion", "first")
    assert (second["number"], second["state"], second["reason"]) == (2, "challenger", "worse")
    assert first["figures"]["roc_auc"] == 0.8
    assert first["promoted_at"]
    assert second["promoted_at"] is None
    assert caller.get(f"{VERSIONS}2/").json() == second
    assert caller.get(f"{VERSIONS}9/").status_code == 404


def test_fields_that_the_caller_may_not_see_are_left_out(manager: User) -> None:
    manager.roles.get().field_rules.create(field="crm.lead.city", access="none")
    told = Caller(manager).get(f"{VERSIONS}1/").json()
    assert told["fields"] == ["crm.lead.source"]


def test_promoting_starts_a_scoring(manager: User) -> None:
    answer = Caller(manager).post(f"{VERSIONS}2/promote/")
    assert answer.status_code == 200
    assert answer.json()["version"]["state"] == "champion"
    assert JobRun.objects.get(pk=answer.json()["run"]).scope == {"trains": False, "version": 2}


def test_promoting_needs_the_right_and_a_version_that_is_not_live(
    sales: User, manager: User
) -> None:
    assert Caller(sales).post(f"{VERSIONS}2/promote/").status_code == 403
    refused = Caller(manager).post(f"{VERSIONS}1/promote/")
    assert refused.status_code in {409, 422}
    assert "live already" in refused.content.decode()
    assert not JobRun.objects.exists()
