"""What rows refer to: records by number, key or name, users; a few queries for all rows."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from core import permissions
from core.assigning import assignable_users
from core.choices import FieldType
from core.models import User
from core.records.fields import RecordField
from core.registries import record_types, rules_for_rows
from core.rows.fields import OWNER, RowFields
from core.rows.items import Reference, Row
from core.rows.keys import find_by_keys

UNKNOWN = "unknown"
Link = tuple[Row, RecordField, Reference]


def resolve_links(rows: Sequence[Row], fields: RowFields) -> None:
    """The numbers of all records that the rows link to become values; what is out of sight is not."""
    links = [(row, field, ref) for row in rows for field, ref in row.links.items()]
    by_target: dict[str, list[Link]] = {}
    for row, field, ref in links:
        target = field.target if field.type == FieldType.LINK else str(field.type)
        by_target.setdefault(target, []).append((row, field, ref))
    for target, found in by_target.items():
        if target == FieldType.USER:
            _resolve_users(found)
        elif target in record_types:
            _resolve_records(target, found, fields)
        else:
            _resolve_choices(found, fields)


def _resolve_users(links: Sequence[Link]) -> None:
    wanted = {ref.pk for _row, _field, ref in links if ref.pk}
    known = set(User.objects.filter(is_active=True, pk__in=wanted).values_list("pk", flat=True))
    for row, field, ref in links:
        _set(row, field, ref, ref.pk if ref.pk in known else None)


def _resolve_choices(links: Sequence[Link], fields: RowFields) -> None:
    for row, field, ref in links:
        _set(row, field, ref, ref.pk if ref.pk in fields.choices(field) else None)


def _resolve_records(target: str, links: Sequence[Link], fields: RowFields) -> None:
    """Where a link leads now has to be seen, too: nobody cuts what they do not know of."""
    keys = find_by_keys(target, {ref.key for _row, _field, ref in links if ref.key})
    called = _called(target, links, fields.user)
    there = {(row.index, field.name): _now(row, field) for row, field, _ref in links}
    wanted = {ref.pk for _row, _field, ref in links} | set(keys.values()) | set(there.values())
    model = record_types[target].model
    rows = permissions.visible_rows(model, fields.user).filter(pk__in=wanted - {None})
    visible = set(rows.values_list("pk", flat=True)) if wanted - {None} else set()
    for row, field, ref in links:
        now = there[row.index, field.name]
        if now is not None and now not in visible:
            row.refuse(
                field.told_name, _("This links to a record that you may not see, so it stays.")
            )
            continue
        pk = keys.get(ref.key) if ref.key else ref.pk
        pk = pk if pk in visible else None
        _set(row, field, ref, called.get(ref.name) if ref.name else pk)


def _called(target: str, links: Sequence[Link], by: User) -> dict[str, int]:
    """Records by name, made where the type makes them."""
    names = [ref.name for row, _field, ref in links if ref.name and not row.is_refused]
    find = rules_for_rows(target).called
    if not names or find is None:
        return {}
    return {name: record.pk for name, record in find(names, by).items()}


def _now(row: Row, field: RecordField) -> int | None:
    """Where the link of a stored record leads."""
    if row.record is None or row.is_new:
        return None
    found = (
        row.record.custom.get(field.custom.key)
        if field.custom
        else getattr(row.record, f"{field.column}_id")
    )
    return found if isinstance(found, int) else None


def _set(row: Row, field: RecordField, ref: Reference, pk: int | None) -> None:
    is_something = bool(ref.pk or ref.key or ref.name)
    if is_something and pk is None:
        row.refuse(field.told_name, _("There is no such record, or you may not see it."))
    elif pk is not None and row.record is not None and _is_itself(row, field, pk):
        row.refuse(field.told_name, _("A record cannot be linked to itself."))
    else:
        row.values[field] = pk


def _is_itself(row: Row, field: RecordField, pk: int) -> bool:
    return bool(field.target == row.record._meta.label_lower and row.record.pk == pk)


def resolve_owners(rows: Iterable[Row], fields: RowFields) -> dict[int, User]:
    """The owners that rows name, as far as the user may give records to them."""
    wanting = [row for row in rows if row.owner is not None]
    if not wanting:
        return {}
    may = permissions.access_of(fields.user).may(f"{fields.kind.key}.assign")
    users = assignable_users(fields.user, fields.kind.key) if may else []
    known = {user.pk: user for user in users}
    for row in wanting:
        pk = row.owner.pk if row.owner else None
        is_kept = not row.is_new and row.record.owner_id == pk
        if pk not in known and not is_kept:
            row.refuse(OWNER, _("You may not give records to this colleague."))
    return known
