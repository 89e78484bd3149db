"""A job so small that a test can say what happens in each of its methods.

It squares the numbers of its scope, two to a partition, and writes each square as an audit event.
"""

from collections.abc import Callable
from typing import Any

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import AuditEvent

PER_PARTITION = 2

# What a test wants to happen first in a method of the job: name of the method to callable.
hooks: dict[str, Callable[..., None]] = {}


def happen(name: str, *args: Any) -> None:
    if name in hooks:
        hooks[name](*args)


def squares() -> list[int]:
    """Everything the job has saved."""
    rows = AuditEvent.objects.filter(action="square").order_by("pk")
    return [int(number) for number in rows.values_list("object_id", flat=True)]


class SquareJob(Job):
    prepare_share = 10

    def prepare(self, run: RunContext) -> Plan:
        run.step("Count the numbers")
        happen("prepare", run)
        numbers = run.scope["numbers"]
        run.detail("%(rows)s numbers", rows=len(numbers))
        run.progress(1)
        run.step("Square them")
        return Plan(
            [
                {"numbers": numbers[start : start + PER_PARTITION]}
                for start in range(0, len(numbers), PER_PARTITION)
            ],
            save=lambda: happen("plan", run),
            rows_read=run.scope.get("read_before", 0),
        )

    def load(self, run: RunContext, payload: dict[str, Any]) -> list[int]:
        happen("load", run, payload)
        return list(payload["numbers"])

    def compute(self, run: RunContext, data: list[int]) -> list[int]:
        happen("compute", run, data)
        return [number * number for number in data]

    def save(self, run: RunContext, results: list[int]) -> Saved:
        AuditEvent.objects.bulk_create(
            AuditEvent(action="square", object_id=square) for square in results
        )
        happen("save", run, results)
        return Saved(len(results), len(results), {"sum": sum(results)})

    def finish(self, run: RunContext) -> None:
        AuditEvent.objects.create(action="finished", run=run.run)
        happen("finish", run)


class OrderedSquareJob(SquareJob):
    is_parallel = False
