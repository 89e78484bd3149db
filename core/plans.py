"""What PostgreSQL expects of a query before it runs it."""

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class QueryPlan:
    """How many rows there will be, and what finding them all costs, in the planner's units."""

    rows: int
    cost: float


def plan_of(rows: QuerySet[Any]) -> QueryPlan:
    found = json.loads(rows.explain(format="json"))[0]["Plan"]
    return QueryPlan(int(found["Plan Rows"]), float(found["Total Cost"]))
