"""Changes of many contacts at once: onto a list, off a list."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.changes import Change
from core.changes.drafts import Draft
from core.changes.kinds import Prepared
from core.errors import Refused
from core.models import AuditEvent, ChangeSet, User
from core.registries import RecordType
from marketing.models import Segment
from marketing.queries.segment_rules import CONTACT
from marketing.services.memberships import (
    ADD,
    REMOVE,
    add_to_list,
    remove_from_list,
    require_list,
    undo_add,
    undo_remove,
)
from marketing.services.segments import lists_for


@dataclass(frozen=True)
class _OfList(Change):
    """Whoever sees a contact may put it on a list of theirs: nothing of the contact changes."""

    right = "view"
    ties_records = True

    segment: int

    def found(self, by: User) -> Segment:
        segment: Segment | None = lists_for(by).filter(pk=self.segment).first()
        if segment is None:
            raise Refused(_("Choose one of the lists that you may change."))
        return segment

    def prepared(self, kind: RecordType, by: User) -> Prepared:
        if kind.key != CONTACT:
            raise Refused(_("Only contacts stand on lists."))
        require_list(self.found(by), by)

        def leave(_draft: Draft, _at: datetime) -> None:
            """Nothing of the contact itself."""

        return leave


@dataclass(frozen=True)
class AddToList(_OfList):
    """Onto a list."""

    key = ADD

    def tie(self, pks: Collection[int], change_set: ChangeSet) -> int:
        by = change_set.actor
        if by is None:
            return 0
        return add_to_list(
            segment=self.found(by), contacts=pks, by=by, at=change_set.at, change_set=change_set
        )

    @classmethod
    def untie(cls, events: Sequence[AuditEvent], undoing: ChangeSet) -> tuple[int, int]:
        return _taken_back(events, undoing, undo_add)


@dataclass(frozen=True)
class RemoveFromList(_OfList):
    """Off a list."""

    key = REMOVE

    def tie(self, pks: Collection[int], change_set: ChangeSet) -> int:
        by = change_set.actor
        if by is None:
            return 0
        return remove_from_list(
            segment=self.found(by), contacts=pks, by=by, at=change_set.at, change_set=change_set
        )

    @classmethod
    def untie(cls, events: Sequence[AuditEvent], undoing: ChangeSet) -> tuple[int, int]:
        return _taken_back(events, undoing, undo_remove)


def _taken_back(
    events: Sequence[AuditEvent], undoing: ChangeSet, take_back: Callable[..., int]
) -> tuple[int, int]:
    """By the list that each event tells of: how many went back, and how many somebody has moved since."""
    lists = Segment.objects.kept().in_bulk([e.object_id for e in events if e.object_id is not None])
    back = left = 0
    for event in events:
        told: dict[str, str] = next(
            (each for each in event.changes.get("contacts", ()) if each), {}
        )
        segment = lists.get(event.object_id)
        number = take_back(segment=segment, told=told, undoing=undoing) if segment else 0
        back, left = back + number, left + len(told) - number
    return back, left
