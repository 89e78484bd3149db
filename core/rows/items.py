"""A row on its way into the database, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.changes.drafts import Draft
from core.records.fields import RecordField

CREATED, UPDATED, UNCHANGED, REFUSED = "created", "updated", "unchanged", "refused"
WHOLE = "row"  # the name under which what is wrong with a row as such stands


@dataclass(frozen=True)
class Key:
    """A record's name in another system."""

    source: str
    key: str


@dataclass(frozen=True)
class Reference:
    """A record that a row names: by number, by external key, by name."""

    pk: int | None = None
    key: Key | None = None
    name: str = ""


@dataclass
class Row:
    """One row; `record` is the one that it makes or changes, with its `draft` where it is there."""

    index: int
    given: Mapping[str, Any]
    pk: int | None = None
    key: Key | None = None
    values: dict[RecordField, Any] = field(default_factory=dict)
    links: dict[RecordField, Reference] = field(default_factory=dict)
    tags: list[str] | None = None
    owner: Reference | None = None
    extras: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    record: Any = None
    draft: Draft | None = None
    status: str = ""

    @property
    def is_refused(self) -> bool:
        return bool(self.errors)

    @property
    def is_new(self) -> bool:
        return self.draft is None

    def refuse(self, name: str, sentence: str) -> None:
        self.errors.setdefault(name, []).append(sentence)
