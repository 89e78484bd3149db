"""Reads about schedules: which question beat asks when."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import formats
from django.utils.translation import gettext, ngettext
from django_celery_beat.models import PeriodicTask

from core.jobs.kinds import job_kinds
from core.models import JobRun

ASK = "core.ask_question"
EVERY_MONTH = ("day_of_month", "month_of_year")
EVERY_DAY = "*"
SUNDAY = date(2026, 11, 1)  # any


@dataclass(frozen=True)
class Schedule:
    """Something that is done daily, or on one day of the week (0 is Sunday), at an hour.

    The hour is one of the schedule's own time zone.
    """

    task_id: int
    kind: str
    day: str
    hour: int
    time_zone: str
    is_enabled: bool

    @property
    def day_name(self) -> str:
        """The day of the week in words; nothing when it is every day."""
        if self.day == EVERY_DAY:
            return ""
        return formats.date_format(SUNDAY + timedelta(days=int(self.day)), "l")


@dataclass(frozen=True)
class ScheduleLine:
    """A schedule as its page shows it; `timed` where the hour can be changed there."""

    label: str
    rhythm: str
    is_enabled: bool
    timed: Schedule | None
    last_at: datetime | None
    next_at: datetime | None
    run: JobRun | None = None


def schedules_by_kind() -> dict[str, Schedule]:
    """The daily questions, by the kind of job they ask for."""
    tasks = PeriodicTask.objects.filter(task=ASK).select_related("crontab")
    found = (timed_of(task) for task in tasks)
    return {each.kind: each for each in found if each is not None and each.day == EVERY_DAY}


def timed_of(task: PeriodicTask) -> Schedule | None:
    """The daily or weekly schedule of a task; an administrator may have written another pattern."""
    crontab = task.crontab
    if crontab is None or not crontab.hour.isdigit():
        return None
    day = crontab.day_of_week
    is_one_day = day == EVERY_DAY or day in tuple("0123456")
    if not is_one_day or any(getattr(crontab, field) != "*" for field in EVERY_MONTH):
        return None
    zone = str(crontab.timezone)
    return Schedule(
        task.pk, kind_of(task), day, int(crontab.hour), zone, is_enabled=bool(task.enabled)
    )


def kind_of(task: PeriodicTask) -> str:
    """The kind of job that a task asks for; nothing when it asks for none."""
    return str(question_of(task)[0])


def question_of(task: PeriodicTask) -> tuple[str, dict[str, Any]]:
    """The kind of job that a task asks for, and the scope."""
    kind, scope = "", {}
    if task.task == ASK:
        kind, scope = [*json.loads(task.args or "[]"), "", {}][:2]
    return kind, scope or {}


def schedule_lines(now: datetime) -> list[ScheduleLine]:
    """All schedules, those that can be changed first."""
    tasks = PeriodicTask.objects.exclude(task__startswith="celery.").select_related(
        "crontab", "interval"
    )
    runs = _latest_runs(kind_of(task) for task in tasks)
    lines = [_line(task, runs.get(kind_of(task)), now) for task in tasks]
    return sorted(lines, key=lambda line: (line.timed is None, line.label))


def _line(task: PeriodicTask, run: JobRun | None, now: datetime) -> ScheduleLine:
    kind, scope = question_of(task)
    label = job_kinds[kind].title(scope) if kind in job_kinds else gettext(task.name)
    timed = timed_of(task)
    return ScheduleLine(
        label,
        _rhythm(task, timed),
        bool(task.enabled),
        timed,
        run.created_at if run is not None else task.last_run_at,
        _next(task, now) if task.enabled else None,
        run,
    )


def _next(task: PeriodicTask, now: datetime) -> datetime:
    """When it is due again; celery looks at the clock itself, so the seconds are rounded away."""
    due: datetime = now + task.schedule.remaining_estimate(now)
    if task.crontab is None:
        return due
    return (due + timedelta(seconds=30)).replace(second=0, microsecond=0)


def _rhythm(task: PeriodicTask, timed: Schedule | None) -> str:
    if timed is not None:
        words = {"hour": timed.hour, "zone": timed.time_zone, "day": timed.day_name}
        if timed.day_name:
            return gettext("every %(day)s at %(hour)s:00 (%(zone)s)") % words
        return gettext("every day at %(hour)s:00 (%(zone)s)") % words
    if task.interval is not None and task.interval.period == "seconds":
        every = task.interval.every
        sentence = ngettext("every %(count)s second", "every %(count)s seconds", every)
        return sentence % {"count": every}
    return str(task.crontab or task.interval or "")


def _latest_runs(kinds: Iterable[str]) -> dict[str, JobRun]:
    wanted: Any = JobRun.objects.filter(kind__in={kind for kind in kinds if kind})
    newest = (
        wanted.order_by().values("kind").annotate(last=Max("pk")).values_list("last", flat=True)
    )
    return {run.kind: run for run in JobRun.objects.filter(pk__in=list(newest))}
