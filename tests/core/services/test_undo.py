"""Undoing bulk changes: only what nobody has touched since, only by whoever did it, within a day."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.choices import RunState
from core.errors import Refused
from core.models import AuditEvent, ChangeSet, User
from core.services.records import assign_records, delete_records, save_record
from core.services.undo import undo_change_set
from crm.models import Contact, Deal, Lead
from tests.changing import edit_records, tag_records, untag_records
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    DealFactory,
    JobRunFactory,
    LeadFactory,
    TagFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

CONTACTS = Contact.objects.all()
LATER = NOW + timedelta(minutes=5)


def contact(owner: User, **fields: Any) -> Contact:
    return ContactFactory(owner=owner, team=owner.team, **fields)


def stored(record: Contact) -> Contact:
    return Contact.objects.get(pk=record.pk)


def test_deleted_records_come_back(sales: User) -> None:
    contact(sales)
    done = delete_records(rows=CONTACTS, by=sales, at=NOW)
    undone = undo_change_set(change_set=done, by=sales, at=LATER)
    assert (undone.change_set.count, undone.left_alone) == (1, 0)
    assert Contact.objects.kept().count() == 1
    done.refresh_from_db()
    assert done.undone_at == LATER
    (event,) = undone.change_set.events.all()
    assert (event.action, event.actor) == ("undo", sales)
    assert event.changes == {"deleted_at": [str(NOW), None]}


def test_each_record_gets_its_own_value_back(sales: User) -> None:
    first = contact(sales, city="Ulm", name="Ada")
    second = contact(sales, city="")
    done = edit_records(rows=CONTACTS, field="city", value="Bonn", by=sales, at=NOW)
    undo_change_set(change_set=done, by=sales, at=LATER)
    assert [stored(first).city, stored(second).city] == ["Ulm", ""]


def test_values_of_every_kind_come_back(administrator: User) -> None:
    field = CustomFieldFactory(object_type="crm.deal", type="number")
    company = CompanyFactory()
    deal = DealFactory(
        amount="1000.50",
        base_amount="1000.50",
        close_on="2026-12-24",
        custom={field.key: 1.5},
        company=company,
    )
    changes = [
        ("amount", "7"),
        ("close", ""),
        ("company", ""),
        ("name", "Else"),
        (f"custom_{field.key}", "9"),
    ]
    before = Deal.objects.filter(pk=deal.pk).values().get()
    done = [
        edit_records(rows=Deal.objects.all(), field=name, value=text, by=administrator, at=NOW)
        for name, text in changes
    ]
    assert Deal.objects.filter(pk=deal.pk).values().get() != before
    for change_set in reversed(done):
        assert undo_change_set(change_set=change_set, by=administrator, at=LATER).left_alone == 0
    after = Deal.objects.filter(pk=deal.pk).values().get()
    assert after == {**before, "updated_at": LATER}


def test_what_somebody_changed_since_is_left_alone(sales: User, manager: User) -> None:
    touched, untouched = contact(sales, city="Ulm"), contact(sales, city="Ulm")
    done = edit_records(rows=CONTACTS, field="city", value="Bonn", by=sales, at=NOW)
    touched.refresh_from_db()
    touched.city = "Jena"
    save_record(record=touched, by=manager)
    undone = undo_change_set(change_set=done, by=sales, at=LATER)
    assert (undone.change_set.count, undone.left_alone) == (1, 1)
    assert [stored(touched).city, stored(untouched).city] == ["Jena", "Ulm"]


def test_another_field_that_was_changed_since_does_not_hinder(sales: User) -> None:
    record = contact(sales, city="Ulm")
    done = edit_records(rows=CONTACTS, field="city", value="Bonn", by=sales, at=NOW)
    edit_records(rows=CONTACTS, field="job_title", value="Chief", by=sales, at=NOW)
    undo_change_set(change_set=done, by=sales, at=LATER)
    assert (stored(record).city, stored(record).job_title) == ("Ulm", "Chief")


def test_day_of_the_outcome_does_not_hinder_and_goes_back(sales: User) -> None:
    lead = LeadFactory(owner=sales)
    rows = Lead.objects.all()
    done = edit_records(rows=rows, field="status", value="lost", by=sales, at=NOW)
    Lead.objects.update(touched_at=LATER)
    assert undo_change_set(change_set=done, by=sales, at=LATER).left_alone == 0
    lead.refresh_from_db()
    assert (lead.status, lead.closed_at, lead.touched_at) == ("new", None, LATER)


def test_assigned_leads_and_their_contacts_go_back(manager: User, sales: User) -> None:
    lead = LeadFactory(owner=manager, team=manager.team)
    done = assign_records(rows=Lead.objects.all(), owner=sales, by=manager, at=NOW)
    undone = undo_change_set(change_set=done, by=manager, at=LATER)
    lead.refresh_from_db()
    assert lead.contact is not None
    assert (lead.owner, stored(lead.contact).owner) == (manager, manager)
    assert (undone.change_set.count, undone.left_alone) == (1, 0)


def test_tags_go_back_without_losing_those_that_came_since(sales: User) -> None:
    record, fair, vip, new = contact(sales), TagFactory(), TagFactory(), TagFactory()
    record.tags.add(fair)
    added = tag_records(rows=CONTACTS, tags=[fair, vip], by=sales, at=NOW)
    record.tags.add(new)
    undo_change_set(change_set=added, by=sales, at=LATER)
    assert set(record.tags.all()) == {fair, new}
    taken = untag_records(rows=CONTACTS, tags=[fair], by=sales, at=NOW)
    undo_change_set(change_set=taken, by=sales, at=LATER)
    assert set(record.tags.all()) == {fair, new}


def test_tag_that_was_taken_away_since_is_left_alone(sales: User) -> None:
    record, vip = contact(sales), TagFactory()
    done = tag_records(rows=CONTACTS, tags=[vip], by=sales, at=NOW)
    record.tags.clear()
    assert undo_change_set(change_set=done, by=sales, at=LATER).left_alone == 1


def test_tag_that_is_gone_does_not_come_back(sales: User) -> None:
    record, vip = contact(sales), TagFactory()
    record.tags.add(vip)
    done = untag_records(rows=CONTACTS, tags=[vip], by=sales, at=NOW)
    vip.delete()
    undo_change_set(change_set=done, by=sales, at=LATER)
    assert list(record.tags.all()) == []


def test_link_to_a_record_that_is_gone_does_not_come_back(sales: User) -> None:
    company = CompanyFactory()
    record = contact(sales, company=company)
    done = edit_records(rows=CONTACTS, field="company", value="", by=sales, at=NOW)
    company.delete()
    assert undo_change_set(change_set=done, by=sales, at=LATER).left_alone == 1
    assert stored(record).company is None


def test_record_that_is_erased_is_left_alone(sales: User) -> None:
    contact(sales)
    done = delete_records(rows=CONTACTS, by=sales, at=NOW)
    CONTACTS.all().delete()
    assert undo_change_set(change_set=done, by=sales, at=LATER).left_alone == 1


# -- who and when --------------------------------------------------------------------------------


def test_change_is_undone_once(sales: User) -> None:
    contact(sales)
    done = delete_records(rows=CONTACTS, by=sales, at=NOW)
    undo_change_set(change_set=done, by=sales, at=LATER)
    stale = ChangeSet.objects.get(pk=done.pk)
    stale.undone_at = None  # as another request has read it
    for again in (done, stale):
        with pytest.raises(Refused):
            undo_change_set(change_set=again, by=sales, at=LATER)
    assert ChangeSet.objects.count() == 2


def test_undoing_is_not_undone(sales: User) -> None:
    contact(sales)
    done = delete_records(rows=CONTACTS, by=sales, at=NOW)
    undone = undo_change_set(change_set=done, by=sales, at=LATER)
    with pytest.raises(Refused):
        undo_change_set(change_set=undone.change_set, by=sales, at=LATER)


@pytest.mark.parametrize(
    ("role", "may"), [("administrator", True), ("manager", False), ("colleague", False)]
)
def test_only_administrators_undo_what_others_did(
    role: str, may: bool, request: pytest.FixtureRequest, sales: User
) -> None:
    by = request.getfixturevalue(role)
    contact(sales)
    done = delete_records(rows=CONTACTS, by=sales, at=NOW)
    if may:
        assert undo_change_set(change_set=done, by=by, at=LATER).change_set.count == 1
    else:
        with pytest.raises(Refused):
            undo_change_set(change_set=done, by=by, at=LATER)


@pytest.mark.parametrize(("hours", "may"), [(23, True), (24, False)])
def test_change_is_undone_within_a_day(hours: int, may: bool, sales: User) -> None:
    contact(sales)
    done = delete_records(rows=CONTACTS, by=sales, at=NOW)
    at = NOW + timedelta(hours=hours)
    undo: Callable[[], object] = lambda: undo_change_set(change_set=done, by=sales, at=at)  # noqa: E731
    if may:
        undo()
    else:
        with pytest.raises(Refused):
            undo()
    assert AuditEvent.objects.filter(action="undo").count() == may


def test_right_that_was_taken_away_is_missed(sales: User) -> None:
    contact(sales)
    done = delete_records(rows=CONTACTS, by=sales, at=NOW)
    sales.roles.clear()
    with pytest.raises(Refused):
        undo_change_set(change_set=done, by=User.objects.get(pk=sales.pk), at=LATER)


def test_change_that_is_still_being_made_is_not_undone(sales: User) -> None:
    contact(sales)
    done = delete_records(rows=CONTACTS, by=sales, at=NOW)
    done.run = JobRunFactory(state=RunState.WORKING)
    done.save()
    with pytest.raises(Refused):
        undo_change_set(change_set=done, by=sales, at=LATER)
