"""Which of several formats a column is written in."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Format = TypeVar("Format")


@dataclass(frozen=True, slots=True)
class Guess(Generic[Format]):
    """The formats that fit the most samples and read them differently, the likeliest first.

    `share` is the part of the samples that they fit: 0 to 1.
    """

    formats: tuple[Format, ...]
    share: float

    @property
    def is_ambiguous(self) -> bool:
        """Whether a person has to choose one of the formats."""
        return len(self.formats) > 1


def guess(
    samples: Iterable[str],
    formats: Sequence[Format],
    read: Callable[[str, Format], Hashable],
) -> Guess[Format]:
    """What `read` makes of the samples in each of the formats, compared; empty ones count nothing.

    `read` raises ValueError for what is not written in the format.
    """
    counts = Counter(text for text in samples if text.strip())
    readings = {form: {text: _reading(read, text, form) for text in counts} for form in formats}
    fits = {form: _fitting(readings[form], counts) for form in formats}
    most = max(fits.values(), default=0)
    if not most:
        return Guess((), 0.0)
    best = [form for form in formats if fits[form] == most]
    different = [
        form
        for place, form in enumerate(best)
        if all(readings[form] != readings[earlier] for earlier in best[:place])
    ]
    return Guess(tuple(different), most / counts.total())


def _reading(
    read: Callable[[str, Format], Hashable], text: str, form: Format
) -> tuple[Hashable] | None:
    try:
        return (read(text, form),)
    except ValueError:
        return None


def _fitting(readings: dict[str, tuple[Hashable] | None], counts: Counter[str]) -> int:
    return sum(counts[text] for text, found in readings.items() if found is not None)
