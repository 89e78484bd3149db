"""The records somebody has chosen in a list: some of them, or all of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict  # noqa: TID251  # the address of a list
from django.utils.translation import gettext as _

from core import permissions
from core.errors import Refused
from core.lists.definition import lists
from core.lists.state import ListState
from core.models import User
from core.registries import RecordType, record_types

LONGEST_ID = 18  # digits; what is longer fits no column


@dataclass(frozen=True)
class Selection:
    """Records of one type: those with the ids or, with an address, all of the list that it shows."""

    kind: RecordType
    ids: tuple[int, ...] = ()
    address: str | None = None

    @classmethod
    def of_texts(cls, kind: RecordType, given: Iterable[str]) -> "Selection":
        """The ticked rows of a form; what is no number is not there."""
        numbers = (pk for pk in given if pk.isascii() and pk.isdecimal() and len(pk) <= LONGEST_ID)
        return cls(kind, tuple(dict.fromkeys(map(int, numbers))))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Selection":
        return cls(record_types[data["type"]], tuple(data["ids"]), data["address"])

    def as_json(self) -> dict[str, Any]:
        return {"type": self.kind.key, "ids": list(self.ids), "address": self.address}

    def rows(self, user: User) -> QuerySet[Any]:
        """Those of them that the user may see now."""
        if self.address is not None:
            return rows_of_list(self.kind, self.address, user)
        return permissions.visible_rows(self.kind.model, user).filter(pk__in=self.ids)


def rows_of_list(kind: RecordType, address: str, user: User) -> QuerySet[Any]:
    """The rows of the list at the address; refused where a part of it would be left out.

    Without that part there would be more rows than whoever chose them has seen.
    """
    state = ListState(lists[kind.key], user, QueryDict(address))
    if state.refused:
        raise Refused(_("A filter of this list cannot be used any more. Select the rows again."))
    return state.rows()
