"""The median as a database computes it."""

from typing import Any

from django.db.models import Aggregate


class Median(Aggregate):
    """The middle value of a column, of two the lower one; SQLite has it from core.sqlite."""

    function = "renmai_median"
    name = "Median"
    allow_distinct = False

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "percentile_disc(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
        return self.as_sql(compiler, connection, template=template, **context)
