"""Choices that are rows of a table: most pages only need to know the field, and ask nothing."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any


class LaterChoices(Sequence[tuple[Any, Any]]):
    """Read when they are looked at."""

    def __init__(self, read: Callable[[], Sequence[tuple[Any, Any]]]) -> None:
        self._read = read

    def __bool__(self) -> bool:
        return True

    @cached_property
    def _rows(self) -> Sequence[tuple[Any, Any]]:
        return self._read()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: Any) -> Any:
        return self._rows[place]
