"""Segments follow what happens to contacts, one contact at a time."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.conditions import Criterion, Happened, all_of
from core.models import User
from core.registries import tell_followers
from core.services.records import delete_records, restore_records, save_record
from crm.models import Company, Contact
from crm.services.activities import log_activity
from crm.services.groups import add_members, remove_members
from crm.services.interactions import NewInteraction, record_interactions
from marketing.models import Segment, StaleMembership
from marketing.services.memberships import add_to_list, remove_from_list
from marketing.services.refreshing import refresh_changed, refresh_contacts
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    GroupFactory,
    SegmentFactory,
    TagFactory,
)

pytestmark = pytest.mark.django_db

BUYERS = Criterion("job_title", "is", ["Buyer"])


def segment_of(owner: User, *conditions: Any) -> Segment:
    return SegmentFactory(owner=owner, asked=all_of(*conditions))


def members(segment: Segment) -> list[int]:
    refresh_changed(at=timezone.now())
    return list(segment.members.order_by("contact").values_list("contact", flat=True))


def test_contact_comes_in_and_leaves_with_its_fields(marketing: User) -> None:
    segment = segment_of(marketing, BUYERS)
    contact = save_record(record=Contact(name="Ada", job_title="Buyer"), by=marketing)
    assert members(segment) == [contact.pk]
    contact.job_title = "Chief"
    save_record(record=contact, by=marketing)
    assert members(segment) == []
    segment.refresh_from_db()
    assert segment.size == 0
    day = segment.sizes.get()
    assert (day.size, day.joined, day.left) == (0, 1, 1)


def test_the_bin_empties_segments_and_restoring_fills_them(marketing: User) -> None:
    segment = segment_of(marketing, BUYERS)
    contact = save_record(record=Contact(name="Ada", job_title="Buyer"), by=marketing)
    rows = Contact.objects.filter(pk=contact.pk)
    assert members(segment) == [contact.pk]
    delete_records(rows=rows, by=marketing, at=timezone.now())
    assert members(segment) == []
    restore_records(rows=rows, by=marketing, at=timezone.now())
    assert members(segment) == [contact.pk]


def test_what_a_contact_does_and_what_we_do_counts(marketing: User) -> None:
    clicked = segment_of(marketing, Happened("interaction", kinds=("click",), at_least=2, days=30))
    called = segment_of(marketing, Happened("activity", at_least=1, days=7))
    contact, now = ContactFactory(), timezone.now()
    for hours in (1, 2):
        record_interactions([NewInteraction(contact.pk, "click", now - timedelta(hours=hours))])
    assert members(clicked) == [contact.pk]
    assert members(called) == []
    activity = ActivityFactory.build(contact=contact, kind="call", done_at=now, at=now)
    log_activity(activity=activity, by=marketing, at=now)
    assert members(called) == [contact.pk]


def test_a_company_takes_its_people_along(marketing: User) -> None:
    segment = segment_of(marketing, Criterion("company.employees", "at_least", 100))
    company = CompanyFactory(employees=5)
    people = ContactFactory.create_batch(2, company=company)
    ContactFactory()
    stored = Company.objects.get(pk=company.pk)
    stored.employees = 500
    save_record(record=stored, by=marketing)
    assert members(segment) == [each.pk for each in people]


def test_groups_tags_and_other_segments_are_asked_too(marketing: User) -> None:
    group, tag, contact = GroupFactory(), TagFactory(), ContactFactory()
    in_group = segment_of(marketing, Criterion("groups", "has_any", [str(group.pk)]))
    tagged = segment_of(marketing, Criterion("tags", "has_any", [str(tag.pk)]))
    listed = SegmentFactory(owner=marketing)
    nested = segment_of(
        marketing, Criterion("segments", "has_any", [str(in_group.pk), str(listed.pk)])
    )
    add_members(group=group, contacts=[contact], by=marketing)
    assert members(in_group) == [contact.pk]
    assert members(nested) == [contact.pk]
    remove_members(group=group, contacts=[contact], by=marketing)
    assert members(nested) == []
    add_to_list(segment=listed, contacts=[contact.pk], by=marketing, at=timezone.now())
    assert members(nested) == [contact.pk]
    remove_from_list(segment=listed, contacts=[contact.pk], by=marketing, at=timezone.now())
    assert members(nested) == []
    contact.tags.add(tag)
    tell_followers("crm.contact", [contact.pk])
    assert members(tagged) == [contact.pk]


def test_only_contacts_that_the_owner_sees_are_in_it(sales: User) -> None:
    segment = segment_of(sales, BUYERS)
    own = ContactFactory(job_title="Buyer", owner=sales, team=sales.team)
    foreign = ContactFactory(job_title="Buyer")
    tell_followers("crm.contact", [own.pk, foreign.pk])
    assert members(segment) == [own.pk]


def test_many_and_few_contacts_get_the_same_answer(marketing: User) -> None:
    conditions = (
        (BUYERS,),
        (Criterion("company.city", "is_not", ["Jena"]),),
        (Happened("activity", at_most=0, days=9),),
        (Criterion("touched", "longer_ago", 14),),
    )
    segments = [segment_of(marketing, *each) for each in conditions]
    now = timezone.now()
    for number in range(8):
        contact = ContactFactory(
            job_title="Buyer" if number % 2 else "Chief",
            company=CompanyFactory(city="Jena") if number % 3 else None,
            touched_at=now - timedelta(days=20) if number % 4 else None,
        )
        if number % 5 == 0:
            ActivityFactory(contact=contact, done_at=now, at=now)
    ids = list(Contact.objects.values_list("pk", flat=True))
    for pk in ids:
        refresh_contacts([pk], at=now)
    one_by_one = [members(segment) for segment in segments]
    for segment in segments:
        segment.members.all().delete()
    refresh_contacts(ids, at=now)
    assert [members(segment) for segment in segments] == one_by_one
    assert all(one_by_one)


def test_queries_do_not_grow_with_segments_that_ask_fields(marketing: User) -> None:
    contact = ContactFactory(company=CompanyFactory())
    counts = []
    for titles in (range(5), range(5, 30)):
        for number in titles:
            conditions = (
                Criterion("job_title", "is", [f"Title {number}"]),
                Criterion("company.city", "is", ["Jena"]),
                Criterion("tags", "has_any", [str(TagFactory().pk)]),
            )
            segment_of(marketing, *conditions)
        with CaptureQueriesContext(connection) as queries:
            refresh_contacts([contact.pk], at=timezone.now())
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12, counts


def test_nothing_is_noted_where_no_segment_asks(marketing: User) -> None:
    contact = ContactFactory()
    tell_followers("crm.contact", [contact.pk])
    assert not StaleMembership.objects.exists()
    segment_of(marketing, BUYERS)
    tell_followers("crm.company", [CompanyFactory().pk])
    tell_followers("crm.interaction", [contact.pk])
    assert not StaleMembership.objects.exists()
    tell_followers("crm.contact", [contact.pk])
    assert StaleMembership.objects.filter(done_at=None).count() == 1


def test_what_changes_while_it_is_asked_waits_again(
    marketing: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from marketing.services import refreshing

    segment_of(marketing, BUYERS)
    contact = ContactFactory()
    tell_followers("crm.contact", [contact.pk])
    real = refreshing.refresh_contacts

    def and_change(ids: Any, *, at: Any) -> int:
        found = real(ids, at=at)
        tell_followers("crm.contact", ids)
        return found

    monkeypatch.setattr(refreshing, "refresh_contacts", and_change)
    refresh_changed(at=timezone.now())
    assert StaleMembership.objects.filter(done_at=None).count() == 1
    monkeypatch.setattr(refreshing, "refresh_contacts", real)
    refresh_changed(at=timezone.now())
    assert not StaleMembership.objects.filter(done_at=None).exists()


def test_segment_of_somebody_who_left_stays_as_it_is(marketing: User) -> None:
    segment = segment_of(marketing, BUYERS)
    contact = ContactFactory(job_title="Buyer")
    tell_followers("crm.contact", [contact.pk])
    assert members(segment) == [contact.pk]
    User.objects.filter(pk=marketing.pk).update(is_active=False)
    Contact.objects.filter(pk=contact.pk).update(job_title="Chief")
    tell_followers("crm.contact", [contact.pk])
    assert members(segment) == [contact.pk]
