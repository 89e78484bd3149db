"""Customers as points: the columns that segments are looked for in, in blocks that weigh the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analytics.datasets.customers import (
    COUNT,
    EMPLOYEES,
    QUIET,
    SINCE,
    SPANS,
    VALUE,
    Customers,
    channel_column,
)
from analytics.methods.segmentation.words import LevelSpace, TextSpace

BUYING, DOING, PROFILE, TEXT = "buying", "doing", "profile", "text"
LEVEL_AXIS, THEME = "profile.axis.", "text.theme."


@dataclass(frozen=True)
class CustomerSpace:
    """What a version reads of customers.

    `numbers` are own fields of contacts; `levels` and `texts` put words onto axes, where they are read.
    """

    channels: Sequence[str]
    numbers: Sequence[str] = ()
    levels: LevelSpace | None = None
    texts: TextSpace | None = None

    @property
    def blocks(self) -> dict[str, list[str]]:
        """The columns by what they tell of."""
        channels = [channel_column(name, days) for name in self.channels for days in SPANS]
        axes = 0 if self.levels is None else self.levels.axes.shape[1]
        themes = 0 if self.texts is None else self.texts.axes.shape[1]
        found = {
            BUYING: [SINCE, COUNT, VALUE],
            DOING: [QUIET, *channels],
            PROFILE: [EMPLOYEES, *self.numbers, *(f"{LEVEL_AXIS}{n + 1}" for n in range(axes))],
            TEXT: [f"{THEME}{n + 1}" for n in range(themes)],
        }
        return {name: columns for name, columns in found.items() if columns}

    def frame(self, customers: Customers, texts: Sequence[str] | None = None) -> pd.DataFrame:
        """The columns of all blocks; without texts there are no themes."""
        parts = [customers.numbers]
        index = customers.numbers.index
        if self.levels is not None:
            fields = {field for field, _level in self.levels.levels}
            words = customers.words.reindex(columns=sorted(fields), fill_value="")
            parts.append(_axes(self.levels.places(words), LEVEL_AXIS, index))
        if self.texts is not None and texts is not None:
            parts.append(_axes(self.texts.themes(texts), THEME, index))
        return pd.concat(parts, axis=1)

    def to_dict(self) -> dict[str, Any]:
        return {
            "channels": list(self.channels),
            "numbers": list(self.numbers),
            "levels": self.levels and self.levels.to_dict(),
            "texts": self.texts and self.texts.to_dict(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "CustomerSpace":
        levels, texts = stored["levels"], stored["texts"]
        return cls(
            stored["channels"],
            stored["numbers"],
            levels and LevelSpace.from_dict(levels),
            texts and TextSpace.from_dict(texts),
        )


def _axes(places: Any, prefix: str, index: "pd.Index[Any]") -> pd.DataFrame:
    names = [f"{prefix}{number + 1}" for number in range(places.shape[1])]
    return pd.DataFrame(places, columns=names, index=index)
