"""Which version serves after a training, and what people decide about it."""

import pytest

from analytics.models import LeadFieldDecision
from analytics.queries.lead_scores import KIND
from analytics.services.lead_score_versions import promote, roll_back, settle_version
from core.choices import KnownWhen
from core.errors import Refused
from core.models import ModelVersion, Notification, User
from core.services.model_versions import promote_version, publish_version
from crm.queries.scores import POINTS_RULES
from tests.analytics.versions import publish
from tests.factories import CustomFieldFactory

pytestmark = pytest.mark.django_db


def trained(area: float) -> ModelVersion:
    """As a training ends."""
    version = publish(area)
    settle_version(version=version)
    version.refresh_from_db()
    return version


def told(version: ModelVersion) -> tuple[str, str]:
    version.refresh_from_db()
    return version.state, version.reason


def test_first_one_serves() -> None:
    assert told(trained(0.6)) == ("champion", "first")


@pytest.mark.parametrize(
    ("area", "state", "reason"),
    [
        (0.85, "champion", "no_worse"),
        (0.781, "champion", "no_worse"),
        (0.779, "challenger", "worse"),
    ],
)
def test_next_one_serves_unless_it_is_worse(area: float, state: str, reason: str) -> None:
    first = trained(0.8)
    assert told(trained(area)) == (state, reason)
    assert told(first)[0] == ("retired" if state == "champion" else "champion")


@pytest.mark.parametrize(
    ("area", "state", "reason"),
    [
        (0.86, "champion", "clearly_better"),
        (0.81, "challenger", "pinned"),
        (0.5, "challenger", "pinned"),
    ],
)
def test_one_that_a_person_promoted_gives_way_only_to_a_clearly_better_one(
    manager: User, area: float, state: str, reason: str
) -> None:
    chosen = trained(0.8)
    trained(0.83)
    promote(version=chosen, by=manager)
    assert told(trained(area)) == (state, reason)
    notes = list(Notification.objects.filter(user=manager).values_list("message_args", flat=True))
    assert notes == ([{"new": 3, "old": 1}] if state == "champion" else [])


def test_what_a_training_promoted_later_is_not_pinned_any_more(manager: User) -> None:
    chosen = trained(0.8)
    trained(0.83)
    promote(version=chosen, by=manager)
    trained(0.9)
    assert told(trained(0.89)) == ("champion", "no_worse")


def test_one_that_learned_from_a_field_that_is_barred_since_has_to_go(manager: User) -> None:
    """However good it looks, and whoever promoted it: that is what a leak looks like."""
    trained(0.8)
    leaky = publish(0.99)
    promote(version=leaky, by=manager)
    LeadFieldDecision.objects.create(field="crm.lead.city", known_when=KnownWhen.AFTER)
    after = publish(0.7, fields=("crm.lead.source",))
    settle_version(version=after)
    assert told(after) == ("champion", "barred")
    assert "may not be used" in Notification.objects.get(user=manager).message


@pytest.mark.parametrize(("is_pinned", "state"), [(False, "champion"), (True, "challenger")])
def test_figures_of_another_outcome_are_not_compared(
    manager: User, is_pinned: bool, state: str
) -> None:
    """Converting within 90 days is harder to tell than converting ever."""
    first = trained(0.9)
    if is_pinned:
        trained(0.95)
        promote(version=first, by=manager)
    version = publish(0.7)
    version.parameters |= {"has_moments": True, "horizon_days": 90}
    settle_version(version=version)
    assert told(version) == (state, "other_outcome")


def test_a_model_takes_over_from_points_rules_and_they_do_not_come_back_by_hand(
    manager: User,
) -> None:
    rules = publish_version(
        kind=KIND, artifact=b"{}", algorithm=POINTS_RULES, parameters={}, fingerprint=""
    )
    promote_version(version=rules, by=None, reason="points")
    assert told(trained(0.6)) == ("champion", "first_model")
    with pytest.raises(Refused, match="by themselves"):
        promote(version=rules, by=manager)
    with pytest.raises(Refused, match="No version served before"):
        roll_back(by=manager)


def test_archived_custom_field_bars_a_version() -> None:
    field = CustomFieldFactory(object_type="crm.lead", key="size", label="Size")
    version = publish(0.9, fields=(field.name,))
    settle_version(version=version)
    field.is_archived = True
    field.save()
    assert told(trained(0.6)) == ("champion", "barred")
