"""Reads about schedules: which question beat asks when."""

import json
from dataclasses import dataclass

from django_celery_beat.models import PeriodicTask

ASK = "core.ask_question"


@dataclass(frozen=True)
class Schedule:
    """A daily question: its hour in the schedule's own time zone, and whether it is asked."""

    task_id: int
    kind: str
    hour: int
    time_zone: str
    is_enabled: bool


def schedules_by_kind() -> dict[str, Schedule]:
    """The daily schedules, by the kind of job they ask for."""
    every_day = {
        f"crontab__{field}": "*" for field in ("day_of_week", "day_of_month", "month_of_year")
    }
    tasks = PeriodicTask.objects.filter(task=ASK, **every_day).select_related("crontab")
    found = [
        Schedule(
            task.pk,
            json.loads(task.args)[0],
            int(task.crontab.hour),
            str(task.crontab.timezone),
            task.enabled,
        )
        for task in tasks
        # An administrator may have written another pattern; the page shows what it can change.
        if task.crontab.hour.isdigit()
    ]
    return {schedule.kind: schedule for schedule in found}
