"""The records somebody has chosen in a list: some of them, or all of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict  # noqa: TID251  # the address of a list
from django.utils.translation import gettext as _

from core import permissions
from core.errors import Refused
from core.ids import id_in
from core.lists.definition import lists
from core.lists.state import IF, WORDS, ListState
from core.models import User
from core.registries import RecordType, record_types


@dataclass(frozen=True)
class Selection:
    """Records of one type: those with the ids or, with an address, all of the list that it shows."""

    kind: RecordType
    ids: tuple[int, ...] = ()
    address: str | None = None

    @classmethod
    def of_texts(cls, kind: RecordType, given: Iterable[str]) -> "Selection":
        """The ticked rows of a form; what is no number is not there."""
        numbers = (pk for text in given if (pk := id_in(text)) is not None)
        return cls(kind, tuple(dict.fromkeys(numbers)))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Selection":
        return cls(record_types[data["type"]], tuple(data["ids"]), data["address"])

    @classmethod
    def of_list(cls, state: ListState) -> "Selection":
        """All rows of a list.

        The conditions of a saved view are written out: the view may change before a job has read it.
        Where a filter would be left out there would be more rows than anybody has seen: refused.
        """
        if state.refused:
            raise Refused(_("A filter of this list cannot be used any more. Take it away first."))
        pairs = [(IF, parameter) for parameter in state.parameters()]
        pairs += [(WORDS, state.search)] if state.search else []
        return cls(state.kind, address=urlencode(pairs))

    def as_json(self) -> dict[str, Any]:
        return {"type": self.kind.key, "ids": list(self.ids), "address": self.address}

    def rows(self, user: User) -> QuerySet[Any]:
        """Those of them that the user may see now."""
        if self.address is None:
            rows = permissions.visible_rows(self.kind.model, user)
            return rows.filter(pk__in=self.ids)
        state = ListState(lists[self.kind.key], user, QueryDict(self.address))
        if state.refused:
            raise Refused(_("A filter of this list cannot be used any more. Take it away first."))
        return state.rows()
