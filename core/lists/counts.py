"""How many rows a list has: exactly where that is cheap, else about how many."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from core.plans import plan_of

# Beyond this many rows nobody needs the exact number.
COUNT_LIMIT = 10_000
# In the planner's units: about 10 ms on the machine of docs/benchmarks.md.
CHEAP = 5_000


@dataclass(frozen=True)
class Total:
    """A number of rows; `is_about` when it is estimated, `is_more` when counting stopped there."""

    number: int
    is_about: bool = False
    is_more: bool = False


def total_of(rows: QuerySet[Any]) -> Total:
    rows = rows.order_by().select_related(None).prefetch_related(None)
    if connection.vendor == "postgresql":
        plan = plan_of(rows.values("pk"))
        if plan.rows > COUNT_LIMIT or plan.cost > CHEAP:
            return Total(_rounded(plan.rows), is_about=True)
    return _counted(rows)


def _counted(rows: QuerySet[Any]) -> Total:
    number = rows.values("pk")[: COUNT_LIMIT + 1].count()
    return Total(min(number, COUNT_LIMIT), is_more=number > COUNT_LIMIT)


def _rounded(number: int) -> int:
    """Three digits: more would pretend to be exact.

    >>> _rounded(18_437)
    18400
    """
    step: int = 10 ** max(len(str(number)) - 3, 0)
    return number // step * step
