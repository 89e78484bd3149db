"""The response clock: it runs from the capture, stops at the first touch, and turns amber and red."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import Refused
from core.models import AuditEvent, User
from crm.choices import ActivityKind, Direction, LeadStatus, ResponseClock
from crm.models import Activity, Lead, ResponseTarget
from crm.services.activities import complete_activity, log_activity, plan_activity
from crm.services.leads import keep_lead, set_lead_status
from crm.services.responses import advance_clocks, begin_clocks, save_response_target
from tests.factories import ContactFactory, LeadFactory

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 11, 27, 12, tzinfo=UTC)
CAME = datetime(2026, 11, 26, 15, tzinfo=UTC)  # Thursday, two hours before work ends


@pytest.fixture
def lead(sales: User) -> Lead:
    made: Lead = LeadFactory(owner=sales, captured_at=CAME)
    return made


def logged(about: Lead, by: User, at: datetime = FRIDAY, **given: Any) -> Activity:
    wanted = {
        "kind": ActivityKind.CALL,
        "lead": about,
        "body": "Talked",
        "subject": "Talk",
        **given,
    }
    return log_activity(activity=Activity(at=at, **wanted), by=by, at=max(at, FRIDAY))


def test_new_lead_waits_from_its_capture_until_the_first_call(lead: Lead, sales: User) -> None:
    assert (lead.awaits_since, lead.clock) == (CAME, ResponseClock.WAITING)
    logged(lead, sales)
    lead.refresh_from_db()
    assert (lead.awaits_since, lead.clock, lead.first_touch_at) == (None, "", FRIDAY)
    assert lead.response_hours == Decimal("5.00")  # two hours on Thursday, three on Friday


@pytest.mark.parametrize(
    "given",
    [
        {"kind": ActivityKind.NOTE},
        {"kind": ActivityKind.TASK},
        {"kind": ActivityKind.EMAIL, "direction": Direction.IN},
    ],
)
def test_notes_tasks_and_mail_that_came_in_are_no_touch(
    lead: Lead, sales: User, given: dict[str, Any]
) -> None:
    logged(lead, sales, **given)
    lead.refresh_from_db()
    assert (lead.awaits_since, lead.first_touch_at) == (CAME, None)
    assert lead.touched_at == FRIDAY


def test_planned_call_counts_when_it_is_done(lead: Lead, sales: User) -> None:
    call = Activity(kind=ActivityKind.CALL, lead=lead, at=FRIDAY + timedelta(hours=1))
    plan_activity(activity=call, by=sales, at=FRIDAY)
    lead.refresh_from_db()
    assert lead.first_touch_at is None
    complete_activity(activity=call, by=sales, at=FRIDAY + timedelta(hours=2))
    lead.refresh_from_db()
    assert lead.first_touch_at == FRIDAY + timedelta(hours=2)


def test_call_with_the_person_answers_the_leads_that_wait(lead: Lead, sales: User) -> None:
    other = LeadFactory(owner=sales, contact=lead.contact, captured_at=FRIDAY + timedelta(days=1))
    stranger = LeadFactory(owner=sales, captured_at=CAME)
    logged(lead, sales, lead=None, contact=lead.contact)
    for each in (lead, other, stranger):
        each.refresh_from_db()
    assert lead.first_touch_at == FRIDAY
    # One came later, the other is of somebody else.
    assert (other.first_touch_at, stranger.first_touch_at) == (None, None)


def test_earlier_touch_that_is_logged_later_is_the_first(lead: Lead, sales: User) -> None:
    logged(lead, sales)
    logged(lead, sales, at=FRIDAY - timedelta(hours=2))
    logged(lead, sales, at=FRIDAY + timedelta(hours=3))
    lead.refresh_from_db()
    assert lead.first_touch_at == FRIDAY - timedelta(hours=2)
    assert lead.response_hours == Decimal("3.00")


def test_closing_stops_the_clock_and_opening_again_starts_it(lead: Lead, sales: User) -> None:
    set_lead_status(lead=lead, status=LeadStatus.LOST, by=sales, at=FRIDAY)
    lead.refresh_from_db()
    assert (lead.awaits_since, lead.clock, lead.response_hours) == (None, "", None)
    set_lead_status(lead=lead, status=LeadStatus.NEW, by=sales, at=FRIDAY)
    lead.refresh_from_db()
    assert (lead.awaits_since, lead.clock) == (CAME, ResponseClock.WAITING)


def test_lead_saved_again_keeps_its_clock(sales: User) -> None:
    made = keep_lead(Lead(owner=sales, contact=ContactFactory(owner=sales)), sales, FRIDAY)
    made.interest = "Two"
    keep_lead(made, sales, FRIDAY + timedelta(hours=1))
    made.refresh_from_db()
    assert made.awaits_since == FRIDAY


def test_rows_written_past_the_model_wait_as_well(sales: User) -> None:
    new = Lead(owner=sales, captured_at=CAME)
    touched = Lead(owner=sales, captured_at=CAME, touched_at=FRIDAY)
    Lead.objects.bulk_create([new, touched])
    begin_clocks([new.pk, touched.pk])
    new.refresh_from_db()
    touched.refresh_from_db()
    assert (new.awaits_since, touched.awaits_since) == (CAME, None)


@pytest.mark.parametrize(
    ("hours", "clock"),
    [
        (timedelta(hours=17, minutes=59), ResponseClock.WAITING),  # Friday 9: two hours have passed
        (timedelta(hours=22), ResponseClock.NEAR),  # Friday 13: six of eight
        (timedelta(hours=24), ResponseClock.OVER),  # Friday 15: eight
    ],
)
def test_clock_follows_the_target(lead: Lead, hours: timedelta, clock: str) -> None:
    advance_clocks(at=CAME + hours)
    lead.refresh_from_db()
    assert lead.clock == clock
    assert advance_clocks(at=CAME + hours) == 0


def test_other_target_tells_the_clocks_anew(lead: Lead, manager: User, administrator: User) -> None:
    advance_clocks(at=FRIDAY + timedelta(days=7))
    target = ResponseTarget(hours=80, days=[0, 1, 2, 3, 4], opens_at=time(9), closes_at=time(17))
    save_response_target(target=target, by=administrator, at=FRIDAY + timedelta(days=7))
    lead.refresh_from_db()
    assert lead.clock == ResponseClock.WAITING
    event = AuditEvent.objects.get(action="response.target")
    assert event.changes == {"hours": [8, 80]}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"days": []}, "at least one"),
        ({"opens_at": time(17), "closes_at": time(9)}, "end after"),
        ({"hours": 0}, "from 1 to"),
        ({"hours": 401}, "from 1 to"),
    ],
)
def test_target_that_makes_no_sense_is_refused(
    administrator: User, given: dict[str, Any], sentence: str
) -> None:
    wanted = {"hours": 8, "days": [0], "opens_at": time(9), "closes_at": time(17), **given}
    with pytest.raises(Refused, match=sentence):
        save_response_target(target=ResponseTarget(**wanted), by=administrator, at=FRIDAY)


def test_target_takes_the_right_to_it(sales: User) -> None:
    with pytest.raises(PermissionDenied):
        save_response_target(target=ResponseTarget(hours=4), by=sales, at=FRIDAY)
