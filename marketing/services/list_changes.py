"""Changes of many contacts at once: onto a list, off a list."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.changes import Change
from core.changes.drafts import Draft
from core.changes.kinds import Prepared
from core.errors import Refused
from core.models import ChangeSet, User
from core.registries import RecordType
from marketing.models import Segment
from marketing.queries.segment_rules import CONTACT
from marketing.services.memberships import ADD, REMOVE, add_to_list, remove_from_list, require_list
from marketing.services.segments import lists_for


@dataclass(frozen=True)
class _OfList(Change):
    """Whoever sees a contact may put it on a list of theirs: nothing of the contact changes."""

    right = "view"
    can_be_undone = False

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
        return add_to_list(segment=self.found(by), contacts=pks, by=by, at=change_set.at)


@dataclass(frozen=True)
class RemoveFromList(_OfList):
    """Off a list."""

    key = REMOVE

    def tie(self, pks: Collection[int], change_set: ChangeSet) -> int:
        by = change_set.actor
        if by is None:
            return 0
        return remove_from_list(segment=self.found(by), contacts=pks, by=by, at=change_set.at)
