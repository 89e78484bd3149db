"""What an app adds to changes of its records, wherever they are made."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from core.registries.base import Registry

Follow = Callable[[Sequence[Any], datetime], None]
TakenAlong = Callable[[Sequence[Any]], Mapping[str, Collection[int]]]
Created = Callable[[Collection[int], Any, datetime], None]
Written = Callable[[Mapping[int, Mapping[str, Any]]], None]


def _nothing_follows(_records: Sequence[Any], _at: datetime) -> None:
    return


def _nobody(_records: Sequence[Any]) -> Mapping[str, Collection[int]]:
    return {}


def _nothing_begins(_ids: Collection[int], _by: Any, _at: datetime) -> None:
    return


def _nothing_more(_changes: Mapping[int, Mapping[str, Any]]) -> None:
    return


@dataclass(frozen=True)
class ChangeRules:
    """The rules of one record type (`key`) for changes of many records at once.

    `follow` fills columns that follow the edited ones, in records at hand: the day a lead was
    closed. `taken_along` names the records of other types (type to ids) that change hands together
    with these, which still have their old owner. `related` are the links that `normalise` and
    `follow` read, so that no query is made per record. `written` keeps other tables in step, in the
    transaction of the change: it gets the changes by record, also of a single record. `created` is told
    of new records, by whom (nobody: a job) and when, in their transaction.
    """

    key: str
    follow: Follow = _nothing_follows
    taken_along: TakenAlong = _nobody
    related: tuple[str, ...] = ()
    written: Written = _nothing_more
    created: Created = _nothing_begins


@dataclass(frozen=True)
class ChangeFollower:
    """Somebody above who is told, in the transaction, of every write of records of these types.

    `tell` gets the type and the ids; it has to be quick, whatever their number.
    """

    key: str
    types: frozenset[str]
    tell: Callable[[str, Collection[int]], None]


@dataclass(frozen=True)
class ChangeKind:
    """A kind of change (`key`) that an app adds: its class (`core.changes.Change`) and its words.

    With a `record_type` its lists offer it for the chosen rows to whoever may edit the field `rule`;
    it then asks nothing but the `question`, and what its `form` (a `core.forms.bulk.ChangeForm`) asks.
    One with a `permission` is offered to whoever has that, too. A letter as `hotkey` presses its button. Sentences have the places %(count)s and %(records)s. `columns`
    are those that it writes and that no form does: undoing looks at them.
    """

    key: str
    change: Any
    title: Promise
    done: Promise
    columns: tuple[str, ...] = ()
    record_type: str = ""
    rule: str = ""
    label: Promise | str = ""
    icon: str = ""
    question: Promise | str = ""
    note: Promise | str = ""
    form: Any = None
    hotkey: str = ""
    permission: str = ""


change_rules: Registry[ChangeRules] = Registry("Change rules")
change_kinds: Registry[ChangeKind] = Registry("Kind of change")
change_followers: Registry[ChangeFollower] = Registry("Change follower")


def tell_followers(object_type: str, ids: Collection[int]) -> None:
    """Records of this type were written."""
    for follower in change_followers if ids else ():
        if object_type in follower.types:
            follower.tell(object_type, ids)
