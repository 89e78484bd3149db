"""What an app adds to changes of its records, wherever they are made."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.registries.base import Registry

Follow = Callable[[Sequence[Any], datetime], None]
TakenAlong = Callable[[Sequence[Any]], Mapping[str, Collection[int]]]


def _nothing_follows(_records: Sequence[Any], _at: datetime) -> None:
    return


def _nobody(_records: Sequence[Any]) -> Mapping[str, Collection[int]]:
    return {}


@dataclass(frozen=True)
class ChangeRules:
    """The rules of one record type (`key`) for changes of many records at once.

    `follow` fills columns that follow the edited ones, in records at hand: the day a lead was
    closed. `taken_along` names the records of other types (type to ids) that change hands together
    with these, which still have their old owner. `related` are the links that `normalise` and
    `follow` read, so that no query is made per record.
    """

    key: str
    follow: Follow = _nothing_follows
    taken_along: TakenAlong = _nobody
    related: tuple[str, ...] = ()


change_rules: Registry[ChangeRules] = Registry("Change rules")
