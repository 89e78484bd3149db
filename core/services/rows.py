"""Rows of another system become records: made, changed, left as they are or refused, one by one.

The same rights, rules, trail and search index as everywhere; no query per row.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import audit, permissions
from core.changes.drafts import Draft, complete, load_drafts, tags_of, write_drafts
from core.conditions.viewpoint import Viewpoint
from core.errors import Refused
from core.insertion import insert_records, maker_of
from core.locks import lock_for_transaction
from core.models import ChangeSet, Tag, User
from core.models.tags import tag_key
from core.registries import RecordType, rules_for_rows
from core.rows.fields import EXTERNAL, RowFields
from core.rows.items import CREATED, REFUSED, UNCHANGED, UPDATED, WHOLE, Row
from core.rows.keys import find_by_keys, keep_keys
from core.rows.reading import identify, read_values, refuse_twins
from core.rows.references import resolve_links, resolve_owners
from core.rows.writing import Writing
from core.services.edits import set_tags
from core.services.records import after_change, assign_records
from core.tags import tags_called

MODES = CREATE, UPDATE, UPSERT = "create", "update", "upsert"
MOST_ROWS = 1_000


@transaction.atomic
def write_rows(
    *, kind: RecordType, given: Sequence[Any], mode: str, by: User, at: datetime
) -> list[Row]:
    """Write what can be written of the rows; each says what came of it, in their order."""
    if mode not in MODES:
        raise Refused(_("Choose create, update or upsert."))
    if len(given) > MOST_ROWS:
        raise Refused(_("Send at most %(most)s rows at once.") % {"most": MOST_ROWS})
    writing = Writing(kind, by, at, RowFields(kind, by, Viewpoint(by, at)), by, by.team)
    rows = [identify(index, each) for index, each in enumerate(given)]
    refuse_twins(rows)
    if any(row.key for row in rows):
        lock_for_transaction(f"core.rows.{kind.key}")
    known = find_by_keys(kind.key, [row.key for row in rows if row.key])
    for row in rows:
        if not row.is_refused:
            _name(mode, row, known)
    write_named(writing, rows)
    return rows


@transaction.atomic
def write_named(writing: Writing, rows: Sequence[Row]) -> None:
    """Write rows that know which record is theirs (`pk`; a row without one makes a record)."""
    _find_records(writing, rows)
    _read(writing, rows)
    for row in rows:
        if row.is_refused:
            row.status = REFUSED
    _write(writing, [row for row in rows if not row.is_refused])


# -- which records -----------------------------------------------------------------------------


def _find_records(writing: Writing, rows: Sequence[Row]) -> None:
    """The stored records of the rows, locked; what may not be changed or made is refused."""
    drafts = _drafts(writing, [row.pk for row in rows if row.pk and not row.is_refused], rows)
    may_create = permissions.access_of(writing.by).may(f"{writing.kind.key}.create")
    for row in rows:
        if row.pk and not row.is_refused:
            row.draft = drafts.get(row.pk)
            if row.draft is None:
                row.refuse(WHOLE, _("There is no such record, or you may not change it."))
            else:
                row.record = row.draft.record
        elif not row.is_refused and not may_create:
            row.refuse(WHOLE, _("Your role may not create these records."))


def _name(mode: str, row: Row, known: Mapping[Any, int]) -> None:
    """By number or by key; in a creation neither may be there already."""
    found = known.get(row.key) if row.key else None
    if mode == CREATE:
        if row.pk is not None:
            row.refuse("id", _("A new record has no number yet."))
        if found is not None:
            row.refuse(EXTERNAL, _("This key is taken."))
        return
    if row.pk is not None and found not in (None, row.pk):
        row.refuse(EXTERNAL, _("This key is taken."))
        return
    row.pk = row.pk if row.pk is not None else found
    if row.pk is None and row.key is not None and mode == UPDATE:
        # As for a record that is out of reach: whether others keep something under a key is not told.
        row.refuse(WHOLE, _("There is no such record, or you may not change it."))
    if row.pk is None and row.key is None:
        row.refuse(WHOLE, _("Say which record: by its number, or by source and key."))


def _drafts(writing: Writing, wanted: Sequence[int], rows: Sequence[Row]) -> dict[int, Draft]:
    """Those of the records that the user may change."""
    kind, by = writing.kind, writing.by
    if not wanted or not permissions.access_of(by).may(f"{kind.key}.edit"):
        return {}
    reached = kind.model._base_manager.filter(permissions.row_condition(kind.model, by, "edit"))
    pks = set(reached.filter(pk__in=wanted).values_list("pk", flat=True))
    with_tags = any(row.tags is not None or "tags" in row.given for row in rows)
    return {draft.record.pk: draft for draft in load_drafts(kind, pks, with_tags=with_tags)}


# -- what they say -----------------------------------------------------------------------------


def _read(writing: Writing, rows: Sequence[Row]) -> None:
    fields, make = writing.fields, maker_of(writing.kind.model)
    for row in rows:
        if row.is_refused:
            continue
        if row.is_new:
            row.record = make()
        read_values(row, fields)
    _refuse_taken(writing, [row for row in rows if not row.is_refused])
    left = [row for row in rows if not row.is_refused]
    owners = resolve_owners(left, fields)
    resolve_links(left, fields)
    for row in left:
        _apply(writing, row, owners)
        _check_required(writing, row)
    fill = rules_for_rows(writing.kind.key).fill
    if fill is not None:
        fill([row for row in left if not row.is_refused], writing)
    for row in left:
        _check(writing, row)


def _apply(writing: Writing, row: Row, owners: Mapping[int, User]) -> None:
    record = row.record
    for field, value in row.values.items():
        if field.custom:
            custom = {k: v for k, v in record.custom.items() if k != field.custom.key}
            record.custom = custom if value is None else {**custom, field.custom.key: value}
        else:
            setattr(record, writing.fields.column(field).attname, value)
    if row.is_new:
        pk = row.owner.pk if row.owner else None
        named = owners.get(pk) if pk else None
        owner, team = (named, named.team_id) if named else (writing.owner, _pk(writing.team))
        record.owner_id, record.team_id = _pk(owner), team
        for name, value in writing.marks.items():
            setattr(record, name, value)


def _pk(row: Any) -> int | None:
    return row.pk if row is not None else None


def _check_required(writing: Writing, row: Row) -> None:
    """What a record has to have; of a stored one only what the row takes away."""
    for field in writing.fields.required:
        if (row.is_new or field in row.values) and field.value(row.record) in (None, ""):
            row.refuse(field.told_name, _("This cannot be empty."))


def _check(writing: Writing, row: Row) -> None:
    """The same as the rules of the type say it."""
    for name, sentence in rules_for_rows(writing.kind.key).check(row.record).items():
        if row.is_new or any(field.name == name for field in row.values):
            row.refuse(name, sentence)


def _refuse_taken(writing: Writing, rows: Sequence[Row]) -> None:
    """Values that only one record may have, whoever sees that one: its refusal says no more."""
    for field, column in writing.fields.unique:
        given = [row for row in rows if row.values.get(field)]
        if not given:
            continue
        values = {row.values[field] for row in given}
        stored = writing.kind.model._base_manager.filter(**{f"{column.name}__in": values})
        holder = dict(stored.values_list(column.name, "pk"))
        for row in given:
            value = row.values[field]
            if holder.setdefault(value, row.record.pk or -row.index - 1) != (
                row.record.pk or -row.index - 1
            ):
                row.refuse(field.name, _("This is taken. Use another one."))


# -- writing -----------------------------------------------------------------------------------


def _write(writing: Writing, rows: Sequence[Row]) -> None:
    tags = _tags(rows)
    if rules_for_rows(writing.kind.key).save is not None:
        for row in rows:
            _save_one(writing, row)
    else:
        _write_changed(writing, [row for row in rows if not row.is_new], tags)
        _write_new(writing, [row for row in rows if row.is_new], tags)
    rows = [row for row in rows if not row.is_refused]
    _keep_keys(writing, rows)
    _assign(writing, [row for row in rows if not row.is_new and row.owner])


def _tags(rows: Sequence[Row]) -> dict[str, Tag]:
    names = {name for row in rows for name in row.tags or ()}
    return (
        {tag.name_key: tag for tag in tags_called(sorted(names), is_making=True)} if names else {}
    )


def _wanted_tags(row: Row, tags: Mapping[str, Tag]) -> set[int]:
    return {tags[tag_key(name)].pk for name in row.tags or ()}


def _write_changed(writing: Writing, rows: Sequence[Row], tags: Mapping[str, Tag]) -> None:
    drafts = []
    for row in rows:
        if row.draft is not None:
            if row.tags is not None:
                row.draft.tags = _wanted_tags(row, tags)
            drafts.append(row.draft)
    if not drafts:
        return
    complete(writing.kind, drafts, writing.at)
    change_set = writing.change_set or ChangeSet.objects.create(
        object_type=writing.kind.key, action="edit", actor=writing.by, at=writing.at
    )
    written = write_drafts(writing.kind, drafts, action="edit", change_set=change_set)
    for row in rows:
        row.status = UPDATED if row.record.pk in written else UNCHANGED
    if not written:
        if writing.change_set is None:
            change_set.delete()
        return
    ChangeSet.objects.filter(pk=change_set.pk).update(count=F("count") + len(written))
    after_change(writing.kind.key, written, changes=written, by=writing.by)


def _write_new(writing: Writing, rows: Sequence[Row], tags: Mapping[str, Tag]) -> None:
    if not rows:
        return
    rules, kind = rules_for_rows(writing.kind.key), writing.kind
    records = [row.record for row in rows]
    rules.begin(records, writing)
    for record in records:
        normalise = getattr(record, "normalise", None)
        if normalise is not None:
            normalise()
    insert_records(records)
    _tag_new(kind, rows, tags)
    audit.record_all(
        actor=writing.by,
        action="create",
        changes_by_subject=[(record, {}) for record in records],
        change_set=writing.change_set,
    )
    rules.made(rows, writing)
    after_change(kind.key, [record.pk for record in records], action=CREATE, by=writing.by)
    for row in rows:
        row.status = CREATED


def _tag_new(kind: RecordType, rows: Sequence[Row], tags: Mapping[str, Tag]) -> None:
    column: Any = kind.model._meta.get_field("tags")
    through, record, tag = (
        column.remote_field.through,
        column.m2m_field_name(),
        column.m2m_reverse_field_name(),
    )
    through._base_manager.bulk_create(
        (
            through(**{f"{record}_id": row.record.pk, f"{tag}_id": pk})
            for row in rows
            for pk in _wanted_tags(row, tags)
        ),
        batch_size=500,
    )


def _save_one(writing: Writing, row: Row) -> None:
    """By the service of the type, whose refusal is this row's alone."""
    save = rules_for_rows(writing.kind.key).save
    if save is None:
        return
    is_changed = row.draft is None or bool(row.draft.changes())
    try:
        with transaction.atomic():
            if is_changed:
                save(row.record, writing.by, writing.at)
            before = tags_of(writing.kind, [row.record.pk])
            if row.tags is not None:
                set_tags(record=row.record, names=row.tags, by=writing.by)
            is_changed = is_changed or before != tags_of(writing.kind, [row.record.pk])
    except Refused as refusal:
        row.refuse(WHOLE, str(refusal))
        row.status = REFUSED
    else:
        row.status = CREATED if row.is_new else (UPDATED if is_changed else UNCHANGED)


def _keep_keys(writing: Writing, rows: Sequence[Row]) -> None:
    known = find_by_keys(writing.kind.key, [row.key for row in rows if row.key])
    new = {row.key: row.record.pk for row in rows if row.key and row.key not in known}
    keep_keys(writing.kind.key, new)


def _assign(writing: Writing, rows: Sequence[Row]) -> None:
    """Records that are there change hands through their own door, with what goes along."""
    by_owner: dict[int, list[Row]] = {}
    for row in rows:
        if row.owner and row.owner.pk and row.record.owner_id != row.owner.pk:
            by_owner.setdefault(row.owner.pk, []).append(row)
    users = User.objects.in_bulk(list(by_owner))
    for pk, theirs in by_owner.items():
        stored = writing.kind.model._base_manager.filter(pk__in=[row.record.pk for row in theirs])
        assign_records(rows=stored, owner=users[pk], by=writing.by, at=writing.at)
        for row in theirs:
            row.status = UPDATED
