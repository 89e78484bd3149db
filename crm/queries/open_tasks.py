"""What is still to be done, by when it is due."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.choices import Reach
from core.errors import Refused
from core.models import User
from crm.choices import ActivityKind
from crm.models import Activity
from crm.queries.activities import colleagues_within

MOST = 200
DUE_HOUR = 9
GROUPS: dict[str, Promise] = {
    "overdue": _("Overdue"),
    "today": _("Today"),
    "week": _("This week"),
    "later": _("Later"),
    "undated": _("No date"),
}


@dataclass(frozen=True)
class TaskGroup:
    """Tasks that are due in one span of time."""

    key: str
    label: Promise
    tasks: list[Activity] = field(default_factory=list)


@dataclass(frozen=True)
class TaskList:
    """The groups that have tasks; `is_cut` when there are more than are shown."""

    groups: list[TaskGroup]
    count: int
    is_cut: bool


def midnight(day: date) -> datetime:
    """The beginning of a day in the active time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def due_at(day: date) -> datetime:
    """When a task of a day is due: in the morning, when it is remembered."""
    return timezone.make_aware(datetime.combine(day, time(DUE_HOUR)))


def open_tasks(owner: User) -> Any:
    """Open tasks and planned calls and meetings of somebody."""
    return Activity.objects.kept().planned().filter(owner=owner)


def task_list(user: User, owner: User, at: datetime) -> TaskList:
    """What somebody has to do, as far as the user may see it, the most urgent first."""
    rows = Activity.objects.visible_to(user).planned().filter(owner=owner)
    rows = rows.select_related("lead__contact", "lead__company", "deal", "contact", "company")
    found = list(rows.order_by(F("at").asc(nulls_last=True), "pk")[: MOST + 1])
    shown = found[:MOST]
    groups = {key: TaskGroup(key, label) for key, label in GROUPS.items()}
    for task in shown:
        groups[group_of(task, at)].tasks.append(task)
    return TaskList([g for g in groups.values() if g.tasks], len(shown), len(found) > MOST)


def group_of(task: Activity, at: datetime) -> str:
    """A task is due on a day, a call or a meeting at a time."""
    if task.at is None:
        return "undated"
    today, day = timezone.localdate(at), timezone.localdate(task.at)
    is_over = day < today if task.kind == ActivityKind.TASK else task.at < at
    if is_over:
        return "overdue"
    if day == today:
        return "today"
    return "week" if day < next_monday(today) else "later"


def next_monday(today: date) -> date:
    return today + timedelta(days=7 - today.weekday())


def put_off(task: Activity, given: str, at: datetime) -> datetime | None:
    """The moment that "tomorrow", "week" (next Monday), "none" or an ISO time means for a task.

    A call or a meeting keeps its time of the day.
    """
    today = timezone.localdate(at)
    days = {"tomorrow": today + timedelta(days=1), "week": next_monday(today)}
    if given in days:
        if task.at is None or task.kind == ActivityKind.TASK:
            return due_at(days[given])
        clock = timezone.localtime(task.at).time()
        return timezone.make_aware(datetime.combine(days[given], clock))
    moment = None if given == "none" else _moment(given)
    if moment is None and given != "none":
        raise Refused(gettext("Choose tomorrow or next week."))
    return moment


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is None or timezone.is_aware(moment) else timezone.make_aware(moment)


def due_count(user: User) -> int:
    """How much of the user's own is overdue or due today."""
    end = midnight(timezone.localdate() + timedelta(days=1))
    count: int = open_tasks(user).filter(at__lt=end).count()
    return count


def task_people(user: User) -> list[User]:
    """The people whose tasks the user may look at, the user first."""
    reach = permissions.access_of(user).reach("crm.activity.view")
    people = colleagues_within(user, reach or Reach.OWN)
    return [user, *(person for person in people if person != user)]


def record_links(task: Activity, user: User) -> list[dict[str, str]]:
    """The records of a task that the user may see: name and address."""
    access = permissions.access_of(user)
    seen = {
        name: getattr(task, name)
        for name in ("lead", "deal", "contact", "company")
        if access.sees(f"crm.activity.{name}")
    }
    nearest = seen.get("lead") or seen.get("deal") or seen.get("contact")
    return [
        {"name": record.name_for(access), "url": record.get_absolute_url()}
        for record in (nearest, seen.get("company"))
        if record is not None and access.reaches(record)
    ]
