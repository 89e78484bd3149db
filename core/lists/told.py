"""Columns that apps above give to lists: told of each row by a question of their own, not by a field."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from core.conditions.viewpoint import Viewpoint
from core.registries import Registry

Told = Mapping[str, Mapping[int, Any]]


@dataclass(frozen=True)
class ToldColumns:
    """Some columns of the lists of these record types.

    `columns` gives the name and label of those that somebody may see; the names are no names of fields. `read` is
    asked once for all rows of a page: by the name of a column, then the number of a row, a `Word` or a text.
    """

    key: str
    label: Promise
    kinds: frozenset[str]
    columns: Callable[[Viewpoint], Sequence[tuple[str, Any]]]
    read: Callable[[str, Collection[str], Collection[int], Viewpoint], Told]


told_columns: Registry[ToldColumns] = Registry("Columns of lists")


def offered_by(told: ToldColumns, view: Viewpoint) -> Mapping[str, Any]:
    """The columns by their names, read once for whoever looks."""
    known: dict[str, Mapping[str, Any]] = vars(view).setdefault("_told_columns", {})
    if told.key not in known:
        known[told.key] = dict(told.columns(view))
    return known[told.key]


def told_column(kind: str, name: str, view: Viewpoint) -> tuple[ToldColumns, Any] | None:
    """Who tells the column of this name, and its label; None where there is none for this user."""
    for told in told_columns:
        if kind in told.kinds and name in (offered := offered_by(told, view)):
            return told, offered[name]
    return None
