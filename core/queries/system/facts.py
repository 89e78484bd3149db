"""What a fact of the system page is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

OK, WARN, BAD = "ok", "warn", "bad"


@dataclass(frozen=True)
class Fact:
    """A label and a value; with a tone `warn` or `bad` a sentence says what to do."""

    label: Any
    value: Any
    tone: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Group:
    """Facts under a heading."""

    label: Any
    facts: Sequence[Fact]


def guarded(
    label: Any, read: Callable[[], Fact], errors: tuple[type[Exception], ...], advice: str
) -> Fact:
    """The fact; where it cannot be read, that and what to do."""
    try:
        return read()
    except errors:
        return Fact(label, "–", BAD, advice)
