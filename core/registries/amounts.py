"""Amounts that are kept in the base currency: who changes a rate has them reckoned anew."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from core.registries.base import Registry

if TYPE_CHECKING:
    from core.models.jobs import JobRun
    from core.models.users import User


@dataclass(frozen=True)
class BaseAmounts:
    """Amounts of one record type.

    `recalculate(currency, by, at)` reckons those in the currency (None: in all currencies) anew, at
    once or, where they are many, by a run that it returns.
    """

    key: str
    recalculate: "Callable[[str | None, User, datetime], JobRun | None]"


base_amounts: Registry[BaseAmounts] = Registry("Base amounts")
