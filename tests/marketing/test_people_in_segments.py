"""Companies asked for people of theirs who are in a segment: in the eyes of who asks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.choices import Reach, Sharing
from core.conditions import Happened, Viewpoint, checked, meets, sentence, to_q
from core.errors import Refused
from core.models import User
from core.registries import record_types
from crm.models import Company
from marketing.models import Segment, SegmentMember
from tests.factories import CompanyFactory, ContactFactory, RoleFactory, SegmentFactory, UserFactory

pytestmark = pytest.mark.django_db


def member(segment: Segment, company: Company, owner: User | None = None, days: int = 1) -> None:
    SegmentMember.objects.create(
        segment=segment,
        contact=ContactFactory(company=company, owner=owner),
        since=timezone.now() - timedelta(days=days),
    )


def found(user: User, segment: Segment, **how: int) -> set[str]:
    """By the database; one record at hand says the same."""
    kind, view = record_types["crm.company"], Viewpoint(user, timezone.localtime())
    condition = checked(Happened("people_in_segment", (str(segment.pk),), **how), kind, view)
    rows = Company.objects.filter(to_q(condition, kind, view))
    for company in Company.objects.all():
        assert meets(company, condition, kind, view) == (company in rows)
    assert segment.name in sentence(condition, kind, view)
    return set(rows.values_list("name", flat=True))


def test_companies_are_found_by_their_people(administrator: User) -> None:
    segment, other = SegmentFactory(name="Dinner"), SegmentFactory(name="Lunch")
    for name, days in (("Acme", (1, 1)), ("Borealis", (40,)), ("Cumulus", ())):
        company = CompanyFactory(name=name)
        for each in days:
            member(segment, company, days=each)
    member(other, Company.objects.get(name="Cumulus"))
    assert found(administrator, segment) == {"Acme", "Borealis"}
    assert found(administrator, segment, days=30) == {"Acme"}
    assert found(administrator, segment, at_least=2) == {"Acme"}


def test_people_and_segments_out_of_sight_do_not_count() -> None:
    role = RoleFactory(
        grants={
            "crm.company.view": Reach.ALL,
            "crm.contact.view": Reach.OWN,
            "marketing.segment.view": Reach.OWN,
        }
    )
    user = UserFactory(roles=[role])
    shared = SegmentFactory(name="Dinner", sharing=Sharing.ALL)
    member(shared, CompanyFactory(name="Acme"), owner=user)
    member(shared, CompanyFactory(name="Borealis"))
    assert found(user, shared) == {"Acme"}
    private = SegmentFactory(name="Private")
    member(private, Company.objects.get(name="Acme"), owner=user)
    with pytest.raises(Refused):
        found(user, private)
    kind, view = record_types["crm.company"], Viewpoint(user, timezone.localtime())
    names = [label for _key, label in view.choices_of(kind.behaviour["people_in_segment"])]
    assert names == ["Dinner"]
