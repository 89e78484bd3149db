"""Lists that people fill by hand: one by one, many at once, counted by day."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import Refused
from core.models import AuditEvent, User
from core.queries.changes import trail_of
from core.services.records import change_records
from core.services.undo import may_undo, undo_change_set
from crm.models import Contact
from marketing.models import Segment, SegmentSize
from marketing.services.list_changes import AddToList, RemoveFromList
from marketing.services.memberships import add_to_list, remove_from_list
from tests.factories import ContactFactory, SegmentFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def segment(marketing: User) -> Segment:
    return SegmentFactory(owner=marketing, team=marketing.team)


def test_contacts_come_once_and_go(segment: Segment, marketing: User) -> None:
    ids = [each.pk for each in ContactFactory.create_batch(3)]
    assert add_to_list(segment=segment, contacts=ids[:2], by=marketing, at=NOW) == 2
    assert add_to_list(segment=segment, contacts=ids, by=marketing, at=NOW) == 1
    assert remove_from_list(segment=segment, contacts=ids[:1], by=marketing, at=NOW) == 1
    assert remove_from_list(segment=segment, contacts=ids[:1], by=marketing, at=NOW) == 0
    segment.refresh_from_db()
    assert segment.size == 2
    day = SegmentSize.objects.get()
    assert (day.size, day.joined, day.left) == (2, 3, 1)
    actions = AuditEvent.objects.filter(object_type="marketing.segment").order_by("pk")
    assert [event.action for event in actions] == ["segment.add", "segment.add", "segment.remove"]
    assert actions[0].changes["size"] == [0, 2]


def test_each_day_has_its_own_size(segment: Segment, marketing: User) -> None:
    one, other = ContactFactory.create_batch(2)
    add_to_list(segment=segment, contacts=[one.pk], by=marketing, at=NOW)
    later = NOW + timedelta(days=1)
    add_to_list(segment=segment, contacts=[other.pk], by=marketing, at=later)
    sizes = SegmentSize.objects.order_by("day").values_list("size", "joined", "left")
    assert list(sizes) == [(1, 1, 0), (2, 1, 0)]


def test_nobody_is_put_on_a_list_unseen(segment: Segment, sales: User) -> None:
    Segment.objects.filter(pk=segment.pk).update(owner=sales)
    segment.refresh_from_db()
    foreign = ContactFactory()
    assert add_to_list(segment=segment, contacts=[foreign.pk], by=sales, at=NOW) == 0


def test_dynamic_segments_and_those_of_others_are_refused(marketing: User, sales: User) -> None:
    from core.conditions import Criterion

    dynamic = SegmentFactory(owner=marketing, asked=Criterion("city", "is", ["Jena"]))
    with pytest.raises(Refused, match="by its condition"):
        add_to_list(segment=dynamic, contacts=[], by=marketing, at=NOW)
    foreign = SegmentFactory(owner=marketing, sharing="all")
    with pytest.raises(Refused, match="may not change"):
        add_to_list(segment=foreign, contacts=[], by=sales, at=NOW)
    archived = SegmentFactory(owner=marketing, archived_at=NOW)
    with pytest.raises(Refused, match="archived"):
        add_to_list(segment=archived, contacts=[], by=marketing, at=NOW)


def test_many_at_once_cost_no_query_each_and_change_nothing_of_them(
    segment: Segment, marketing: User
) -> None:
    ContactFactory.create_batch(3)
    counts = []
    for most in (1, 3):
        rows = Contact.objects.filter(
            pk__in=list(Contact.objects.values_list("pk", flat=True)[:most])
        )
        with CaptureQueriesContext(connection) as queries:
            change_set = change_records(
                rows=rows, change=AddToList(segment.pk), by=marketing, at=NOW
            )
        counts.append(len(queries))
    assert change_set.count == 2
    assert counts[1] <= counts[0] + 1  # one contact alone is named in the trail
    assert may_undo(change_set, marketing, NOW)
    assert not AuditEvent.objects.filter(object_type="crm.contact").exists()
    rows = Contact.objects.all()
    gone = change_records(rows=rows, change=RemoveFromList(segment.pk), by=marketing, at=NOW)
    assert (gone.count, segment.members.count()) == (3, 0)


def test_putting_on_a_list_is_undone_but_for_whoever_was_moved_since(
    segment: Segment, marketing: User
) -> None:
    early, moved, _new = ContactFactory.create_batch(3)
    add_to_list(segment=segment, contacts=[early.pk], by=marketing, at=NOW - timedelta(days=9))
    rows = Contact.objects.all()
    done = change_records(rows=rows, change=AddToList(segment.pk), by=marketing, at=NOW)
    assert done.count == 2
    later = NOW + timedelta(hours=1)
    remove_from_list(segment=segment, contacts=[moved.pk], by=marketing, at=later)
    add_to_list(segment=segment, contacts=[moved.pk], by=marketing, at=later)
    undone = undo_change_set(change_set=done, by=marketing, at=later)
    assert (undone.change_set.count, undone.left_alone) == (1, 1)
    assert set(segment.contacts.all()) == {early, moved}
    segment.refresh_from_db()
    assert segment.size == 2
    with pytest.raises(Refused):
        undo_change_set(change_set=done, by=marketing, at=later)


def test_taking_off_a_list_is_undone_with_since_when_they_were_on_it(
    segment: Segment, marketing: User
) -> None:
    ids = [each.pk for each in ContactFactory.create_batch(3)]
    before = NOW - timedelta(days=9)
    add_to_list(segment=segment, contacts=ids, by=marketing, at=before)
    rows = Contact.objects.filter(pk__in=ids[:2])
    gone = change_records(rows=rows, change=RemoveFromList(segment.pk), by=marketing, at=NOW)
    add_to_list(segment=segment, contacts=ids[:1], by=marketing, at=NOW)
    undone = undo_change_set(change_set=gone, by=marketing, at=NOW + timedelta(hours=1))
    assert (undone.change_set.count, undone.left_alone) == (1, 1)
    since = dict(segment.members.values_list("contact", "since"))
    assert since == {ids[0]: NOW, ids[1]: before, ids[2]: before}
    days = dict(SegmentSize.objects.values_list("day", "size"))
    assert days == {before.date(): 3, NOW.date(): 3}


def test_undo_is_refused_where_the_list_is_no_longer_ones_own(
    segment: Segment, marketing: User, sales: User
) -> None:
    ContactFactory()
    rows = Contact.objects.all()
    done = change_records(rows=rows, change=AddToList(segment.pk), by=marketing, at=NOW)
    Segment.objects.filter(pk=segment.pk).update(archived_at=NOW)
    with pytest.raises(Refused, match="archived"):
        undo_change_set(change_set=done, by=marketing, at=NOW)
    done.refresh_from_db()
    assert done.undone_at is None
    assert segment.members.count() == 1
    with pytest.raises(Refused):
        undo_change_set(change_set=done, by=sales, at=NOW)


def test_trail_tells_how_many_came(segment: Segment, marketing: User) -> None:
    ids = [each.pk for each in ContactFactory.create_batch(2)]
    add_to_list(segment=segment, contacts=ids, by=marketing, at=NOW)
    (change,) = trail_of(segment, marketing).changes
    assert ("Contacts", None, "2 contacts") in change.facts
    assert change.title == "Contacts put on the list"


def test_a_list_out_of_reach_is_no_choice(segment: Segment, sales: User) -> None:
    with pytest.raises(Refused, match="Choose one of the lists"):
        AddToList(segment.pk).prepared(_contact_type(), sales)


def _contact_type() -> object:
    from core.registries import record_types

    return record_types["crm.contact"]
