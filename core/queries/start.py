"""How far an installation is with getting started, as one of its users sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Exists

from core import permissions
from core.choices import ACTIVE_STATES
from core.company import Company, company_columns, company_from
from core.models import JobRun, Notification, SampleData, User
from core.queries.home import count
from core.registries.start import StartStep, start_steps


@dataclass(frozen=True)
class Progress:
    """Steps with whether they are done, and what else every page asks of the installation."""

    steps: tuple[tuple[StartStep, bool], ...]
    company: Company
    has_sample: bool
    unread: int  # notifications
    running: int  # jobs

    @property
    def done(self) -> int:
        return sum(is_done for _step, is_done in self.steps)

    @property
    def total(self) -> int:
        return len(self.steps)

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def is_complete(self) -> bool:
        return self.done == self.total

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 100

    @property
    def next(self) -> StartStep | None:
        """The first step that is not done."""
        return next((step for step, is_done in self.steps if not is_done), None)


def progress_of(user: User) -> Progress:
    """Read once per user instance (so: once per request), in one query."""
    if user.cached_start is None or not user.cached_start.steps:
        user.cached_start = _read(user, _steps(user))
    found: Progress = user.cached_start
    return found


def frame_of(user: User) -> Progress:
    """The same for the frame of every page: without the steps for those who have hidden them."""
    if user.cached_start is None:
        user.cached_start = _read(user, [] if user.hides_start else _steps(user))
    found: Progress = user.cached_start
    return found


def _steps(user: User) -> list[StartStep]:
    access = permissions.access_of(user)
    may = [step for step in start_steps if not step.permission or access.may(step.permission)]
    return sorted(may, key=lambda step: step.order)


def _read(user: User, steps: Sequence[StartStep]) -> Progress:
    sql, parameters = _question(user.pk, tuple(step.key for step in steps))
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True))
    return Progress(
        tuple((step, bool(row[f"step_{step.key}"])) for step in steps),
        company_from(row),
        bool(row["has_sample"]),
        row["unread"],
        row["running"],
    )


@lru_cache(maxsize=4096)  # every page asks it, and making it takes a tenth of a page's time
def _question(user_id: int, keys: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    """The statement and its parameters; the same for a user each time."""
    user = User(pk=user_id)
    columns = {f"step_{key}": Exists(start_steps[key].evidence(user)) for key in keys}
    rows = User.objects.filter(pk=user_id).values(
        unread=count(Notification.objects.filter(user=user, read_at=None)),
        running=count(JobRun.objects.filter(state__in=ACTIVE_STATES)),
        has_sample=Exists(SampleData.objects.exclude(loaded_at=None)),
        **company_columns(),
        **columns,
    )
    return rows.query.sql_with_params()


def described(progress: Progress, user: User) -> list[dict[str, Any]]:
    """The steps as the page draws them: done, the one to do now, and those to come."""
    return [
        {
            "step": step,
            "state": "done" if is_done else "now" if step is progress.next else "todo",
            "remark": step.remark(user) if step.remark and is_done else "",
        }
        for step, is_done in progress.steps
    ]
