"""Changing many records at once: who reaches what, what is written, what is left behind."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import permissions
from core.choices import Reach
from core.errors import Refused
from core.models import AuditEvent, ChangeSet, User
from core.services.records import assign_records, delete_records, restore_records
from crm.models import Company, Contact, Deal, Lead
from tests.changing import edit_records, tag_records, untag_records
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    DealFactory,
    LeadFactory,
    RoleFactory,
    TagFactory,
    TeamFactory,
    UserFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

CONTACTS = Contact.objects.all()
LEADS = Lead.objects.all()
DEALS = Deal.objects.all()


def contacts_of(*owners: User) -> list[Contact]:
    return [ContactFactory(owner=owner, team=owner.team) for owner in owners]


def somebody(reach: Reach = Reach.ALL, **rules: list[str]) -> User:
    """Somebody with every right over contacts, companies and leads."""
    grants = {
        f"crm.{kind}.{action}": reach
        for kind in ("contact", "company", "lead", "deal")
        for action in ("view", "edit", "assign", "delete")
    }
    return UserFactory(roles=[RoleFactory(grants=grants, **rules)], team=TeamFactory())


def trail(change_set: ChangeSet) -> list[tuple[str, int | None, dict[str, Any]]]:
    events = AuditEvent.objects.filter(change_set=change_set).order_by("object_type", "object_id")
    return [(event.action, event.object_id, event.changes) for event in events]


# -- the bin -------------------------------------------------------------------------------------


def test_own_records_go_into_the_bin_and_come_back(sales: User, colleague: User) -> None:
    mine, theirs = contacts_of(sales, colleague)
    done = delete_records(rows=CONTACTS, by=sales, at=NOW)
    assert (done.count, done.actor, done.object_type, done.action) == (
        1,
        sales,
        "crm.contact",
        "delete",
    )
    assert list(Contact.objects.kept()) == [theirs]
    assert trail(done) == [("delete", mine.pk, {"deleted_at": [None, str(NOW)]})]
    back = restore_records(rows=CONTACTS, by=sales, at=NOW)
    assert back.count == 1
    mine.refresh_from_db()
    assert mine.deleted_at is None
    assert mine.updated_at == NOW


@pytest.mark.parametrize(("role", "number"), [("sales", 1), ("manager", 2), ("administrator", 3)])
def test_delete_reaches_as_far_as_the_role(
    role: str,
    number: int,
    request: pytest.FixtureRequest,
    colleague: User,
    outsider: User,
) -> None:
    user = request.getfixturevalue(role)
    contacts_of(user, colleague, outsider)
    assert delete_records(rows=CONTACTS, by=user, at=NOW).count == number
    assert Contact.objects.kept().count() == 3 - number


@pytest.mark.parametrize(
    "change",
    [
        lambda by: delete_records(rows=CONTACTS, by=by, at=NOW),
        lambda by: restore_records(rows=CONTACTS, by=by, at=NOW),
        lambda by: edit_records(rows=CONTACTS, field="city", value="Ulm", by=by, at=NOW),
        lambda by: assign_records(rows=CONTACTS, owner=by, by=by, at=NOW),
        lambda by: tag_records(rows=CONTACTS, tags=[TagFactory()], by=by, at=NOW),
    ],
)
def test_change_needs_the_permission(change: Callable[[User], ChangeSet]) -> None:
    ContactFactory()
    looker = UserFactory(roles=[RoleFactory(grants={"crm.contact.view": Reach.ALL})])
    with pytest.raises(PermissionDenied):
        change(looker)
    assert AuditEvent.objects.count() == 0


# -- owners --------------------------------------------------------------------------------------


def test_records_are_given_to_a_colleague_and_the_team(manager: User, colleague: User) -> None:
    mine, _theirs = contacts_of(manager, colleague)
    done = assign_records(rows=CONTACTS, owner=colleague, by=manager, at=NOW)
    assert done.count == 1
    mine.refresh_from_db()
    assert (mine.owner, mine.team) == (colleague, colleague.team)
    assert trail(done) == [("assign", mine.pk, {"owner": [manager.pk, colleague.pk]})]


def test_records_are_given_within_reach(manager: User, outsider: User) -> None:
    contacts_of(manager)
    with pytest.raises(Refused):
        assign_records(rows=CONTACTS, owner=outsider, by=manager, at=NOW)


@pytest.mark.parametrize("is_own", [True, False])
def test_contact_goes_along_with_its_lead_unless_it_is_somebody_elses(
    is_own: bool, manager: User, sales: User, outsider: User
) -> None:
    contact = ContactFactory(owner=sales if is_own else outsider)
    LeadFactory(owner=sales, team=sales.team, contact=contact)
    done = assign_records(rows=LEADS, owner=manager, by=manager, at=NOW)
    contact.refresh_from_db()
    assert contact.owner == (manager if is_own else outsider)
    assert done.count == 1
    assert done.events.filter(object_type="crm.contact").count() == is_own


# -- tags ----------------------------------------------------------------------------------------


def test_tags_are_added_and_taken_away(sales: User) -> None:
    fair, vip = TagFactory(name="Fair"), TagFactory(name="VIP")
    first, second = contacts_of(sales, sales)
    first.tags.add(fair)
    done = tag_records(rows=CONTACTS, tags=[fair, vip], by=sales, at=NOW)
    assert done.count == 2
    assert set(first.tags.all()) == set(second.tags.all()) == {fair, vip}
    assert trail(done)[0] == ("tag", first.pk, {"tags": [[fair.pk], [fair.pk, vip.pk]]})
    assert tag_records(rows=CONTACTS, tags=[vip], by=sales, at=NOW).count == 0
    assert untag_records(rows=CONTACTS, tags=[fair], by=sales, at=NOW).count == 2
    assert set(first.tags.all()) == {vip}


def test_tags_that_are_locked_or_missing_are_refused() -> None:
    user = somebody(locks=["crm.contact.tags"])
    for tags, by in (([TagFactory()], user), ([], somebody())):
        with pytest.raises(Refused):
            tag_records(rows=CONTACTS, tags=tags, by=by, at=NOW)


# -- fields --------------------------------------------------------------------------------------

VALUES = [
    (ContactFactory, "city", "Ulm", "Ulm"),
    (ContactFactory, "name", "Ada", "Ada"),
    (ContactFactory, "lifecycle_stage", "customer", "customer"),
    (ContactFactory, "birthday", "2001-02-03", date(2001, 2, 3)),
    (CompanyFactory, "employees", "12", 12),
    (CompanyFactory, "annual_revenue", "12.50", Decimal("12.50")),
    (DealFactory, "amount", "5", Decimal(5)),
    (DealFactory, "close", "2026-12-24", date(2026, 12, 24)),
]


@pytest.mark.parametrize(("make", "field", "text", "value"), VALUES)
def test_field_of_any_kind_gets_a_value(make: Any, field: str, text: str, value: Any) -> None:
    record = make()
    rows = type(record).objects.all()
    done = edit_records(rows=rows, field=field, value=text, by=somebody(), at=NOW)
    record.refresh_from_db()
    column = "close_on" if field == "close" else field
    assert done.count == 1
    assert getattr(record, column) == value
    again = edit_records(rows=rows, field=field, value=text, by=somebody(), at=NOW)
    assert (again.count, again.events.count()) == (0, 0)


def test_compared_columns_follow(sales: User) -> None:
    contacts_of(sales)
    edit_records(rows=CONTACTS, field="name", value="ÄDA  Lovelace", by=sales, at=NOW)
    edit_records(rows=CONTACTS, field="email", value="Ada@Example.org", by=sales, at=NOW)
    stored = Contact.objects.get()
    assert (stored.name_key, stored.email_key) == ("äda lovelace", "ada@example.org")


def test_closing_leads_dates_the_outcome(sales: User) -> None:
    lead = LeadFactory(owner=sales)
    done = edit_records(rows=LEADS, field="status", value="lost", by=sales, at=NOW)
    lead.refresh_from_db()
    assert (lead.status, lead.closed_at) == ("lost", NOW)
    changes = trail(done)[0][2]
    assert changes["status"] == ["new", "lost"]
    assert changes["closed_at"] == [None, str(NOW)]
    assert changes["clock"] == ["wait", ""]  # nobody waits for an answer any more
    edit_records(rows=LEADS, field="status", value="new", by=sales, at=NOW)
    lead.refresh_from_db()
    assert lead.closed_at is None


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [("number", "1,200", 1200), ("boolean", "yes", True), ("text", "", None)],
)
def test_custom_field_gets_a_value(kind: str, text: str, value: Any, sales: User) -> None:
    field = CustomFieldFactory(object_type="crm.contact", type=kind)
    contact = ContactFactory(owner=sales, custom={field.key: "before", "other": 1})
    done = edit_records(rows=CONTACTS, field=f"custom_{field.key}", value=text, by=sales, at=NOW)
    contact.refresh_from_db()
    assert contact.custom.get(field.key) == value
    assert contact.custom["other"] == 1
    assert trail(done) == [("edit", contact.pk, {f"custom.{field.key}": ["before", value]})]


def test_company_of_contacts_is_one_that_may_be_seen(sales: User, outsider: User) -> None:
    (contact,) = contacts_of(sales)
    mine = CompanyFactory(owner=sales, team=sales.team)
    foreign = CompanyFactory(owner=outsider, team=outsider.team)
    edit_records(rows=CONTACTS, field="company", value=str(mine.pk), by=sales, at=NOW)
    contact.refresh_from_db()
    assert contact.company == mine
    for text in (str(foreign.pk), "x", "9" * 30):
        with pytest.raises(Refused):
            edit_records(rows=CONTACTS, field="company", value=text, by=sales, at=NOW)
    edit_records(rows=CONTACTS, field="company", value="", by=sales, at=NOW)
    contact.refresh_from_db()
    assert contact.company is None


def test_record_is_not_linked_to_itself() -> None:
    parent, child = CompanyFactory(), CompanyFactory()
    by = somebody()
    rows = Company.objects.all()
    done = edit_records(rows=rows, field="parent", value=str(parent.pk), by=by, at=NOW)
    parent.refresh_from_db()
    child.refresh_from_db()
    assert (done.count, parent.parent, child.parent) == (1, None, parent)


REFUSED = [
    ("crm.contact", "birthday", "yesterday"),
    ("crm.contact", "lifecycle_stage", "nonsense"),
    ("crm.contact", "email", "not an address"),
    ("crm.contact", "external_id", "7"),  # of one record only
    ("crm.contact", "industry", "Steel"),  # the company's
    ("crm.contact", "owner", "1"),
    ("crm.contact", "created", "2026-01-01"),
    ("crm.contact", "name_key", "x"),
    ("crm.contact", "custom_nothing", "x"),
    ("crm.company", "name", ""),
    ("crm.company", "employees", "-1"),
    ("crm.lead", "score", "99"),
]


@pytest.mark.parametrize(("kind", "field", "text"), REFUSED)
def test_what_does_not_fit_is_refused(kind: str, field: str, text: str) -> None:
    record = {"crm.contact": ContactFactory, "crm.company": CompanyFactory, "crm.lead": LeadFactory}
    rows = type(record[kind]()).objects.all()
    with pytest.raises(Refused):
        edit_records(rows=rows, field=field, value=text, by=somebody(), at=NOW)
    assert ChangeSet.objects.count() == 0


@pytest.mark.parametrize("how", ["hides", "locks"])
def test_hidden_and_locked_fields_are_not_edited(how: str) -> None:
    field = CustomFieldFactory(object_type="crm.contact")
    user = somebody(**{how: ["crm.contact.city", field.name]})
    contact = ContactFactory(city="Bonn")
    for name in ("city", f"custom_{field.key}"):
        with pytest.raises(Refused):
            edit_records(rows=CONTACTS, field=name, value="Ulm", by=user, at=NOW)
    contact.refresh_from_db()
    assert contact.city == "Bonn"


def test_no_query_is_made_for_a_record() -> None:
    """Of deals, too, whose compared columns follow their stage."""
    counts, tag, by = [], TagFactory(), somebody()
    permissions.access_of(by)
    for size in (1, 9):
        DealFactory.create_batch(size, owner=by)
        with CaptureQueriesContext(connection) as queries:
            edit_records(rows=DEALS, field="name", value=f"Renamed {size}", by=by, at=NOW)
            tag_records(rows=DEALS, tags=[tag], by=by, at=NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1]
