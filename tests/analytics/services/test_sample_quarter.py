"""The sample company's quotas and calls."""

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.models import Quota, Submission
from analytics.services.sample_quarter import give_sample_quarter
from core.models import SampleData
from crm.choices import StageKind
from crm.models import Deal
from tests.factories import DealFactory, StageFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def test_sample_people_get_quotas_and_calls_once() -> None:
    SampleData(day=date(2026, 11, 28)).save()
    won = StageFactory(kind=StageKind.WON)
    people = [UserFactory(is_sample=True) for _person in range(5)]
    for person in [*people, UserFactory()]:
        deal = DealFactory(owner=person, stage=won, base_amount=100_000, is_sample=True)
        Deal.objects.filter(pk=deal.pk).update(closed_at=NOW - timedelta(days=120))
    assert give_sample_quarter(as_of=NOW) == 5
    assert set(Quota.objects.values_list("amount", flat=True)) == {35_000}, (
        "100,000 a year and a third"
    )
    assert set(Quota.objects.values_list("user", flat=True)) == {person.pk for person in people}
    assert Submission.objects.count() == 4, "one of five has said nothing"
    assert give_sample_quarter(as_of=NOW) == 0
    assert Submission.objects.count() == 4


def test_other_companies_get_none() -> None:
    UserFactory(is_sample=True)
    assert give_sample_quarter(as_of=NOW) == 0
    assert not Quota.objects.exists()
