"""The median, and below what nine of ten stay, as a database computes them."""

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


class NinthDecile(Aggregate):
    """The least value that at least nine of ten do not exceed."""

    function = "renmai_ninth_decile"
    name = "NinthDecile"
    allow_distinct = False

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "percentile_disc(0.9) WITHIN GROUP (ORDER BY %(expressions)s)"
        return self.as_sql(compiler, connection, template=template, **context)
