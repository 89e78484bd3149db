"""The response clock: how long a new lead waits until a colleague first gets in touch.

The first touch is the first call, meeting or e-mail of ours that is done about the lead or with its
person after it came; notes, tasks and e-mails that came in are none. What people do themselves
(visits, answers) is no touch of ours either.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from core import audit, permissions
from core.company import company, dialling_country
from core.errors import Refused
from core.models import User
from crm.choices import ActivityKind, Direction, LeadStatus, ResponseClock
from crm.methods.working_time import WorkingWeek, moment_before, working_time
from crm.models import Activity, Lead, ResponseTarget
from crm.models.responses import MOST_HOURS
from crm.queries.availability import is_holiday

PERMISSION = "crm.assignment.manage"
TOUCHES = (ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.EMAIL)
NEAR_FROM = 0.75  # of the target
AN_HOUR = timedelta(hours=1)


def working_week(target: ResponseTarget) -> WorkingWeek:
    """The company's working time: its days and hours, its time zone, its country's holidays."""
    return WorkingWeek(
        frozenset(target.days),
        target.opens_at,
        target.closes_at,
        ZoneInfo(company().time_zone),
        partial(is_holiday, dialling_country() or ""),
    )


def hours_between(start: datetime, end: datetime, week: WorkingWeek) -> float:
    """Working hours, to the hundredth."""
    return round(working_time(start, end, week) / AN_HOUR, 2)


# -- running and stopping --------------------------------------------------------------------------


def begin_clocks(ids: Collection[int]) -> None:
    """New leads that nobody has touched wait from their capture on, whoever wrote them."""
    Lead.objects.filter(
        pk__in=ids,
        status=LeadStatus.NEW,
        touched_at=None,
        first_touch_at=None,
        returns_on=None,
        awaits_since=None,
    ).update(awaits_since=Coalesce("captured_at", "created_at"), clock=ResponseClock.WAITING.value)


def follow_clock(lead: Lead) -> None:
    """Of a lead at hand: whoever is closed or put off does not wait; one that is new again does."""
    if not lead.is_open or lead.returns_on is not None:
        lead.awaits_since, lead.clock = None, ""
    elif lead.status == LeadStatus.NEW and lead.awaits_since is None and not lead.first_touch_at:
        lead.awaits_since, lead.clock = lead.came_at, ResponseClock.WAITING


def note_touch(*, activity: Activity, at: datetime) -> None:
    """An activity of ours that is done answers the lead, or the waiting leads of its person."""
    if activity.kind not in TOUCHES or is_incoming(activity):
        return
    first = Q(first_touch_at=None) | Q(first_touch_at__gt=at)
    about = Q(first, pk=activity.lead_id)
    about |= Q(pk=activity.lead_id, awaits_since__isnull=False)
    if activity.contact_id is not None:
        about |= Q(contact=activity.contact_id, awaits_since__lte=at)
    leads = list(Lead.objects.select_for_update(of=("self",), no_key=True).filter(about))
    if not leads:
        return
    week = working_week(ResponseTarget.current())
    for lead in leads:
        answer_lead(lead, at, week)
        lead.save(update_fields=["awaits_since", "clock", "first_touch_at", "response_hours"])


def is_incoming(activity: Activity) -> bool:
    """Whether it is an e-mail that came to us; a call is a conversation, whoever rang."""
    return activity.kind == ActivityKind.EMAIL and activity.direction == Direction.IN


def answer_lead(lead: Lead, at: datetime, week: WorkingWeek) -> None:
    """Stop the clock of a lead at hand; the first touch of all says how long it took."""
    lead.awaits_since, lead.clock = None, ""
    if lead.first_touch_at is None or at < lead.first_touch_at:
        lead.first_touch_at = at
        lead.response_hours = hours_between(lead.came_at, at, week)


# -- going on --------------------------------------------------------------------------------------


@transaction.atomic
def advance_clocks(*, at: datetime) -> int:
    """Say of the leads that wait how they stand to the target now; returns how many went on."""
    near, over = thresholds(at)
    waiting = Lead.objects.kept().filter(awaits_since__isnull=False)
    before = waiting.filter(clock__in=("", ResponseClock.WAITING, ResponseClock.NEAR))
    number = before.filter(awaits_since__lte=over).update(clock=ResponseClock.OVER)
    young = waiting.filter(clock__in=("", ResponseClock.WAITING), awaits_since__gt=over)
    return number + young.filter(awaits_since__lte=near).update(clock=ResponseClock.NEAR)


def thresholds(at: datetime) -> tuple[datetime, datetime]:
    """What waits since before the first is nearly over the target, since before the second over it."""
    target = ResponseTarget.current()
    week, length = working_week(target), target.hours * AN_HOUR
    return moment_before(at, length * NEAR_FROM, week), moment_before(at, length, week)


# -- the target ------------------------------------------------------------------------------------


@transaction.atomic
def save_response_target(*, target: ResponseTarget, by: User, at: datetime) -> None:
    """Another target or other working hours; response times that were measured stay."""
    permissions.require(by, PERMISSION)
    if not target.days:
        raise Refused(_("Choose at least one working day."))
    if target.opens_at >= target.closes_at:
        raise Refused(_("Work has to end after it begins."))
    if not 1 <= target.hours <= MOST_HOURS:
        raise Refused(_("Enter working hours from 1 to %(most)s.") % {"most": MOST_HOURS})
    target.pk = 1
    stored = ResponseTarget.objects.filter(pk=1).first()
    before = audit.snapshot(stored or ResponseTarget(pk=1))
    changes = audit.differences(before, target)
    target.save()
    if changes:
        audit.record(actor=by, action="response.target", subject=target, changes=changes)
    waiting = Lead.objects.filter(awaits_since__isnull=False)
    waiting.exclude(clock=ResponseClock.WAITING).update(clock=ResponseClock.WAITING)
    advance_clocks(at=at)
