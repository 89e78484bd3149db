"""Promoting, rolling back and retiring versions on the model page."""

from collections.abc import Callable

import pytest
from django.test import Client

from analytics.services.lead_score_versions import settle_version
from core.models import AuditEvent, JobRun, ModelArtifact, ModelVersion, User
from tests.analytics.versions import publish
from tests.factories import CustomFieldFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
PAGE = "/scoring/"


def states() -> dict[int, str]:
    return dict(ModelVersion.objects.values_list("number", "state"))


@pytest.fixture
def versions() -> None:
    """1 served, 2 serves, 3 waits because it is worse."""
    for area in (0.8, 0.85, 0.7):
        settle_version(version=publish(area))
    assert states() == {1: "retired", 2: "champion", 3: "challenger"}


@pytest.mark.usefixtures("versions")
def test_page_says_why_a_version_waits_and_offers_what_can_be_done(
    manager: User, log_in: LogIn
) -> None:
    page = log_in(manager).get(PAGE).content.decode()
    assert "Its AUC lay below the interval of the one that was live then." in page
    for url in ("roll-back/", "versions/3/promote/", "versions/3/retire/", "compare/?a=2&amp;b=3"):
        assert f"/scoring/{url}" in page
    assert "/scoring/versions/2/promote/" not in page, "it is live already"


@pytest.mark.usefixtures("versions")
def test_who_may_only_look_is_offered_nothing(sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    page = client.get(PAGE).content.decode()
    assert "/promote/" not in page
    assert "/retire/" not in page
    assert "roll-back" not in page
    for url in ("versions/3/promote/", "versions/3/retire/", "roll-back/", "compare/start/"):
        assert client.post(PAGE + url).status_code == 403
    assert states()[2] == "champion"


@pytest.mark.usefixtures("versions")
def test_promoting_is_told_and_scores_all_open_leads(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    page = client.post(f"{PAGE}versions/3/promote/", follow=True).content.decode()
    assert states() == {1: "retired", 2: "retired", 3: "champion"}
    assert "Version 3 is live" in page
    assert manager.name in page, "who promoted it stands beside it"
    event = AuditEvent.objects.get(action="model.promote", actor=manager)
    assert event.changes == {"live": ["v2", "v3"]}
    run = JobRun.objects.get()
    assert (run.kind, run.scope) == ("analytics.lead_score", {"trains": False, "version": 3})
    assert run.requested_by == manager


@pytest.mark.usefixtures("versions")
def test_rolling_back_goes_to_the_one_before_and_again_forward(
    manager: User, log_in: LogIn
) -> None:
    client = log_in(manager)
    client.post(f"{PAGE}roll-back/")
    assert states() == {1: "champion", 2: "retired", 3: "challenger"}
    client.post(f"{PAGE}roll-back/")
    assert states() == {1: "retired", 2: "champion", 3: "challenger"}


@pytest.mark.usefixtures("versions")
def test_retiring_puts_a_waiting_version_aside(manager: User, log_in: LogIn) -> None:
    log_in(manager).post(f"{PAGE}versions/3/retire/")
    assert states()[3] == "retired"
    assert AuditEvent.objects.filter(action="model.retire", actor=manager).exists()


@pytest.mark.usefixtures("versions")
@pytest.mark.parametrize(
    ("url", "words"),
    [("versions/2/promote/", "live already"), ("versions/2/retire/", "Only a version in test")],
)
def test_live_version_is_neither_promoted_nor_retired(
    manager: User, log_in: LogIn, url: str, words: str
) -> None:
    page = log_in(manager).post(PAGE + url, follow=True).content.decode()
    assert words in page
    assert states()[2] == "champion"


@pytest.mark.usefixtures("versions")
def test_unknown_version_is_not_there(manager: User, log_in: LogIn) -> None:
    assert log_in(manager).post(f"{PAGE}versions/9/promote/").status_code == 404


def test_nothing_to_roll_back_to(manager: User, log_in: LogIn) -> None:
    settle_version(version=publish(0.8))
    page = log_in(manager).post(f"{PAGE}roll-back/", follow=True).content.decode()
    assert "No version served before" in page


def test_version_with_a_field_that_is_marked_since_is_not_promoted(
    manager: User, log_in: LogIn
) -> None:
    tags = CustomFieldFactory(object_type="crm.lead", label="Tags", key="tags")
    settle_version(version=publish(0.8))
    publish(0.9, fields=(tags.name,))
    tags.known_when = "after"
    tags.save()
    client = log_in(manager)
    assert "(Tags)" in client.post(f"{PAGE}versions/2/promote/", follow=True).content.decode()
    manager.roles.get().field_rules.create(field=tags.name, access="none")
    page = client.post(f"{PAGE}versions/2/promote/", follow=True).content.decode()
    assert "(hidden from you)" in page
    assert states() == {1: "champion", 2: "challenger"}


def test_version_that_was_tampered_with_is_not_promoted(manager: User, log_in: LogIn) -> None:
    settle_version(version=publish(0.8))
    ModelArtifact.objects.filter(version=publish(0.9)).update(content=b"[]")
    page = log_in(manager).post(f"{PAGE}versions/2/promote/", follow=True).content.decode()
    assert "changed after training" in page
    assert states() == {1: "champion", 2: "challenger"}
