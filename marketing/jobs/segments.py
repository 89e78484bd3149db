"""Who is in the dynamic segments, asked of all contacts in ranges of their numbers."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import JobRun
from crm.models import Contact
from marketing.models import Segment
from marketing.models.segments import names_in
from marketing.queries.segment_rules import levels_of, rules_of
from marketing.services.refreshing import Compared, close_run, compare_range, write_range

PER_PART = 4_000


class SegmentsJob(Job):
    """All dynamic segments or, with a `segment` in the scope, that one and those that ask for it; with
    `reads`, those that ask for fields under these rules, which a run has just written.

    Segments that ask for others come after these: then the parts are done in their order.
    """

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Count the contacts"))
        first, last = _ends()
        run.step(gettext_noop("Ask the conditions of the segments"))
        levels = len(_levels(run))
        return Plan([part for level in range(levels) for part in _parts(level, first, last)])

    def may_share(self, run: JobRun) -> bool:
        return not run.partitions.filter(payload__level__gt=0).exists()

    def load(self, run: RunContext, payload: dict[str, Any]) -> Compared:
        levels = _levels(run)
        segments = levels[payload["level"]] if payload["level"] < len(levels) else []
        return compare_range(segments, payload["first"], payload["last"], run.as_of)

    def compute(self, run: RunContext, data: Compared) -> Compared:
        return data

    def save(self, run: RunContext, results: Compared) -> Saved:
        joined, left = write_range(results, at=run.as_of)
        contacts = results.last - results.first + 1
        return Saved(contacts, joined + left, {"joined": joined, "left": left})

    def finish(self, run: RunContext) -> None:
        asked = [segment for level in _levels(run) for segment in level]
        able = {rule.segment.pk for rule in rules_of(asked, run.as_of)}
        is_whole = not {"segment", "reads"} & run.scope.keys()
        close_run(segments=able, is_whole=is_whole, at=run.as_of)


def _levels(run: RunContext) -> list[list[Segment]]:
    segments = list(Segment.objects.at_work())
    if "segment" in run.scope:
        segments = _with_users(segments, {run.scope["segment"]})
    elif "reads" in run.scope:
        rules = set(run.scope["reads"])
        asking = {it.pk for it in segments if rules & set(names_in(it.reads))}
        segments = _with_users(segments, asking)
    return levels_of(segments)


def _with_users(segments: list[Segment], wanted: set[int]) -> list[Segment]:
    """The segments and those that ask for them, also by way of others."""
    while True:
        more = {it.pk for it in segments if wanted & set(it.used_segments)} - wanted
        if not more:
            return [it for it in segments if it.pk in wanted]
        wanted |= more


def _ends() -> tuple[int, int]:
    numbers = Contact._base_manager.order_by("pk").values_list("pk", flat=True)
    return numbers.first() or 0, numbers.last() or -1


def _parts(level: int, first: int, last: int) -> Iterator[dict[str, int]]:
    for start in range(first, last + 1, PER_PART):
        yield {"level": level, "first": start, "last": min(start + PER_PART - 1, last)}
