"""Activities: logged, planned, done; the records they touch; whom they tell."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import Refused
from core.models import AuditEvent, Notification, User
from crm.choices import ActivityKind
from crm.models import Activity, Company, Contact, Deal, Lead
from crm.services.activities import (
    complete_activity,
    edit_activity,
    log_activity,
    move_activity,
    plan_activity,
    reopen_activity,
)
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    DealFactory,
    LeadFactory,
    UserFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def call(**fields: object) -> Activity:
    return Activity(kind=ActivityKind.CALL, **fields)


def note(body: str, **fields: object) -> Activity:
    return Activity(kind=ActivityKind.NOTE, body=body, **fields)


def task(**fields: object) -> Activity:
    return Activity(kind=ActivityKind.TASK, **{"subject": "Send offer", **fields})


def touched(*records: Lead | Contact | Company | Deal) -> list[object]:
    return [type(it).objects.get(pk=it.pk).touched_at for it in records]


def test_call_on_a_lead_hangs_on_and_touches_contact_and_company_too(sales: User) -> None:
    lead = LeadFactory(owner=sales)
    done = log_activity(activity=call(lead=lead, minutes=14), by=sales, at=NOW)
    assert (done.contact, done.company) == (lead.contact, lead.company)
    assert (done.at, done.done_at, done.owner, done.team) == (NOW, NOW, sales, sales.team)
    assert touched(lead, lead.contact, lead.company) == [NOW] * 3
    assert AuditEvent.objects.filter(object_type="crm.activity", action="create").count() == 1


def test_note_on_a_deal_hangs_on_its_company(sales: User) -> None:
    deal = DealFactory(owner=sales)
    done = log_activity(activity=note("They like it.", deal=deal), by=sales, at=NOW)
    assert (done.company, done.contact) == (deal.company, None)
    assert touched(deal, deal.company) == [NOW, NOW]


def test_earlier_call_never_takes_the_last_touch_back(sales: User) -> None:
    lead = LeadFactory(owner=sales, touched_at=NOW)
    log_activity(activity=call(lead=lead, at=NOW - HOUR), by=sales, at=NOW)
    assert touched(lead, lead.contact) == [NOW, NOW - HOUR]


def test_what_lies_ahead_touches_nothing_until_it_is_done(sales: User) -> None:
    contact = ContactFactory(owner=sales)
    planned = plan_activity(activity=task(contact=contact), by=sales, at=NOW)
    assert (planned.done_at, touched(contact)) == (None, [None])
    assert complete_activity(activity=planned, by=sales, at=NOW + HOUR)
    assert (planned.done_at, touched(contact)) == (NOW + HOUR, [NOW + HOUR])
    assert not complete_activity(activity=planned, by=sales, at=NOW + 2 * HOUR)
    assert reopen_activity(activity=planned, by=sales)
    assert not reopen_activity(activity=planned, by=sales)
    assert (Activity.objects.get().done_at, touched(contact)) == (None, [NOW + HOUR])
    actions = AuditEvent.objects.filter(object_type="crm.activity").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == ["create", "complete", "reopen"]


@pytest.mark.parametrize(
    ("activity", "sentence"),
    [
        (note("  "), "Write something"),
        (call(at=NOW + HOUR), "has happened"),
        (call(minutes=2000), "minutes"),
        (call(direction="up"), "direction"),
        (Activity(kind="fax"), "types in the list"),
        (Activity(kind=ActivityKind.MEETING), "what it is about"),
        (Activity(kind=ActivityKind.EMAIL), "Write something"),
        (task(priority="mega"), "priority"),
    ],
)
def test_impossible_log_is_refused(activity: Activity, sentence: str, sales: User) -> None:
    with pytest.raises(Refused, match=sentence):
        log_activity(activity=activity, by=sales, at=NOW)
    assert not Activity.objects.exists()


def test_only_a_task_is_planned_without_a_time(sales: User) -> None:
    with pytest.raises(Refused, match="when it will be"):
        plan_activity(activity=call(), by=sales, at=NOW)
    with pytest.raises(Refused, match="Only calls"):
        plan_activity(activity=note("x"), by=sales, at=NOW)
    assert plan_activity(activity=task(), by=sales, at=NOW).at is None


def test_foreign_record_and_foreign_guest_are_refused(sales: User, outsider: User) -> None:
    theirs = ContactFactory(owner=outsider, team=outsider.team)
    with pytest.raises(Refused, match="do not see"):
        log_activity(activity=call(contact=theirs), by=sales, at=NOW)
    mine = ContactFactory(owner=sales)
    meeting = Activity(kind=ActivityKind.MEETING, subject="Demo", contact=mine)
    with pytest.raises(Refused, match="do not see"):
        log_activity(activity=meeting, guests=[theirs], by=sales, at=NOW)
    assert not Activity.objects.exists()


def test_without_the_right_nothing_is_added() -> None:
    with pytest.raises(PermissionDenied):
        log_activity(activity=note("x"), by=UserFactory(), at=NOW)


def test_guests_of_a_meeting_can_be_changed(sales: User) -> None:
    guests = ContactFactory.create_batch(2, owner=sales)
    meeting = Activity(kind=ActivityKind.MEETING, subject="Demo", at=NOW + HOUR)
    plan_activity(activity=meeting, guests=guests, by=sales, at=NOW)
    assert set(meeting.guests.all()) == set(guests)
    edit_activity(activity=meeting, guests=guests[:1], by=sales, at=NOW)
    assert list(meeting.guests.all()) == guests[:1]
    edit_activity(activity=meeting, by=sales, at=NOW)
    assert list(meeting.guests.all()) == guests[:1]


def test_task_is_put_off_until_it_is_done(sales: User) -> None:
    planned = plan_activity(activity=task(at=NOW), by=sales, at=NOW)
    assert move_activity(activity=planned, to=NOW + HOUR, by=sales)
    assert not move_activity(activity=planned, to=NOW + HOUR, by=sales)
    assert move_activity(activity=planned, to=None, by=sales)
    complete_activity(activity=planned, by=sales, at=NOW)
    with pytest.raises(Refused, match="done already"):
        move_activity(activity=planned, to=NOW, by=sales)


def test_call_is_not_put_off_to_no_time(sales: User) -> None:
    planned = plan_activity(activity=call(at=NOW + HOUR), by=sales, at=NOW)
    with pytest.raises(Refused, match="when it will be"):
        move_activity(activity=planned, to=None, by=sales)


def test_changing_when_a_call_was_changes_when_it_was_done(sales: User) -> None:
    done = log_activity(activity=call(), by=sales, at=NOW)
    done.at = NOW - HOUR
    edit_activity(activity=done, by=sales, at=NOW)
    assert Activity.objects.get().done_at == NOW - HOUR
    done.at = NOW + HOUR
    with pytest.raises(Refused, match="has happened"):
        edit_activity(activity=done, by=sales, at=NOW)


# -- colleagues ------------------------------------------------------------------------------------


def told(user: User) -> list[str]:
    return [it.text for it in Notification.objects.filter(user=user).order_by("pk")]


def test_task_for_a_colleague_is_told_to_them(sales: User, colleague: User) -> None:
    given = plan_activity(activity=task(owner=colleague), by=sales, at=NOW)
    assert (given.owner, given.team) == (colleague, colleague.team)
    assert told(colleague) == [f"{sales.name} gave you a task: Send offer"]
    assert told(sales) == []


def test_task_for_somebody_of_another_team_is_refused(sales: User, outsider: User) -> None:
    with pytest.raises(Refused, match="may not give"):
        plan_activity(activity=task(owner=outsider), by=sales, at=NOW)


def test_mentioned_colleagues_are_told_once_if_they_may_see_it(sales: User, outsider: User) -> None:
    ann = UserFactory(name="Ann", role="sales", team=sales.team)
    ann_lee = UserFactory(name="Ann Lee", role="sales", team=sales.team)
    lin = UserFactory(name="林兆阳", role="sales", team=sales.team)
    outsider.name = "Otto"
    outsider.save()
    lead = LeadFactory(owner=sales, contact__name="Maya")
    body = "@ann lee please, and @林兆阳请看一下, @Otto too, not @Annabel. @Ann Lee again"
    written = log_activity(activity=note(body, lead=lead), by=sales, at=NOW)
    assert told(ann_lee) == told(lin) == [f"{sales.name} mentioned you: Maya"]
    assert told(ann) == told(outsider) == []
    assert Notification.objects.filter(user=lin).get().url == lead.get_absolute_url()
    written.body = f"{body} @Ann"
    edit_activity(activity=written, by=sales, at=NOW)
    assert len(told(ann)) == len(told(ann_lee)) == 1


def test_deleted_record_takes_no_more_activities(sales: User) -> None:
    company = CompanyFactory(owner=sales, deleted_at=NOW)
    with pytest.raises(Refused, match="do not see"):
        log_activity(activity=note("x", company=company), by=sales, at=NOW)


def test_activity_of_others_stays_theirs_when_somebody_edits_it(manager: User, sales: User) -> None:
    theirs = ActivityFactory(owner=sales, done_at=NOW)
    theirs.outcome = "Interested"
    edit_activity(activity=theirs, by=manager, at=NOW)
    assert Activity.objects.get().owner == sales
