"""Links of records that go are given to the one that stays, and given back."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core import serializers
from django.db import IntegrityError, transaction
from django.db.models import Model

from core import audit
from core.models import ChangeSet
from core.registries import RecordType, merge_rules, record_types
from core.services.records import EDIT, after_change
from crm.services.merging.relations import (
    Relation,
    custom_links,
    relations_of,
    rows_linked_by,
)

AT_ONCE = 500  # numbers in one statement


@dataclass
class Moved:
    """What moved from one record: numbers of rows by relation; rows that were there twice."""

    rows: dict[str, list[Any]] = field(default_factory=dict)
    custom: dict[str, list[int]] = field(default_factory=dict)
    dropped: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "custom": self.custom, "dropped": self.dropped}


def move_links(
    kind: RecordType, *, loser: int, survivor: int, keeps: Collection[int], change_set: ChangeSet
) -> Moved:
    """Give everything that points to the loser to the survivor; `keeps` are the merged records."""
    moved = Moved()
    for rule in merge_rules:
        if rule.record_type == kind.key:
            rule.agree(loser, survivor, change_set.at)
    for relation in relations_of(kind):
        pks = _movable(relation, kind, loser, survivor, keeps, moved)
        if pks:
            moved.rows[relation.key] = pks
            _point(relation, pks, loser, survivor, change_set)
    for custom in custom_links(kind):
        pks = list(rows_linked_by(custom, [loser]).values_list("pk", flat=True))
        if pks:
            moved.custom[str(custom.pk)] = pks
            _point_custom(custom, pks, loser, survivor, change_set)
    return moved


def _movable(
    relation: Relation,
    kind: RecordType,
    loser: int,
    survivor: int,
    keeps: Collection[int],
    moved: Moved,
) -> list[Any]:
    """The rows that can move; what the survivor has already is dropped and kept in `moved`."""
    rows = relation.rows([loser])
    if relation.model is kind.model:
        rows = rows.exclude(pk__in=keeps)
    twice = _held_already(relation, rows, survivor)
    if twice:
        gone = relation.model._base_manager.filter(pk__in=twice)
        moved.dropped += json.loads(serializers.serialize("json", gone))
        gone.delete()
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _held_already(relation: Relation, rows: Any, survivor: int) -> set[Any]:
    found: set[Any] = set()
    for others in relation.unique_beside():
        held = set(relation.rows([survivor]).values_list("pk", *others))
        taken = {tuple(values[1:]) for values in held}
        found |= {pk for pk, *values in rows.values_list("pk", *others) if tuple(values) in taken}
    return found


def _point(
    relation: Relation, pks: list[Any], source: int, target: int, change_set: ChangeSet
) -> None:
    key = relation.model._meta.label_lower
    is_record = key in record_types
    values: dict[str, Any] = {relation.column: target}
    if is_record:
        values["updated_at"] = change_set.at
    for some in _portions(pks):
        relation.model._base_manager.filter(pk__in=some).update(**values)
        if is_record:
            name = relation.column.removesuffix("_id")
            _trace(relation.model, some, {name: (source, target)}, change_set)


def _point_custom(
    custom: Any, pks: list[int], source: int, target: int, change_set: ChangeSet
) -> None:
    model: Any = record_types[custom.object_type].model
    for some in _portions(pks):
        records = list(model._base_manager.select_for_update().filter(pk__in=some).order_by("pk"))
        for record in records:
            record.custom = {**record.custom, custom.key: target}
            record.updated_at = change_set.at
        model._base_manager.bulk_update(records, ["custom", "updated_at"])
        _trace(model, some, {f"custom.{custom.key}": (source, target)}, change_set)


def _trace(
    model: type[Model], pks: list[Any], changes: audit.Changes, change_set: ChangeSet
) -> None:
    """Records that moved have a trail and are told of, as after any other edit."""
    subjects = [(model(pk=pk), changes) for pk in pks]
    audit.record_all(
        actor=change_set.actor, action=EDIT, changes_by_subject=subjects, change_set=change_set
    )
    changed = dict.fromkeys(pks, changes)
    after_change(model._meta.label_lower, pks, changes=changed, by=change_set.actor)


def _portions(pks: list[Any]) -> Iterable[list[Any]]:
    return (pks[start : start + AT_ONCE] for start in range(0, len(pks), AT_ONCE))


def move_links_back(
    kind: RecordType,
    moved: Mapping[str, Any],
    *,
    loser: int,
    survivor: int,
    change_set: ChangeSet,
) -> int:
    """Give the links back where they still lead to the survivor; returns how many were left."""
    left = 0
    known = {relation.key: relation for relation in relations_of(kind)}
    for key, pks in moved["rows"].items():
        relation = known.get(key)
        if relation is None:  # of an app that is gone
            left += len(pks)
            continue
        still = _still(relation, pks, survivor)
        _point(relation, still, survivor, loser, change_set)
        left += len(pks) - len(still)
    for custom in custom_links(kind):
        pks = moved["custom"].get(str(custom.pk), [])
        rows = rows_linked_by(custom, [survivor]).filter(pk__in=pks)
        still = list(rows.values_list("pk", flat=True))
        _point_custom(custom, still, survivor, loser, change_set)
        left += len(pks) - len(still)
    return left + sum(not _restored(row) for row in moved["dropped"])


def _still(relation: Relation, pks: list[Any], survivor: int) -> list[Any]:
    found: list[Any] = []
    for some in _portions(pks):
        rows = relation.rows([survivor]).filter(pk__in=some)
        found += rows.order_by("pk").values_list("pk", flat=True)
    return found


def _restored(row: dict[str, Any]) -> bool:
    """Write a dropped row again, unless what it stood between is gone or it is there anew."""
    for written in serializers.deserialize("json", json.dumps([row])):
        if type(written.object)._base_manager.filter(pk=written.object.pk).exists():
            return False
        try:
            with transaction.atomic():
                written.save()
        except IntegrityError:
            return False
    return True
