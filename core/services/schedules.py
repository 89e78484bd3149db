"""Changing schedules."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from core import audit, permissions
from core.errors import Refused
from core.queries.schedules import timed_of

if TYPE_CHECKING:
    from core.models import User

HOURS = range(24)


@transaction.atomic
def change_schedule(*, task_id: int, hour: int | None, is_enabled: bool, by: "User") -> None:
    """Do it daily at the hour, or not at all; beat notices by itself."""
    permissions.require(by, "core.settings.manage")
    task = PeriodicTask.objects.select_related("crontab").filter(pk=task_id).first()
    schedule = timed_of(task) if task is not None else None
    if task is None or schedule is None or hour is None or hour not in HOURS:
        raise Refused(_("Choose an hour from the list."))
    task.crontab = crontab_at(hour, schedule.time_zone, schedule.day)
    task.enabled = is_enabled
    task.save()
    audit.record(
        actor=by,
        action="schedule.change",
        subject=task,
        changes={"hour": (schedule.hour, hour), "enabled": (schedule.is_enabled, is_enabled)},
    )


def crontab_at(hour: int, time_zone: str, day: str = "*") -> CrontabSchedule:
    """The row for "at this hour" of every day, or of a day of the week; other patterns stay apart."""
    row, _made = CrontabSchedule.objects.get_or_create(
        minute="0",
        hour=str(hour),
        day_of_week=day,
        day_of_month="*",
        month_of_year="*",
        timezone=time_zone,
    )
    return row
