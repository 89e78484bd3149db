"""What sets the segments of a training apart, as their pages tell it."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.datasets.customers import (
    COUNT,
    QUIET,
    SINCE,
    SPANS,
    VALUE,
    Customers,
    channel_column,
)
from analytics.jobs.finite_json import finite
from analytics.methods.segmentation.personas import number_profile, word_profile
from crm.choices import Archetype

MOST_NUMBERS, MOST_WORDS = 8, 6
NEARLY_ALL = 0.9  # of those who bought
Integers = npt.NDArray[np.int64]
Row = dict[str, Any]


def personas_of(customers: Customers, labels: Integers, channels: list[str]) -> list[Row]:
    """One for each segment, in their order: `archetype` and `profile`."""
    # Of those who never bought nobody knows how long ago they did.
    told = customers.numbers.assign(**{SINCE: customers.numbers[SINCE].where(customers.bought)})
    numbers = number_profile(told, labels)
    words = word_profile(customers.words, labels)
    found = []
    for segment in range(int(labels.max()) + 1):
        inside = labels == segment
        profile = {
            "rows": int(inside.sum()),
            "bought": float(customers.bought[inside].mean()),
            "numbers": _rows(numbers, segment, MOST_NUMBERS),
            "words": _rows(words, segment, MOST_WORDS),
            "channels": _channels(customers.numbers, inside, channels),
            "silent": float(np.median(customers.numbers[QUIET].to_numpy()[inside])),
        }
        found.append({"archetype": archetype_of(customers, inside), "profile": finite(profile)})
    return found


def _rows(table: pd.DataFrame, segment: int, most: int) -> list[Row]:
    own = table[table["segment"] == segment].drop(columns="segment").head(most)
    return [{str(name): cell for name, cell in row.items()} for row in own.to_dict("records")]


def _channels(
    numbers: pd.DataFrame, inside: npt.NDArray[np.bool_], channels: list[str]
) -> list[Row]:
    """How often a member did something on each channel within a year, the busiest first."""
    rows = []
    for channel in channels:
        times = numbers[channel_column(channel, SPANS[-1])].to_numpy()
        rest = float(times[~inside].mean()) if (~inside).any() else 0.0
        rows.append({"channel": channel, "mean": float(times[inside].mean()), "rest": rest})
    return sorted(rows, key=lambda row: -row["mean"])


def archetype_of(customers: Customers, inside: npt.NDArray[np.bool_]) -> Archetype:
    """What the members are like beside all who bought, or beside everybody."""
    numbers, bought = customers.numbers, customers.bought
    if bought[inside].mean() < 0.5:
        quiet = numbers[QUIET].to_numpy()
        return Archetype.INTERESTED if quiet[inside].mean() < quiet.mean() else Archetype.QUIET
    if bought[inside].sum() >= NEARLY_ALL * bought.sum():
        return Archetype.CUSTOMERS
    columns = {name: numbers[name].to_numpy() for name in (SINCE, COUNT, VALUE)}
    own = {name: float(cells[inside & bought].mean()) for name, cells in columns.items()}
    usual = {name: float(cells[bought].mean()) for name, cells in columns.items()}
    is_recent, is_rich = own[SINCE] <= usual[SINCE], own[VALUE] >= usual[VALUE]
    if is_recent and is_rich:
        return Archetype.REGULARS
    if is_recent:
        return Archetype.BUYERS if own[COUNT] >= usual[COUNT] else Archetype.OCCASIONAL
    return Archetype.VALUABLE if is_rich else Archetype.FORMER
