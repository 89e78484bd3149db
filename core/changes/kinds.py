"""The changes there are. Each knows its JSON form, the right it needs and what it does to a record.

`prepared` checks the change once, for one user and record type, and gives the function that changes
a record at hand; it refuses what that user may not do.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Model, Q
from django.utils.translation import gettext as _

from core import permissions
from core.assigning import assignable_users
from core.changes.drafts import Draft
from core.changes.values import setter_of
from core.errors import Refused
from core.models import AuditEvent, ChangeSet, Tag, User
from core.registries import RecordType, change_kinds

Prepared = Callable[[Draft, datetime], None]


@dataclass(frozen=True)
class Change:
    """One change; `key` is its name in the audit trail, `right` the action of the permission."""

    key: ClassVar[str]
    right: ClassVar[str]
    changes_tags: ClassVar[bool] = False
    changes_values: ClassVar[bool] = False
    can_be_undone: ClassVar[bool] = True
    ties_records: ClassVar[bool] = False

    def reach(self, model: type[Model], by: User) -> Q:
        """The rows that the user may change so."""
        return permissions.row_condition(model, by, self.right)

    def prepared(self, kind: RecordType, by: User) -> Prepared:
        raise NotImplementedError

    def follow_up(self, records: Sequence[Any], change_set: ChangeSet) -> None:
        """What is made beside the changed records, in their transaction and under the same change."""

    def tie(self, pks: Collection[int], change_set: ChangeSet) -> int:
        """Change what ties the records to others, beside their columns; returns how many it changed.

        Such a change leaves its trail at the other end, from which `untie` takes it back.
        """
        return 0

    @classmethod
    def untie(cls, events: Sequence[AuditEvent], undoing: ChangeSet) -> tuple[int, int]:
        """Take back what `tie` has done by its events; returns how many it put back and left alone."""
        raise NotImplementedError

    def as_json(self) -> dict[str, Any]:
        return {"change": self.key, **asdict(self)}


@dataclass(frozen=True)
class Delete(Change):
    """Into the bin."""

    key = "delete"
    right = "delete"

    def prepared(self, kind: RecordType, by: User) -> Prepared:
        def delete(draft: Draft, at: datetime) -> None:
            draft.record.deleted_at = at

        return delete


@dataclass(frozen=True)
class Restore(Change):
    """Out of the bin."""

    key = "restore"
    right = "delete"

    def reach(self, model: type[Model], by: User) -> Q:
        return permissions.bin_condition(model, by)

    def prepared(self, kind: RecordType, by: User) -> Prepared:
        def restore(draft: Draft, _at: datetime) -> None:
            draft.record.deleted_at = None

        return restore


@dataclass(frozen=True)
class Assign(Change):
    """To a colleague and the colleague's team."""

    key = "assign"
    right = "assign"

    owner: int

    def prepared(self, kind: RecordType, by: User) -> Prepared:
        owners = {user.pk: user for user in assignable_users(by, kind.key)}
        if self.owner not in owners:
            raise Refused(_("You may not give records to this colleague."))
        return hand_to(owners[self.owner])


def hand_to(owner: User) -> Prepared:
    """What gives a record at hand to a colleague and the colleague's team."""

    def assign(draft: Draft, _at: datetime) -> None:
        if draft.record.owner_id != owner.pk:
            draft.record.owner_id, draft.record.team_id = owner.pk, owner.team_id

    return assign


@dataclass(frozen=True)
class AddTags(Change):
    """Tags that the records get beside theirs."""

    key = "tag"
    right = "edit"
    changes_tags = True

    tags: tuple[int, ...]

    def prepared(self, kind: RecordType, by: User) -> Prepared:
        known = _known_tags(self.tags, kind, by)

        def add(draft: Draft, _at: datetime) -> None:
            draft.tags |= known

        return add


@dataclass(frozen=True)
class RemoveTags(Change):
    """Tags that the records lose."""

    key = "untag"
    right = "edit"
    changes_tags = True

    tags: tuple[int, ...]

    def prepared(self, kind: RecordType, by: User) -> Prepared:
        known = _known_tags(self.tags, kind, by)

        def remove(draft: Draft, _at: datetime) -> None:
            draft.tags -= known

        return remove


def _known_tags(pks: tuple[int, ...], kind: RecordType, by: User) -> set[int]:
    if not permissions.access_of(by).edits(kind.field_name("tags")):
        raise Refused(_("Your role may not change the tags of these records."))
    known = set(Tag.objects.filter(pk__in=pks).values_list("pk", flat=True))
    if not known:
        raise Refused(_("Choose at least one tag."))
    return known


@dataclass(frozen=True)
class SetField(Change):
    """One field gets one value, as JSON keeps it; nothing takes the value away."""

    key = "edit"
    right = "edit"
    changes_values = True

    field: str
    value: Any

    def prepared(self, kind: RecordType, by: User) -> Prepared:
        setter = setter_of(kind, self.field, self.value, by)

        def edit(draft: Draft, _at: datetime) -> None:
            setter(draft.record)

        return edit


CHANGES: dict[str, type[Change]] = {
    kind.key: kind for kind in (Delete, Restore, Assign, AddTags, RemoveTags, SetField)
}


def change_called(key: str) -> type[Change] | None:
    """The kind of change of this name, the apps' own included."""
    own = CHANGES.get(key)
    if own is None and key in change_kinds:
        added: type[Change] = change_kinds[key].change
        return added
    return own


def change_from_json(data: Mapping[str, Any]) -> Change:
    """The change that `as_json` wrote."""
    given = dict(data)
    key = given.pop("change")
    kind = change_called(key)
    if kind is None:
        raise LookupError(f"There is no kind of change {key!r}.")
    if "tags" in given:
        given["tags"] = tuple(given["tags"])
    return kind(**given)
