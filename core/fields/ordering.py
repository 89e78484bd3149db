"""What rows can be ordered by."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

ANNOTATION = "ordered_by"


@dataclass(frozen=True)
class Order:
    """A path on the row, or an expression where no path leads to the value.

    `is_nullable` when the value may be missing: such rows come last, whichever way round.
    """

    path: str = ""
    expression: Any = None
    is_nullable: bool = False

    def named(self, rows: QuerySet[Any]) -> tuple[QuerySet[Any], "Order"]:
        """The rows with the expression as a value that has a path."""
        if self.expression is None:
            return rows, self
        rows = rows.annotate(**{ANNOTATION: self.expression})
        return rows, replace(self, path=ANNOTATION, expression=None)
