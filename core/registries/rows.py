"""What an app adds to the writing of many records at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.registries.base import Registry

if TYPE_CHECKING:
    from core.models import User

Missing = Mapping[str, str]


def _nothing_missing(_record: Any) -> Missing:
    return {}


def _nothing(_records: Sequence[Any], _writing: Any) -> None:
    return


@dataclass(frozen=True)
class RowRules:
    """The rules of one record type (`key`) for rows that another system sends.

    `begin` is given records, `made` and `fill` rows (`core.rows.items`), each with the writing.

    `begins_with` are fields that only a new record is given, `told_by_files` those that only one of
    a file is given, which has a past. `check` says by field what a record at
    hand lacks. `begin` completes new records before they are written, `made` does what follows.
    `extras` are members of a row that are no fields, and `fill` puts them into the records.
    `called` finds or makes records of this type by their names, for links. A type with a `save` is
    written one by one by that service, which does more than to fill columns.
    """

    key: str
    begins_with: tuple[str, ...] = ()
    told_by_files: tuple[str, ...] = ()
    check: Callable[[Any], Missing] = _nothing_missing
    begin: "Callable[[Sequence[Any], Any], None]" = _nothing
    made: "Callable[[Sequence[Any], Any], None]" = _nothing
    extras: Mapping[str, Mapping[str, Any]] | None = None
    fill: "Callable[[Sequence[Any], Any], None] | None" = None
    called: "Callable[[Sequence[str], User], Mapping[str, Any]] | None" = None
    save: "Callable[[Any, User, datetime], Any] | None" = None


row_rules: Registry[RowRules] = Registry("Row rules")


def rules_for_rows(key: str) -> RowRules:
    return row_rules[key] if key in row_rules else RowRules(key)
