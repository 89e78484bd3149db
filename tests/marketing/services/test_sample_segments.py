"""The sample company has segments with members and sizes of the past, and they go with it."""

from datetime import timedelta

import pytest

from core.choices import Sharing
from core.models import SampleData, User
from core.services.sample_users import SAMPLES
from crm.services.sample.removal import portions, remove_portion
from marketing.models import Segment, SegmentMember
from marketing.services.sample_segments import DAYS, MARKETER, SEEDS, make_sample_segments
from tests.factories import CompanyFactory, ContactFactory, UserFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer() -> User:
    assert MARKETER in {email for _role, email, _name, _team in SAMPLES}
    return UserFactory(role="marketing", email=MARKETER)


def test_segments_are_made_once_with_their_past(marketer: User) -> None:
    SampleData.objects.create(pk=1, day=NOW.date())
    company = CompanyFactory(employees=5_000)
    for days in (100, 10, 1):
        ContactFactory(
            company=company,
            job_title="厂长",
            is_sample=True,
            created_at=NOW - timedelta(days=days),
            touched_at=NOW,
        )
    assert make_sample_segments(as_of=NOW) == len(SEEDS) + 2
    large = Segment.objects.get(name__startswith="Large plants")
    assert (large.size, large.owner, large.sharing) == (3, marketer, Sharing.ALL)
    sizes = list(large.sizes.order_by("day").values_list("size", flat=True))
    assert (len(sizes), sizes[0], sizes[-1], max(sizes)) == (DAYS, 1, 3, 3)
    assert sum(large.sizes.values_list("joined", flat=True)) == 2
    dinner = Segment.objects.get(name__startswith="Fair dinner")
    assert dinner.members.count() == 3
    assert make_sample_segments(as_of=NOW + timedelta(days=1)) == 0


def test_without_a_sample_company_or_anybody_to_own_them_none_are_made(marketer: User) -> None:
    assert make_sample_segments(as_of=NOW) == 0
    SampleData.objects.create(pk=1, day=NOW.date())
    User.objects.update(is_active=False)
    assert make_sample_segments(as_of=NOW) == 0
    assert not Segment.objects.exists()


def test_they_go_with_the_sample_company(marketer: User) -> None:
    SampleData.objects.create(pk=1, day=NOW.date())
    ContactFactory(is_sample=True, touched_at=NOW)
    make_sample_segments(as_of=NOW)
    for portion in portions():
        remove_portion(**portion)
    assert not Segment.objects.exists()
    assert not SegmentMember.objects.exists()
