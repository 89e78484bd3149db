"""Reads about schedules: which question beat asks when."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext, ngettext
from django_celery_beat.models import PeriodicTask

from core.jobs.kinds import job_kinds
from core.models import JobRun

ASK = "core.ask_question"
EVERY_DAY = ("day_of_week", "day_of_month", "month_of_year")


@dataclass(frozen=True)
class Schedule:
    """Something that is done daily: its hour in the schedule's own time zone, and whether it is."""

    task_id: int
    kind: str
    hour: int
    time_zone: str
    is_enabled: bool


@dataclass(frozen=True)
class ScheduleLine:
    """A schedule as its page shows it; `daily` where the hour can be changed there."""

    label: str
    rhythm: str
    is_enabled: bool
    daily: Schedule | None
    last_at: datetime | None
    next_at: datetime | None
    run: JobRun | None = None


def schedules_by_kind() -> dict[str, Schedule]:
    """The daily questions, by the kind of job they ask for."""
    tasks = PeriodicTask.objects.filter(task=ASK).select_related("crontab")
    found = (daily_of(task) for task in tasks)
    return {schedule.kind: schedule for schedule in found if schedule is not None}


def daily_of(task: PeriodicTask) -> Schedule | None:
    """The daily schedule of a task; an administrator may have written another pattern."""
    crontab = task.crontab
    if crontab is None or not crontab.hour.isdigit():
        return None
    if any(getattr(crontab, field) != "*" for field in EVERY_DAY):
        return None
    return Schedule(
        task.pk, kind_of(task), int(crontab.hour), str(crontab.timezone), bool(task.enabled)
    )


def kind_of(task: PeriodicTask) -> str:
    """The kind of job that a task asks for; nothing when it asks for none."""
    arguments = json.loads(task.args or "[]") if task.task == ASK else []
    return str(arguments[0]) if arguments else ""


def schedule_lines(now: datetime) -> list[ScheduleLine]:
    """All schedules, those that can be changed first."""
    tasks = PeriodicTask.objects.exclude(task__startswith="celery.").select_related(
        "crontab", "interval"
    )
    runs = _latest_runs(kind_of(task) for task in tasks)
    lines = [_line(task, runs.get(kind_of(task)), now) for task in tasks]
    return sorted(lines, key=lambda line: (line.daily is None, line.label))


def _line(task: PeriodicTask, run: JobRun | None, now: datetime) -> ScheduleLine:
    kind = kind_of(task)
    label = str(job_kinds[kind].label) if kind in job_kinds else gettext(task.name)
    daily = daily_of(task)
    return ScheduleLine(
        label,
        _rhythm(task, daily),
        bool(task.enabled),
        daily,
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


def _rhythm(task: PeriodicTask, daily: Schedule | None) -> str:
    if daily is not None:
        words = {"hour": daily.hour, "zone": daily.time_zone}
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
