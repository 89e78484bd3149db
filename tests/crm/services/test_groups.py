"""Groups, events, products."""

import pytest

from core.errors import Refused
from core.models import AuditEvent, User
from crm.choices import Attendance
from crm.models import Product
from crm.services.events import remove_participants, set_attendance
from crm.services.groups import add_members, remove_members
from crm.services.products import save_product
from crm.services.ties import change_tie
from tests.factories import ContactFactory, EventFactory, GroupFactory

pytestmark = pytest.mark.django_db


def test_people_join_a_group_once_and_leave_it(sales: User) -> None:
    group, contacts = GroupFactory(), ContactFactory.create_batch(2)
    assert add_members(group=group, contacts=contacts[:1], role="Chair", by=sales) == 1
    assert add_members(group=group, contacts=contacts, by=sales) == 1
    rows = group.memberships.order_by("contact").values_list("contact", "role")
    assert list(rows) == [(contacts[0].pk, "Chair"), (contacts[1].pk, "")]
    membership = group.memberships.get(contact=contacts[1])
    membership.role = "Speaker"
    change_tie(tie=membership, by=sales)
    assert group.memberships.get(contact=contacts[1]).role == "Speaker"
    assert remove_members(group=group, contacts=contacts, by=sales) == 2
    assert remove_members(group=group, contacts=contacts, by=sales) == 0
    actions = AuditEvent.objects.filter(object_type="crm.group", object_id=group.pk).order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "member.add",
        "member.add",
        "member.edit",
        "member.remove",
        "member.remove",
    ]


def test_attendance_is_said_for_many_at_once(sales: User) -> None:
    event, contacts = EventFactory(), ContactFactory.create_batch(3)
    assert set_attendance(event=event, contacts=contacts[:2], attendance="invited", by=sales) == 2
    some = contacts[1:]
    assert set_attendance(event=event, contacts=some, attendance=Attendance.ATTENDED, by=sales) == 2
    assert set_attendance(event=event, contacts=some, attendance="attended", by=sales) == 0
    rows = event.participations.order_by("contact").values_list("attendance", flat=True)
    assert list(rows) == ["invited", "attended", "attended"]
    with pytest.raises(Refused):
        set_attendance(event=event, contacts=some, attendance="maybe", by=sales)
    assert remove_participants(event=event, contacts=some, by=sales) == 2
    assert event.participations.count() == 1


def test_product_is_priced_in_the_base_currency(sales: User) -> None:
    assert save_product(product=Product(name="Sensor"), by=sales).currency == "EUR"
    assert save_product(product=Product(name="Lens", currency="USD"), by=sales).currency == "USD"
