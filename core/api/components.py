"""The schemas of records, made from the field table as their caller sees it."""

from collections.abc import Iterator
from typing import Any

from core.api.described import FLAG, ID, MAYBE_MOMENT, NUMBER, TEXT, Json, listed, ref, thing
from core.api.problems import TITLES, TYPE
from core.choices import FieldType
from core.conditions.tree import MAX_TESTS
from core.lists import ListDefinition, lists
from core.models import CustomField
from core.models.tags import LONGEST_NAME
from core.permissions import Access
from core.records.fields import RecordField, added, built_in
from core.registries import RecordType, rules_for_rows
from core.registries.records import Field
from core.rows.fields import OWNER
from core.rows.reading import LONGEST_KEY, LONGEST_SOURCE
from core.services.rows import MODES, MOST_ROWS
from core.tags import MOST_TAGS

LINK, REFERENCE, KEY = "Link", "Reference", "ExternalKey"
READ_TYPES: dict[FieldType, Json] = {
    FieldType.NUMBER: {"type": ["number", "null"]},
    FieldType.MONEY: {
        "type": ["string", "null"],
        "pattern": r"^-?\d+(\.\d+)?$",
        "description": "An exact amount.",
    },
    FieldType.DATE: {"type": ["string", "null"], "format": "date"},
    FieldType.MOMENT: MAYBE_MOMENT,
    FieldType.BOOLEAN: {"type": ["boolean", "null"]},
    FieldType.CHOICES: {"type": "array", "items": TEXT},
    FieldType.TAGS: {"type": "array", "items": TEXT},
    FieldType.LINK: {"anyOf": [ref(LINK), {"type": "null"}]},
    FieldType.LINKS: {"type": "array", "items": ref(LINK)},
    FieldType.USER: {"anyOf": [ref(LINK), {"type": "null"}]},
}
WRITE_TYPES: dict[FieldType, Json] = {
    **READ_TYPES,
    FieldType.MONEY: {"type": ["string", "number", "null"]},
    FieldType.NUMBER: {"type": ["number", "string", "null"]},
    FieldType.TAGS: {
        "type": ["array", "null"],
        "maxItems": MOST_TAGS,
        "items": {"type": "string", "maxLength": LONGEST_NAME},
    },
    FieldType.CHOICES: {"type": ["array", "null"], "items": TEXT},
    FieldType.LINK: ref(REFERENCE),
    FieldType.USER: ref(REFERENCE),
}


def schemas(access: Access, custom: dict[str, list[CustomField]] | None) -> dict[str, Json]:
    """All schemas for somebody with these rights; without `custom` nothing is said of added fields."""
    found = dict(COMMON)
    for definition in api_types():
        kind = definition.kind
        if access.may(f"{kind.key}.view"):
            fields = None if custom is None else custom.get(kind.key, [])
            found |= dict(_of_kind(kind, access, fields))
    return found


def api_types() -> list[ListDefinition]:
    """The record types that the API offers: those with a list and a name in addresses."""
    return [definition for definition in lists if definition.kind.slug]


def name_of(kind: RecordType) -> str:
    return kind.model.__name__


def _of_kind(
    kind: RecordType, access: Access, custom: list[CustomField] | None
) -> Iterator[tuple[str, Json]]:
    name = name_of(kind)
    yield name, _record(kind, access, custom)
    yield f"{name}Input", _input(kind, access, custom)
    yield f"{name}Page", _page(name)
    yield f"{name}Rows", _rows(kind, name)


def _record(kind: RecordType, access: Access, custom: list[CustomField] | None) -> Json:
    seen = [field for field in kind.fields if access.sees(kind.rule_of(field))]
    properties: Json = {
        "id": ID,
        "display_name": {**TEXT, "description": "What the record is called."},
        **{field.name: _labelled(_read_schema(kind, field), field.label) for field in seen},
        "custom": _custom(added(kind, custom or []), access, READ_TYPES),
        "external": {"type": "array", "items": ref(KEY)},
        "url": {**TEXT, "description": "Its page."},
        "updated_at": MAYBE_MOMENT,
    }
    return {"type": "object", "required": ["id"], "properties": properties}


def _labelled(schema: Json, label: Any) -> Json:
    return {"title": str(label), **schema}


def _read_schema(kind: RecordType, field: Field) -> Json:
    if field.type == FieldType.CHOICE:
        if callable(field.choices):
            return {"anyOf": [ref(LINK), {"type": "null"}]}
        keys = [key for key, _label in _choices(kind, field)]
        # An import may have left what is no longer a choice.
        return {"type": ["string", "null"], "examples": keys[:10]}
    return READ_TYPES.get(field.type, {"type": ["string", "null"]})


def _choices(kind: RecordType, field: Field) -> list[tuple[Any, Any]]:
    if field.choices and not callable(field.choices):
        return list(field.choices)
    column: Any = kind.model._meta.get_field(field.value_path) if field.is_own else None
    return list(getattr(column, "flatchoices", ()))


def _custom(fields: list[RecordField], access: Access, types: dict[FieldType, Json]) -> Json:
    properties = {
        field.custom.key: _labelled(
            types.get(field.type, {"type": ["string", "null"]}), field.label
        )
        for field in fields
        if field.custom and access.sees(field.rule)
    }
    return {
        "type": "object",
        "description": "Added fields, by their keys.",
        "properties": properties,
    }


