"""All contacts asked in ranges: members follow time, nobody is written twice, a lost worker changes nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.choices import RunState
from core.conditions import Criterion, Happened, all_of
from core.jobs.questions import ask
from core.models import JobPartition, JobRun, User
from core.registries import tell_followers
from crm.models import Contact
from crm.services.interactions import NewInteraction, record_interactions
from marketing.jobs import segments as job
from marketing.models import Segment, SegmentMember, SegmentSize, StaleMembership
from marketing.services.memberships import add_to_list
from marketing.services.refreshing import compare_range, refresh_changed, write_range
from marketing.services.segments import save_segment
from tests.factories import ContactFactory, SegmentFactory
from tests.running import carry_out, lose_worker, work_once

pytestmark = pytest.mark.django_db

KIND = "marketing.segments"
BUYERS = Criterion("job_title", "is", ["Buyer"])


def reconcile(**scope: int) -> JobRun:
    run = carry_out(ask(kind=KIND, as_of=timezone.now(), scope=scope or None))
    assert run.state == RunState.SUCCEEDED, run.error
    return run


def ids(segment: Segment) -> list[int]:
    return list(segment.members.order_by("contact").values_list("contact", flat=True))


@pytest.fixture
def in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "PER_PART", 2)


def test_members_are_found_and_taken_out_and_counted(marketing: User, in_small_parts: None) -> None:
    segment = SegmentFactory(owner=marketing, asked=BUYERS)
    buyers = ContactFactory.create_batch(5, job_title="Buyer")
    chief = ContactFactory(job_title="Chief")
    segment.members.create(contact=chief, since=timezone.now())
    run = reconcile()
    assert ids(segment) == [each.pk for each in buyers]
    assert (run.result["joined"], run.result["left"]) == (5, 1)
    segment.refresh_from_db()
    assert (segment.size, segment.checked_at) == (5, run.as_of)
    again = reconcile()
    assert (again.result["joined"], again.result["left"]) == (0, 0)


def test_time_alone_takes_contacts_out(marketing: User) -> None:
    asked = Happened("interaction", at_least=2, days=30)
    segment, contact = SegmentFactory(owner=marketing, asked=asked), ContactFactory()
    ContactFactory()
    now = timezone.now()
    record_interactions(
        NewInteraction(contact.pk, "click", now - timedelta(days=29, hours=hour)) for hour in (1, 2)
    )
    StaleMembership.objects.all().delete()  # else it would wait to be asked alone
    carry_out(ask(kind=KIND, as_of=now))
    assert ids(segment) == [contact.pk]
    carry_out(ask(kind=KIND, as_of=now + timedelta(days=2)))
    assert ids(segment) == []


def test_segments_that_ask_for_others_come_after_them(
    marketing: User, in_small_parts: None
) -> None:
    used = SegmentFactory(owner=marketing, asked=BUYERS)
    nested = SegmentFactory(
        owner=marketing,
        asked=all_of(
            Criterion("segments", "has_any", [str(used.pk)]), Criterion("city", "is", ["Jena"])
        ),
    )
    there = ContactFactory(job_title="Buyer", city="Jena")
    ContactFactory.create_batch(4, job_title="Buyer")
    reconcile(segment=used.pk, version=1)
    assert (len(ids(used)), ids(nested)) == (5, [there.pk])


def test_saving_it_fills_it(marketing: User) -> None:
    buyer = ContactFactory(job_title="Buyer")
    segment = Segment(name="Buyers", condition=all_of(BUYERS).as_json())
    save_segment(segment=segment, by=marketing, at=timezone.now())
    carry_out(JobRun.objects.get(kind=KIND))
    assert ids(segment) == [buyer.pk]
    assert SegmentSize.objects.get(segment=segment).size == 1


def test_lost_worker_leaves_the_same_members(marketing: User, in_small_parts: None) -> None:
    segment = SegmentFactory(owner=marketing, asked=BUYERS)
    buyers = ContactFactory.create_batch(9, job_title="Buyer")
    run = ask(kind=KIND, as_of=timezone.now())
    real, calls = job.SegmentsJob.save, []

    def dies(self: job.SegmentsJob, context: object, results: object) -> object:
        calls.append(results)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(self, context, results)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job.SegmentsJob, "save", dies)
        with pytest.raises(KeyboardInterrupt):
            work_once(run)
    held = JobPartition.objects.get(run=run, state="running")
    lose_worker(held)
    assert carry_out(run).state == RunState.SUCCEEDED
    assert ids(segment) == [each.pk for each in buyers]
    assert run.result["joined"] == 9
    size = SegmentSize.objects.get(segment=segment)
    assert (size.size, size.joined) == (9, 9)


def test_older_reading_does_not_overwrite_what_is_known_since(marketing: User) -> None:
    segment = SegmentFactory(owner=marketing, asked=BUYERS)
    contact = ContactFactory(job_title="Buyer")
    now = timezone.now()
    compared = compare_range(list(Segment.objects.at_work()), 0, contact.pk, now)
    Contact.objects.filter(pk=contact.pk).update(job_title="Chief")
    tell_followers("crm.contact", [contact.pk])
    refresh_changed(at=now)
    assert write_range(compared, at=now) == (0, 0)
    assert ids(segment) == []


def test_reading_by_another_condition_is_not_written(marketing: User) -> None:
    segment = SegmentFactory(owner=marketing, asked=BUYERS)
    contact = ContactFactory(job_title="Buyer")
    now = timezone.now()
    compared = compare_range(list(Segment.objects.at_work()), 0, contact.pk, now)
    Segment.objects.filter(pk=segment.pk).update(version=2)
    assert write_range(compared, at=now) == (0, 0)
    assert not SegmentMember.objects.exists()


def test_what_was_done_is_forgotten_by_a_later_run_over_all(marketing: User) -> None:
    SegmentFactory(owner=marketing, asked=BUYERS)
    contact = ContactFactory()
    tell_followers("crm.contact", [contact.pk])
    refresh_changed(at=timezone.now())
    assert StaleMembership.objects.exists()
    carry_out(ask(kind=KIND, as_of=timezone.now() + timedelta(hours=1)))
    assert not StaleMembership.objects.exists()


def test_lists_and_sizes_are_counted_each_night(marketing: User) -> None:
    listed = SegmentFactory(owner=marketing, team=marketing.team)
    here, binned = ContactFactory.create_batch(2)
    yesterday = timezone.now() - timedelta(days=1)
    add_to_list(segment=listed, contacts=[here.pk, binned.pk], by=marketing, at=yesterday)
    Contact.objects.filter(pk=binned.pk).update(deleted_at=yesterday)
    reconcile()
    sizes = listed.sizes.order_by("day").values_list("size", "joined")
    assert list(sizes) == [(2, 2), (1, 0)]


def test_segment_that_cannot_be_asked_stays_and_the_others_go_on(marketing: User) -> None:
    broken = SegmentFactory(owner=marketing, asked=BUYERS)
    Segment.objects.filter(pk=broken.pk).update(
        condition={"field": "no_such", "operator": "is", "value": ["x"]}
    )
    kept, buyer = ContactFactory(), ContactFactory(job_title="Buyer")
    broken.members.create(contact=kept, since=timezone.now())
    fine = SegmentFactory(owner=marketing, asked=BUYERS)
    reconcile()
    assert (ids(broken), ids(fine)) == ([kept.pk], [buyer.pk])
    broken.refresh_from_db()
    assert broken.checked_at is None


def test_a_segment_made_just_after_contacts_were_asked_has_them(marketing: User) -> None:
    """They were asked for the segments of that moment; this one was not among them."""
    SegmentFactory(owner=marketing, asked=Criterion("job_title", "is", ["Chief"]))
    buyers = ContactFactory.create_batch(3, job_title="Buyer")
    tell_followers("crm.contact", [each.pk for each in buyers])
    refresh_changed(at=timezone.now())
    assert StaleMembership.objects.filter(done_at__isnull=False).count() == 3
    segment = SegmentFactory(owner=marketing, asked=BUYERS)
    run = reconcile(segment=segment.pk)
    assert ids(segment) == [each.pk for each in buyers]
    assert run.result["joined"] == 3
