"""What the schema says of a method: in one decorator above it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from core.ids import LARGEST_ID

Json = dict[str, Any]
Said = Json | Callable[[Any], Json] | None
M = TypeVar("M", bound=Callable[..., Any])

READ_FAILS = (400, 401, 403, 404, 422, 429)
WRITE_FAILS = (400, 401, 403, 404, 409, 413, 415, 422, 429)


@dataclass(frozen=True)
class Operation:
    """One method of an address. Schemas may depend on the view, which knows its record type."""

    summary: str
    description: str = ""
    query: Sequence[Json] = ()
    headers: Sequence[Json] = ()
    takes: Said = None
    takes_type: str = "application/json"
    answers: Mapping[int, Said] | None = None
    answer_type: str = "application/json"
    fails: Sequence[int] = READ_FAILS


def described(summary: str, **said: Any) -> Callable[[M], M]:
    """Say what the method does, takes and answers."""

    def mark(method: M) -> M:
        method.operation = Operation(summary, **said)  # type: ignore[attr-defined]  # the schema reads it
        return method

    return mark


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def query(name: str, description: str, schema: Json | None = None, *, example: Any = None) -> Json:
    found: Json = {
        "name": name,
        "in": "query",
        "description": description,
        "schema": schema or {"type": "string"},
    }
    return found if example is None else {**found, "example": example}


def header(name: str, description: str) -> Json:
    schema = {"type": "string", "maxLength": 200}
    return {"name": name, "in": "header", "description": description, "schema": schema}


IDEMPOTENCY = header(
    "Idempotency-Key",
    "Any text of yours. The same request with the same key is done once and answered the same for 24 hours.",
)
IF_MATCH = header(
    "If-Match",
    "The ETag that you have read: when the record has changed since, nothing is written.",
)
IF_NONE_MATCH = header("If-None-Match", "An ETag that you have: 304 when nothing has changed.")


def listed(entry: Json) -> Json:
    """A short list that may go on."""
    return {
        "type": "object",
        "required": ["results", "next"],
        "properties": {
            "results": {"type": "array", "items": entry},
            "next": {"type": ["string", "null"]},
        },
    }


def thing(properties: Json, *, required: Sequence[str] | None = None) -> Json:
    """An object; all of it is there, unless said otherwise."""
    return {
        "type": "object",
        "required": list(properties) if required is None else list(required),
        "properties": properties,
    }


TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "integer"}
FLAG: Json = {"type": "boolean"}
MAYBE_TEXT: Json = {"type": ["string", "null"]}
MAYBE_NUMBER: Json = {"type": ["integer", "null"]}
MAYBE_MOMENT: Json = {"type": ["string", "null"], "format": "date-time"}
ID: Json = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