def _input(kind: RecordType, access: Access, custom: list[CustomField] | None) -> Json:
    rules = rules_for_rows(kind.key)
    may = [field for field in built_in(kind) if access.edits(field.rule)]
    written = [f for f in may if f.is_editable or f.name == OWNER or f.name in rules.begins_with]
    properties: Json = {field.name: _write_schema(kind, field) for field in written}
    properties |= {name: dict(schema) for name, schema in (rules.extras or {}).items()}
    properties["external"] = ref(KEY)
    writable = [field for field in added(kind, custom or []) if access.edits(field.rule)]
    properties["custom"] = _custom(writable, access, WRITE_TYPES)
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _write_schema(kind: RecordType, field: RecordField) -> Json:
    column: Any = kind.model._meta.get_field(field.column)
    label = field.label
    if column.is_relation and field.type == FieldType.CHOICE:
        return _labelled(ref(REFERENCE), label)
    if field.type == FieldType.CHOICE:
        keys = [key for key, _label in column.flatchoices]
        empty = [None] if column.blank or column.null else []
        return _labelled({"enum": [*keys, *empty]}, label)
    known = WRITE_TYPES.get(field.type)
    if known is not None:
        return _labelled(known, label)
    text: Json = {"type": ["string", "null"]}
    if column.max_length:
        text["maxLength"] = column.max_length
    if field.type == FieldType.EMAIL:
        text["format"] = "email"
    return _labelled(text, label)


def _page(name: str) -> Json:
    return {
        "type": "object",
        "required": ["results", "next", "previous"],
        "properties": {
            "results": {"type": "array", "items": ref(name)},
            "next": {"type": ["string", "null"], "description": "Send it as “after”."},
            "previous": {"type": ["string", "null"]},
            "count": ref("Count"),
        },
    }


def _rows(kind: RecordType, name: str) -> Json:
    row = {"allOf": [{"type": "object"}], "description": f"{name}Input with id or external."}
    return thing(
        {
            "mode": {"enum": list(MODES), "default": "upsert"},
            "rows": {"type": "array", "maxItems": MOST_ROWS, "items": row},
        },
        required=["rows"],
    )


COMMON: dict[str, Json] = {
    LINK: thing(
        {"id": {"type": ["integer", "null"]}, "name": {"type": ["string", "null"]}},
    )
    | {"description": "A record and its name; both null where you may not see it."},
    KEY: thing(
        {
            "source": {"type": "string", "minLength": 1, "maxLength": LONGEST_SOURCE},
            "key": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
        }
    )
    | {"description": "The name of another system and its key for the record."},
    REFERENCE: {
        "description": "A record by its number, by another system's key, a company also by its name; null for none.",
        "anyOf": [
            ID,
            {"type": "null"},
            thing({"id": {"type": ["integer", "null"]}, "name": {"type": ["string", "null"]}}),
            ref(KEY),
            thing({"name": TEXT}),
        ],
    },
    "Count": thing({"number": NUMBER, "is_estimate": FLAG, "is_more": FLAG}),
    "Condition": {
        "type": "object",
        "description": "A test, tests joined by all, any, not, or how often something happened; "
        f"at most {MAX_TESTS} tests.",
        "examples": [
            {"field": "status", "operator": "is", "value": ["new"]},
            {
                "all": [
                    {"field": "company.industry", "operator": "contains", "value": "steel"},
                    {"not": {"happened": "activity", "days": 14}},
                ]
            },
        ],
    },
    "Question": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "condition": ref("Condition"),
            "q": TEXT,
            "sort": TEXT,
            "view": {"type": ["integer", "string"]},
            "fields": {"type": "array", "items": TEXT},
            "after": {"type": ["string", "null"]},
            "size": {"type": "integer", "minimum": 1, "maximum": 500},
            "count": FLAG,
        },
    },
    "RowsAnswer": thing(
        {
            "created": NUMBER,
            "updated": NUMBER,
            "unchanged": NUMBER,
            "refused": NUMBER,
            "rows": {"type": "array", "items": ref("RowAnswer")},
        }
    ),
    "RowAnswer": thing(
        {
            "index": NUMBER,
            "status": {"enum": ["created", "updated", "unchanged", "refused"]},
            "id": NUMBER,
            "detail": TEXT,
            "errors": {"type": "object", "additionalProperties": {"type": "array", "items": TEXT}},
        },
        required=["index", "status"],
    ),
    "Problem": thing(
        {
            "type": {"type": "string", "examples": [TYPE + kind for kind in TITLES]},
            "title": TEXT,
            "status": NUMBER,
            "detail": {"type": "string", "description": "What to do."},
            "errors": {
                "type": "object",
                "description": "What is wrong, by field or parameter.",
                "additionalProperties": {"type": "array", "items": TEXT},
            },
            "current": {"type": "object", "description": "The record as it is now (412)."},
            "etag": TEXT,
        },
        required=["type", "title", "status", "detail"],
    ),
    "Links": listed(ref(LINK)),
}
