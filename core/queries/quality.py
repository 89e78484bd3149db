"""The figures of data quality for one person: what the role and its reach may see, and no more."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from core import permissions
from core.choices import ACTIVE_STATES, Reach, RunState
from core.company import stale_after_days
from core.conditions import Condition, Criterion, Viewpoint, checked, from_parameter, to_parameter
from core.errors import Refused
from core.lists.state import COLUMNS, IF
from core.models import JobRun, QualityCount, User
from core.registries import QualityCheck, QualityRules, RecordType, quality_rules, record_types
from core.registries.quality import Given

KIND = "core.data_quality"
EMPTY = "empty:"  # begins the name of the count of records without a value
SHOWN_RUNS = 12
READ_RUNS = 60


def given_now() -> Given:
    """What the checks ask for today."""
    left = User.objects.filter(is_active=False).order_by("pk").values_list("pk", flat=True)
    return Given(stale_after_days(), tuple(left))


def summed(rows: Iterable[QualityCount]) -> tuple[int, dict[str, int]]:
    """The records and the counts of several rows together."""
    total = 0
    counts: dict[str, int] = {}
    for row in rows:
        total += row.total
        for name, number in row.counts.items():
            counts[name] = counts.get(name, 0) + number
    return total, counts


@dataclass(frozen=True)
class Finding:
    """One figure: how many records there are, of how many, and the list of exactly those.

    `trend` are the figures of the runs shown, the oldest first.
    """

    key: str
    label: Any
    count: int
    total: int
    parameters: Sequence[str]
    list_url: str
    columns: Sequence[str] = ()
    mend: str = ""
    trend: Sequence[int] = ()

    @property
    def query(self) -> str:
        pairs = [(IF, parameter) for parameter in self.parameters]
        pairs += [(COLUMNS, ",".join(self.columns))] if self.columns else []
        return urlencode(pairs)

    @property
    def url(self) -> str:
        return f"{self.list_url}?{self.query}"

    @property
    def percent(self) -> float:
        return 100 * self.count / self.total if self.total else 0

    @property
    def filled(self) -> int:
        return self.total - self.count

    @property
    def filled_percent(self) -> float:
        return 100 - self.percent if self.total else 0

    @property
    def change(self) -> int:
        """By how much it differs from the run before."""
        return self.trend[-1] - self.trend[-2] if len(self.trend) > 1 else 0


@dataclass(frozen=True)
class TypeQuality:
    """What was found of one record type."""

    kind: RecordType
    total: int
    checks: Sequence[Finding]
    fields: Sequence[Finding]
    complete_trend: Sequence[float] = ()

    @property
    def complete_percent(self) -> float:
        """The share of the important fields that are filled in, over all records."""
        return _complete(self.total, [field.count for field in self.fields])

    @property
    def to_mend(self) -> Sequence[Finding]:
        """What was found, the most first."""
        return sorted((c for c in self.checks if c.count), key=lambda c: -c.count)

    @property
    def clean(self) -> Sequence[Finding]:
        return [check for check in self.checks if not check.count]


def _complete(total: int, empty: Sequence[int]) -> float:
    return 100 - 100 * sum(empty) / (total * len(empty)) if total and empty else 0


class QualityFigures:
    """The figures of the latest run, and those of the runs before, for one user."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.access = permissions.access_of(user)
        self.view = Viewpoint(user, timezone.localtime())

    @cached_property
    def runs(self) -> list[JobRun]:
        """The latest run of each day, the newest first."""
        done = JobRun.objects.filter(kind=KIND, state=RunState.SUCCEEDED)
        by_day: dict[Any, JobRun] = {}
        for run in done.order_by("-as_of", "-pk")[:READ_RUNS]:
            by_day.setdefault(timezone.localdate(run.as_of), run)
        return list(by_day.values())[:SHOWN_RUNS]

    @property
    def run(self) -> JobRun | None:
        return self.runs[0] if self.runs else None

    @cached_property
    def active(self) -> JobRun | None:
        return JobRun.objects.filter(kind=KIND, state__in=ACTIVE_STATES).order_by("-pk").first()

    @cached_property
    def given(self) -> Given:
        return given_now()

    def rules(self) -> Iterator[QualityRules]:
        """Of the types that the user may see."""
        return (rules for rules in quality_rules if self.access.may(f"{rules.key}.view"))

    @cached_property
    def types(self) -> list[TypeQuality]:
        return [self._of_type(rules) for rules in self.rules()]

    def _rows(self, kind: RecordType) -> QuerySet[QualityCount]:
        """All records have one row; whoever sees some of them adds up those of owners and teams."""
        rows = QualityCount.objects.filter(run__in=self.runs, object_type=kind.key)
        if self.access.reach(f"{kind.key}.view") == Reach.ALL:
            return rows.filter(is_whole=True)
        return rows.filter(permissions.reach_condition(kind.model, self.user), is_whole=False)

    def _of_type(self, rules: QualityRules) -> TypeQuality:
        kind = record_types[rules.key]
        by_run: dict[int, list[QualityCount]] = {run.pk: [] for run in reversed(self.runs)}
        for row in self._rows(kind):
            by_run[row.run_id].append(row)
        history = [summed(rows) for rows in by_run.values()]
        total = history[-1][0] if history else 0
        checks = [
            self._finding(kind, check, parts, history, total)
            for check in rules.checks
            if (parts := self._seen(kind, check.parameters(self.given))) is not None
        ]
        fields = [
            finding for name in rules.important if (finding := self._field(kind, name, history))
        ]
        names = [field.key for field in fields]
        trend = [_complete(t, [c.get(f"{EMPTY}{n}", 0) for n in names]) for t, c in history]
        return TypeQuality(kind, total, checks, fields, trend)

    def _seen(self, kind: RecordType, parts: Sequence[str] | None) -> list[str] | None:
        """The parts as addresses say them; None when one asks for what the user may not see."""
        if parts is None:
            return None
        try:
            return [to_parameter(self._checked(kind, from_parameter(part))) for part in parts]
        except Refused:
            return None

    def _checked(self, kind: RecordType, condition: Condition) -> Condition:
        return checked(condition, kind, self.view)

    def _finding(
        self,
        kind: RecordType,
        check: QualityCheck,
        parts: Sequence[str],
        history: Sequence[tuple[int, dict[str, int]]],
        total: int,
    ) -> Finding:
        trend = [counts.get(check.key, 0) for _total, counts in history]
        may_mend = check.mend and self.access.may(f"{kind.key}.{check.mend}")
        return Finding(
            check.key,
            check.label,
            trend[-1] if trend else 0,
            total,
            parts,
            reverse(kind.list_url),
            check.columns,
            check.mend if may_mend else "",
            trend,
        )

    def _field(
        self, kind: RecordType, name: str, history: Sequence[tuple[int, dict[str, int]]]
    ) -> Finding | None:
        parts = self._seen(kind, [to_parameter(Criterion(name, "empty"))])
        if parts is None:
            return None
        total, counts = history[-1] if history else (0, {})
        return Finding(
            name,
            kind.field[name].label,
            counts.get(f"{EMPTY}{name}", 0),
            total,
            parts,
            reverse(kind.list_url),
        )
