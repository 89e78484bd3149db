"""A list of declarations with unique keys."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Keyed(Protocol):
    """Anything with a key."""

    @property
    def key(self) -> str: ...


T = TypeVar("T", bound=Keyed)


class Registry(Generic[T]):
    """Declared once each, in `ready()`; read by the pages and services of the rooms below."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._entries: dict[str, T] = {}

    def register(self, *entries: T) -> None:
        for entry in entries:
            if entry.key in self._entries:
                raise ValueError(f"{self.what} {entry.key!r} is declared twice.")
            self._entries[entry.key] = entry

    def __getitem__(self, key: str) -> T:
        return self._entries[key]

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries.values())


class OfRecordTypes(Registry[T]):
    """What is declared by record types: those of the apps below come first, which are ready last."""

    def __iter__(self) -> Iterator[T]:
        by_app: dict[str, list[T]] = {}
        for key, entry in self._entries.items():
            by_app.setdefault(key.partition(".")[0], []).append(entry)
        for entries in reversed(by_app.values()):
            yield from entries
