"""What the index says of a record: the fields its type declares, cut into tokens."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from core.choices import FieldType
from core.permissions import Access
from core.registries import RecordType, record_types
from core.search.words import MARKS, tokens_of

OWN = ("pk", "owner_id", "team_id", "updated_at")


@dataclass(frozen=True)
class SearchedField:
    """A declared field: its class, the way to the value, the links it goes over, its rules."""

    name: str
    path: str
    links: tuple[tuple[str, str], ...]
    rules: frozenset[str]


@dataclass(frozen=True)
class Indexed:
    """A record as the index holds it."""

    object_id: int
    owner_id: int | None
    team_id: int | None
    changed_at: datetime
    tokens: tuple[str, ...]

    @property
    def digest(self) -> int:
        text = " ".join(self.tokens).encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True)


def searched_types() -> Iterator[RecordType]:
    return (kind for kind in record_types if kind.searched is not None)


@cache
def searched_fields(key: str) -> tuple[SearchedField, ...]:
    kind = record_types[key]
    classes = kind.searched.classes if kind.searched else {}
    return tuple(_resolve(kind, name, field) for name in classes for field in classes[name])


def _resolve(kind: RecordType, name: str, field_name: str) -> SearchedField:
    first, _dot, rest = field_name.partition(".")
    field = kind.field[first]
    rule = kind.rule_of(field)
    if not rest:
        return SearchedField(name, field.value_path, (), frozenset({rule}))
    if field.type != FieldType.LINK:
        raise ValueError(f"{kind.key}.{first} is no link.")
    beyond = _resolve(record_types[field.target], name, rest)
    link = field.value_path
    return SearchedField(
        name,
        f"{link}__{beyond.path}",
        ((link, field.target), *((f"{link}__{path}", target) for path, target in beyond.links)),
        beyond.rules | {rule},
    )


def hidden_classes(kind: RecordType, access: Access) -> frozenset[str]:
    """The classes of which the user may not see every field."""
    fields = searched_fields(kind.key)
    return frozenset(f.name for f in fields if not all(map(access.sees, f.rules)))


def seen_classes(kind: RecordType, access: Access) -> frozenset[str]:
    """The classes that the type has, without the hidden ones."""
    return frozenset(f.name for f in searched_fields(kind.key)) - hidden_classes(kind, access)


def read_records(kind: RecordType, ids: Collection[int]) -> list[Indexed]:
    """The records of the ids that search may find, in one query."""
    fields = searched_fields(kind.key)
    rows: Any = kind.model._base_manager.filter(pk__any_of=ids, deleted_at=None)
    return [
        Indexed(pk, owner, team, changed_at, _tokens(fields, values))
        for pk, owner, team, changed_at, *values in rows.values_list(
            *OWN, *(field.path for field in fields)
        )
    ]


def _tokens(fields: tuple[SearchedField, ...], values: Sequence[Any]) -> tuple[str, ...]:
    said = [(f.name, str(value)) for f, value in zip(fields, values, strict=True) if value]
    return tuple(tokens_of(said))


def vocabulary(tokens: Collection[str]) -> set[str]:
    """The words of names and companies among the tokens, without their mark."""
    bare = (token.removeprefix(MARKS["company"]) for token in tokens)
    return {word for word in bare if word[:1].isalpha()}


def dependents(kind: RecordType) -> Iterator[tuple[RecordType, str]]:
    """Types whose entries hold a field of this one, and the link that leads here."""
    for other in searched_types():
        links = {link for field in searched_fields(other.key) for link in field.links}
        for path, target in sorted(links):
            if target == kind.key:
                yield other, path
