"""From JSON to rows: what each one names, and its values; nothing is asked of the database here."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.custom_names import CUSTOM, custom_name
from core.errors import Refused
from core.ids import is_id
from core.records.fields import RecordField
from core.registries import rules_for_rows
from core.rows.fields import EXTERNAL, OWNER, TAGS, RowFields
from core.rows.items import WHOLE, Key, Reference, Row
from core.rows.values import for_column, for_custom
from core.tags import checked_names
from core.text import comparable

LONGEST_SOURCE, LONGEST_KEY, LONGEST_LINK_NAME = 60, 200, 200


def identify(index: int, given: Any) -> Row:
    """The row with what names its record."""
    if not isinstance(given, Mapping):
        row = Row(index, {})
        row.refuse(WHOLE, _("A row has to be an object in JSON."))
        return row
    row = Row(index, given)
    try:
        row.pk = _number(given["id"]) if given.get("id") is not None else None
        row.key = key_of(given[EXTERNAL]) if given.get(EXTERNAL) is not None else None
    except Refused as refusal:
        row.refuse(WHOLE, str(refusal))
    return row


def key_of(given: Any) -> Key:
    """`{"source": "erp", "key": "4711"}`."""
    if isinstance(given, Mapping):
        source, key = given.get("source"), given.get("key")
        if isinstance(key, int) and not isinstance(key, bool):
            key = str(key)
        if isinstance(source, str) and isinstance(key, str):
            source, key = source.strip(), key.strip()
            if 0 < len(source) <= LONGEST_SOURCE and 0 < len(key) <= LONGEST_KEY:
                return Key(source, key)
    raise Refused(_("Name the other system and its key: {“source”: “erp”, “key”: “4711”}."))


def _number(given: Any) -> int:
    if not is_id(given):
        raise Refused(_("Write the number of a record."))
    return given


def read_values(row: Row, fields: RowFields) -> None:
    """All values of a row; each that does not fit leaves a sentence."""
    extras = rules_for_rows(fields.kind.key).extras or {}
    for name, value in row.given.items():
        try:
            if name in ("id", EXTERNAL):
                continue
            if name in extras:
                row.extras[name] = value
            elif name == CUSTOM:
                _read_custom(row, value, fields)
            else:
                _read(row, name, value, fields)
        except Refused as refusal:
            row.refuse(name, str(refusal))


def _read(row: Row, name: str, value: Any, fields: RowFields) -> None:
    field = fields.by_name.get(name)
    refusal = fields.refusal(field, is_new=row.is_new)
    if refusal or field is None:
        raise Refused(refusal)
    if name == TAGS:
        row.tags = tag_names(value)
    elif fields.is_reference(field):
        _read_reference(row, field, value, fields)
    else:
        row.values[field] = for_column(fields.column(field), field.type, value)


def _read_custom(row: Row, given: Any, fields: RowFields) -> None:
    if not isinstance(given, Mapping):
        raise Refused(_("Give added fields as an object: key and value."))
    for key, value in given.items():
        try:
            _read_added(row, fields.custom.get(key), value, fields)
        except Refused as error:
            row.refuse(custom_name(key), str(error))


def _read_added(row: Row, field: RecordField | None, value: Any, fields: RowFields) -> None:
    refusal = fields.refusal(field, is_new=row.is_new)
    if refusal or field is None or field.custom is None:
        raise Refused(refusal)
    if fields.is_reference(field):
        _read_reference(row, field, value, fields)
    else:
        row.values[field] = for_custom(field.custom, value)


def _read_reference(row: Row, field: RecordField, value: Any, fields: RowFields) -> None:
    """A row by number or by what names it; `{"id": null}` is what one may not see: left as it is."""
    if value is None:
        # Without an owner nobody but who sees everything would reach it: that is no edit of a field.
        if field.name == OWNER or (not field.custom and not fields.column(field).null):
            raise Refused(_("This cannot be empty."))
        row.links[field] = Reference()
        return
    if isinstance(value, Mapping) and "id" in value and value["id"] is None:
        return
    reference = _reference(value)
    if field.name == OWNER:
        row.owner = reference
    else:
        row.links[field] = reference


def _reference(value: Any) -> Reference:
    if isinstance(value, Mapping):
        if value.get("id") is not None:
            return Reference(pk=_number(value["id"]))
        if "key" in value:
            return Reference(key=key_of(value))
        name = value.get("name")
        if isinstance(name, str) and comparable(name) and len(name) <= LONGEST_LINK_NAME:
            return Reference(name=name.strip())
        raise Refused(_("Name the record by its number, or by source and key."))
    return Reference(pk=_number(value))


def tag_names(value: Any) -> list[str]:
    """The tags by name, each once."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise Refused(_("Write a list of texts."))
    return checked_names(value)


def refuse_twins(rows: Sequence[Row]) -> None:
    """One record may occur once in a request."""
    seen: dict[Any, int] = {}
    for row in rows:
        for name in (row.key, row.pk):
            if name is None:
                continue
            if name in seen:
                sentence = _("Row %(number)s is of the same record. Send each record once.")
                row.refuse(WHOLE, sentence % {"number": seen[name]})
            seen.setdefault(name, row.index)
