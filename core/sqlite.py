"""What SQLite cannot do by itself."""

from fractions import Fraction
from math import ceil
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from core.text import fold


class _Median:
    """The lower one of the two middle values; moments are texts that sort as they follow each other."""

    SHARE = Fraction(1, 2)

    def __init__(self) -> None:
        self.values: list[Any] = []

    def step(self, value: Any) -> None:
        if value is not None:
            self.values.append(value)

    def finalize(self) -> Any:
        place = ceil(len(self.values) * self.SHARE) - 1
        return sorted(self.values)[place] if self.values else None


class _NinthDecile(_Median):
    """The least value that at least nine of ten do not exceed."""

    SHARE = Fraction(9, 10)


def _add_functions(connection: BaseDatabaseWrapper, **_given: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function(
            "renmai_fold", 1, lambda text: None if text is None else fold(text), deterministic=True
        )
        connection.connection.create_aggregate("renmai_median", 1, _Median)
        connection.connection.create_aggregate("renmai_ninth_decile", 1, _NinthDecile)


def register() -> None:
    """Add the functions to each connection that is made."""
    connection_created.connect(_add_functions, dispatch_uid="core.sqlite")
