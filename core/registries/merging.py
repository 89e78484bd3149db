"""What an app above has to say when records are merged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.registries.base import Registry


@dataclass(frozen=True)
class MergeRule:
    """Told before the links of a record move to the one that stays (`key`: which app speaks).

    Where both have a row that may be there once, merging drops that of the record that goes: `agree`
    (of the one that goes, the one that stays, the moment) makes the row that stays say the right thing.
    """

    key: str
    record_type: str
    agree: Callable[[int, int, datetime], None]


merge_rules: Registry[MergeRule] = Registry("Merge rule")
