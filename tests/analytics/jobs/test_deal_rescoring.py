"""Deals that change are looked at anew, without training."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analytics.jobs.deal_rescoring import restate_changed
from analytics.models import StaleOutlook
from core.choices import RunState
from core.models import JobRun, ModelVersion, User
from crm.models import Activity, Deal, DealOutlook, Stage
from crm.services.activities import log_activity
from crm.services.deals import move_deal
from tests.analytics.deals import make_deals, make_stages
from tests.analytics.jobs.test_win_probability import compute
from tests.factories import DealFactory, JobRunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stages() -> list[Stage]:
    stages = make_stages()
    make_deals(500, stages)
    compute()
    return stages


def test_moved_deal_has_another_chance_within_a_minute(
    stages: list[Stage], administrator: User
) -> None:
    deal = Deal.objects.open().filter(stage=stages[0]).first()
    before = DealOutlook.objects.get(deal=deal)
    now = timezone.now()
    move_deal(deal=deal, stage=stages[2], by=administrator, at=now)
    assert StaleOutlook.objects.filter(deal=deal).exists()
    assert restate_changed(at=now + timedelta(seconds=30)) == 1
    after = DealOutlook.objects.get(deal=deal)
    assert after.probability != before.probability
    assert after.as_of > before.as_of
    assert after.run is None
    assert not StaleOutlook.objects.exists()
    assert ModelVersion.objects.filter(kind="analytics.win_probability").count() == 1


def test_activity_on_a_deal_is_noted_and_closed_deals_are_not(
    stages: list[Stage], administrator: User
) -> None:
    deal = Deal.objects.open().first()
    closed = Deal.objects.won().first()
    for each in (deal, closed):
        activity = Activity(kind="call", subject="Call", deal=each, at=timezone.now())
        log_activity(activity=activity, by=administrator, at=timezone.now())
    assert list(StaleOutlook.objects.values_list("deal", flat=True)) == [deal.pk]


def test_what_changes_while_a_run_is_at_work_waits(stages: list[Stage]) -> None:
    StaleOutlook.objects.create(deal=Deal.objects.open().first(), since=timezone.now())
    JobRunFactory(kind="analytics.win_probability", state=RunState.WORKING, finished_at=None)
    assert restate_changed(at=timezone.now()) == 0
    assert StaleOutlook.objects.count() == 1
    JobRun.objects.filter(state=RunState.WORKING).delete()
    assert restate_changed(at=timezone.now()) == 1


def test_without_a_version_nothing_waits() -> None:
    StaleOutlook.objects.create(deal=DealFactory(), since=timezone.now())
    assert restate_changed(at=timezone.now()) == 0
    assert not StaleOutlook.objects.exists()
