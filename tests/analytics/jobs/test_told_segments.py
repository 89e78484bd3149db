"""Segments that ask for stages, values and segments of the model follow when these are said anew."""

from datetime import timedelta

import pytest

from core.conditions import Criterion
from core.jobs.questions import ask
from core.models import JobRun, User
from crm.models import Contact, ContactLifetime
from marketing.models import Segment, StaleMembership
from marketing.services.stale_memberships import note_results
from tests.analytics.customers import make_customers
from tests.factories import ContactFactory, SegmentFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db

ASKING = "marketing.segments"


def valuable(owner: User) -> Segment:
    return SegmentFactory(owner=owner, asked=Criterion("purchases", "at_least", 1))


def asked() -> list[JobRun]:
    return list(JobRun.objects.filter(kind=ASKING).order_by("pk"))


def test_segment_follows_the_run_that_says_the_value(marketing: User) -> None:
    segment = valuable(marketing)
    user_of = SegmentFactory(owner=marketing, asked=Criterion("segments", "has_any", [segment.pk]))
    other = SegmentFactory(owner=marketing, asked=Criterion("job_title", "is", ["Buyer"]))
    make_customers(12)
    ContactFactory(job_title="Buyer")
    run = carry_out(ask(kind="analytics.lifetime_value", as_of=NOW))
    assert run.state == "succeeded", run.error_text
    (following,) = asked()
    assert following.scope["after"] == run.pk
    carry_out(following)
    buyers = set(ContactLifetime.objects.values_list("contact", flat=True))
    for each in (segment, user_of):
        assert set(each.members.values_list("contact", flat=True)) == buyers
    assert not other.members.exists(), "it asks for nothing that the run says"
    carry_out(ask(kind="analytics.lifetime_value", as_of=NOW + timedelta(days=1)))
    assert len(asked()) == 2


def test_without_such_a_segment_nothing_is_asked(marketing: User) -> None:
    SegmentFactory(owner=marketing, asked=Criterion("job_title", "is", ["Buyer"]))
    make_customers(12)
    carry_out(ask(kind="analytics.lifetime_value", as_of=NOW))
    assert asked() == []


def test_contacts_that_are_looked_at_alone_wait_to_be_asked(marketing: User) -> None:
    contact = ContactFactory()
    StaleMembership.objects.all().delete()
    note_results([contact.pk], ["crm.contact.value_ahead"])
    assert not StaleMembership.objects.exists()
    valuable(marketing)
    note_results([contact.pk], ["crm.contact.value_ahead"])
    assert list(StaleMembership.objects.values_list("pk", flat=True)) == [contact.pk]
    assert Contact.objects.count() == 1
