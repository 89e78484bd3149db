"""Activities in files: what they are, when they are or were, and whether they are done."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from core.text import comparable
from core.values_in_files.booleans import read_boolean
from core.values_in_files.times import read_time
from crm.choices import PLANNED_KINDS, ActivityKind
from crm.services.imports import words
from crm.services.imports.refusals import NO_DURATION, NO_TIME
from crm.services.imports.rows import FileRow

STATUS, TIME, DURATION, SECONDS = "status", "time", "duration", "seconds"
_DURATION = re.compile(r"(\d{1,3}):([0-5]\d)(?::[0-5]\d)?")


def complete_activity(row: FileRow, *, named: str, is_new: bool, now: datetime) -> bool:
    """Put together what several columns say; returns whether it is still to be done, as the row says.

    `named` is the name of the file: one of tasks holds tasks.
    """
    values = row.values
    _set_minutes(row)
    _set_time(row)
    is_done = _is_done(values.pop(STATUS, None))
    if not is_new:
        return False
    values.setdefault("kind", _kind_named(named, values))
    if is_done or (values["kind"] == ActivityKind.NOTE and "at" not in values):
        _set_done(values, now)
    is_open = is_done is False and "done" not in values
    is_ahead = values.get("at", now) > now
    if "done" not in values and (is_open or is_ahead):
        _let_plan(values)
        return True
    return False


def _is_done(told: Any) -> bool | None:
    """None where the row does not say it; what is neither done nor dropped is still open."""
    if told is None:
        return None
    word = comparable(str(told))
    if word in words.DONE:
        return True
    try:
        return read_boolean(word)
    except ValueError:
        return False


def _kind_named(named: str, values: Mapping[str, Any]) -> str:
    """As the file is called, else a note where there is only text, and a task."""
    told = words.plain_name(named.rpartition(".")[0]).split()
    kinds = words.VALUES["crm.activity.kind"]
    found = next((kinds[word] for word in told if word in kinds), None)
    if found is not None:
        return found
    is_note = bool(values.get("body")) and not values.get("subject")
    return str(ActivityKind.NOTE if is_note else ActivityKind.TASK)


def _set_done(values: dict[str, Any], now: datetime) -> None:
    """When it was done: as the row says, else when it was meant to be, else when it was written down."""
    told = (values.get(name) for name in ("done", "at", "created"))
    done = next((at for at in told if at is not None and at <= now), now)
    values["done"] = done
    if values["kind"] != ActivityKind.TASK:
        values.setdefault("at", done)


def _let_plan(values: dict[str, Any]) -> None:
    """Nobody plans an e-mail or a note, or a meeting at no time: these are tasks."""
    if values["kind"] not in PLANNED_KINDS or "at" not in values:
        values["kind"] = str(ActivityKind.TASK)


def _set_minutes(row: FileRow) -> None:
    duration, seconds = row.values.pop(DURATION, None), row.values.pop(SECONDS, None)
    if duration is not None and "minutes" not in row.values:
        match = _DURATION.fullmatch(duration)
        if match is None:
            row.remark(NO_DURATION, text=duration[:50])
        else:
            row.values["minutes"] = int(match[1]) * 60 + int(match[2])
    if seconds is not None:
        row.values.setdefault("minutes", max(1, round(seconds / 60)))


def _set_time(row: FileRow) -> None:
    """The time of day that stands in a column beside the date."""
    told, at = row.values.pop(TIME, None), row.values.get("at")
    if told is None or at is None:
        return
    try:
        time = read_time(told)
    except ValueError:
        row.remark(NO_TIME, text=told[:50])
        return
    day = timezone.localtime(at).date()
    row.values["at"] = timezone.make_aware(datetime.combine(day, time.replace(tzinfo=None)))
