"""Activities: what was done, what lies ahead, and the records that they touch."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import audit, permissions
from core.errors import Refused
from core.models import User
from core.notifying import notify
from core.services.records import after_change, save_record
from crm.choices import PLANNED_KINDS, ActivityKind, Direction, Priority
from crm.models import Activity, Company, Contact, Deal, Lead
from crm.queries.activities import activity_owners
from crm.queries.mentions import mentioned
from crm.services.responses import note_touch

LONGEST_MINUTES = 24 * 60
MENTIONED = gettext_noop("%(name)s mentioned you: %(record)s")
ASSIGNED = gettext_noop("%(name)s gave you a task: %(subject)s")
SUBJECT_SHOWN = 100
LINKS: dict[str, type[Model]] = {
    "contact": Contact,
    "lead": Lead,
    "deal": Deal,
    "company": Company,
}


@transaction.atomic
def log_activity(
    *, activity: Activity, by: User, at: datetime, guests: Iterable[Contact] = ()
) -> Activity:
    """Write down what happened: a call, a meeting, a note, an e-mail, a task that is done."""
    activity.at = activity.at or at
    if activity.at > at:
        raise Refused(_("What is logged has happened: choose a time in the past, or plan it."))
    activity.done_at = activity.at
    return _add(activity, guests, by, at)


@transaction.atomic
def plan_activity(
    *, activity: Activity, by: User, at: datetime, guests: Iterable[Contact] = ()
) -> Activity:
    """Plan a call, a meeting or a task; only a task may be without a time."""
    if activity.kind not in PLANNED_KINDS:
        raise Refused(_("Only calls, meetings and tasks can be planned."))
    if activity.at is None and activity.kind != ActivityKind.TASK:
        raise Refused(_("Say when it will be."))
    activity.done_at = None
    return _add(activity, guests, by, at)


def _add(activity: Activity, guests: Iterable[Contact], by: User, at: datetime) -> Activity:
    permissions.require(by, "crm.activity.create")
    _check_records(activity, by)
    _hang(activity)
    _check(activity)
    owner = _check_owner(activity, by)
    save_record(record=activity, by=by)
    _invite(activity, guests, by)
    if activity.done_at:
        touch_records(activity=activity, at=activity.done_at)
    if not activity.imported_by_id:  # a file tells what colleagues know already
        _tell(activity, "", owner if owner != by else None, by)
    return activity


def keep_activity(activity: Activity, by: User, at: datetime) -> Activity:
    """Write an activity at hand: a new one that lies ahead, or is a task, is planned; another one
    has happened. A file may say that it is done, or that it is still open."""
    if activity.pk:
        return edit_activity(activity=activity, by=by, at=at)
    if activity.done_at is not None:
        return _keep_done(activity, by, at)
    is_ahead = activity.is_still_open or (activity.at is not None and activity.at > at)
    if activity.kind == ActivityKind.TASK or is_ahead:
        return plan_activity(activity=activity, by=by, at=at)
    return log_activity(activity=activity, by=by, at=at)


@transaction.atomic
def _keep_done(activity: Activity, by: User, at: datetime) -> Activity:
    """What was done at another time than it was meant for, as a task may be."""
    activity.done_at = min(activity.done_at or at, at)
    if activity.kind != ActivityKind.TASK:
        activity.at = activity.at or activity.done_at
    return _add(activity, (), by, at)


@transaction.atomic
def edit_activity(
    *,
    activity: Activity,
    by: User,
    at: datetime,
    guests: Iterable[Contact] | None = None,
) -> Activity:
    """Change an activity; a time that lies ahead of something done is refused."""
    stored = Activity.objects.select_for_update().get(pk=activity.pk)
    _hang(activity)
    _check(activity)
    owner = _check_owner(activity, by) if stored.owner_id != activity.owner_id else None
    if stored.done_at and activity.at != stored.at and activity.kind != ActivityKind.TASK:
        if activity.at is None or activity.at > at:
            raise Refused(_("What is logged has happened: choose a time in the past, or plan it."))
        activity.done_at = activity.at
    rearm(activity)
    save_record(record=activity, by=by)
    if guests is not None:
        _invite(activity, guests, by)
    if activity.done_at:
        touch_records(activity=activity, at=activity.done_at)
    _tell(activity, stored.body, owner if owner != by else None, by)
    return activity


@transaction.atomic
def complete_activity(*, activity: Activity, by: User, at: datetime) -> bool:
    """Tick off what was planned; whether it was open. The records count as touched."""
    return _set_done(activity, at, by) and touch_records(activity=activity, at=at)


@transaction.atomic
def reopen_activity(*, activity: Activity, by: User) -> bool:
    """Take a tick back; whether there was one. When records were last touched stays."""
    if activity.kind not in PLANNED_KINDS:
        raise Refused(_("Only calls, meetings and tasks can be planned."))
    return _set_done(activity, None, by)


def _set_done(activity: Activity, done_at: datetime | None, by: User) -> bool:
    stored = Activity.objects.select_for_update().get(pk=activity.pk)
    activity.done_at = stored.done_at
    if (stored.done_at is None) == (done_at is None):
        return False
    activity.done_at = done_at
    Activity.objects.filter(pk=activity.pk).update(done_at=done_at)
    action = "complete" if done_at else "reopen"
    changes = {"done_at": (stored.done_at, done_at)}
    audit.record(actor=by, action=action, subject=activity, changes=changes)
    after_change("crm.activity", [activity.pk], changes={activity.pk: changes}, by=by)
    return True


@transaction.atomic
def move_activity(*, activity: Activity, to: datetime | None, by: User) -> bool:
    """Put off what lies ahead, or bring it forward; whether its time changed."""
    stored = Activity.objects.select_for_update().get(pk=activity.pk)
    if stored.is_done:
        raise Refused(_("This is done already."))
    if to is None and stored.kind != ActivityKind.TASK:
        raise Refused(_("Say when it will be."))
    if stored.at == to:
        return False
    activity.at, activity.reminded_at = to, stored.reminded_at
    rearm(activity)
    Activity.objects.filter(pk=activity.pk).update(at=to, reminded_at=activity.reminded_at)
    changes = {"at": (stored.at, to)}
    audit.record(actor=by, action="edit", subject=activity, changes=changes)
    after_change("crm.activity", [activity.pk], changes={activity.pk: changes}, by=by)
    return True


def rearm(activity: Activity) -> None:
    """Whoever was reminded of an earlier time is reminded again."""
    given = activity.reminded_at
    if given is not None and (activity.at is None or activity.at > given):
        activity.reminded_at = None


def follow_activity_edit(activities: Sequence[Activity], _at: datetime) -> None:
    """An edited time is reminded of, however it was edited."""
    for activity in activities:
        rearm(activity)


def _check_records(activity: Activity, by: User) -> None:
    """Whoever adds an activity must see the records it is about."""
    for name in LINKS:
        record: Any = getattr(activity, name)
        if record is not None and not permissions.reaches(type(record), by, record):
            raise Refused(_("You do not see this record."))


def _hang(activity: Activity) -> None:
    """A lead's activity is the contact's, too; everybody's is the company's."""
    if activity.lead is not None:
        activity.contact = activity.contact or activity.lead.contact
        activity.company = activity.company or activity.lead.company
    if activity.deal is not None:
        activity.company = activity.company or activity.deal.company
    if activity.contact is not None:
        activity.company = activity.company or activity.contact.company


def _check(activity: Activity) -> None:
    activity.subject, activity.body = activity.subject.strip(), activity.body.strip()
    if activity.kind not in ActivityKind.values:
        raise Refused(_("Choose one of the types in the list."))
    if activity.kind == ActivityKind.NOTE and not activity.body:
        raise Refused(_("Write something first."))
    if activity.kind in (ActivityKind.TASK, ActivityKind.MEETING) and not activity.subject:
        raise Refused(_("Say in a few words what it is about."))
    if activity.kind == ActivityKind.EMAIL and not (activity.subject or activity.body):
        raise Refused(_("Write something first."))
    if activity.minutes is not None and not 0 <= activity.minutes <= LONGEST_MINUTES:
        raise Refused(_("Enter minutes from 0 to 1440."))
    if activity.direction and activity.direction not in Direction.values:
        raise Refused(_("Choose a direction from the list."))
    if activity.priority not in Priority.values:
        raise Refused(_("Choose a priority from the list."))


def _check_owner(activity: Activity, by: User) -> User:
    """Whoever shall do it: oneself, or a colleague one may give activities to."""
    owner: User | None = activity.owner
    if owner is None or owner == by:
        activity.owner, activity.team = by, by.team
        return by
    if owner.pk not in {colleague.pk for colleague in activity_owners(by)}:
        raise Refused(_("You may not give tasks to %(name)s.") % {"name": owner.display_name})
    activity.team = owner.team
    return owner


def _invite(activity: Activity, guests: Iterable[Contact], by: User) -> None:
    """Write who takes part; people one does not see cannot be added."""
    before = set(activity.guests.values_list("pk", flat=True))
    wanted = {guest.pk: guest for guest in guests}
    new = [guest for pk, guest in wanted.items() if pk not in before]
    if not all(permissions.reaches(Contact, by, guest) for guest in new):
        raise Refused(_("You do not see this record."))
    if before == wanted.keys():
        return
    activity.guests.set(wanted)
    changes = {"guests": (str(sorted(before)), str(sorted(wanted)))}
    audit.record(actor=by, action="guests", subject=activity, changes=changes)


def touch_records(*, activity: Activity, at: datetime) -> bool:
    """The records of an activity count as touched then, unless they were later; a lead as answered."""
    earlier = Q(touched_at__isnull=True) | Q(touched_at__lt=at)
    for name, model in LINKS.items():
        pk = getattr(activity, f"{name}_id")
        if pk is not None:
            model._base_manager.filter(earlier, pk=pk).update(touched_at=at)
    note_touch(activity=activity, at=at)
    return True


def _tell(activity: Activity, body_before: str, assignee: User | None, by: User) -> None:
    """Tell whoever was given the task, and colleagues whom the text names and who may see it."""
    name = by.display_name
    if assignee is not None:
        words = {"name": name, "subject": named_before(activity, assignee)}
        _notify(assignee, "task", ASSIGNED, words, activity)
    known = {by.pk, assignee.pk if assignee else None}
    known |= {user.pk for user in mentioned(body_before)}
    for user in mentioned(activity.body):
        if user.pk not in known and _may_see(user, activity):
            record: Any = record_of(activity) or activity
            words = {"name": name, "record": record.name_for(permissions.access_of(user))}
            _notify(user, "mention", MENTIONED, words, activity)


def named_before(activity: Activity, user: User) -> str:
    """What a notification calls the activity: without its subject where that is hidden."""
    return activity.name_for(permissions.access_of(user))[:SUBJECT_SHOWN]


def _may_see(user: User, activity: Activity) -> bool:
    record = record_of(activity)
    sees_record = record is None or permissions.reaches(type(record), user, record)
    return sees_record and permissions.reaches(Activity, user, activity)


def _notify(user: User, kind: str, message: str, words: dict[str, Any], activity: Activity) -> None:
    record: Any = record_of(activity)
    is_seen = record is not None and permissions.reaches(type(record), user, record)
    url = record.get_absolute_url() if is_seen else ""
    notify(user=user, kind=kind, message=message, message_args=words, url=url)


def record_of(activity: Activity) -> Model | None:
    """The record that an activity was written on: the narrowest of those it hangs on."""
    return activity.lead or activity.deal or activity.contact or activity.company
