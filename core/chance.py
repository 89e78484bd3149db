"""Chance that comes out the same each time: where a key falls between 0 and 1 under a salt."""

import hashlib
from collections.abc import Sequence
from itertools import accumulate

PARTS = 2**53  # as fine as a float between 0 and 1 can be told apart


def place_of(salt: str, key: object) -> float:
    """Where a key falls in [0, 1): always the same under one salt, unrelated under another.

    The first 53 bits of SHA-256 of `salt:key`, so that any language gives the same.
    """
    digest = hashlib.sha256(f"{salt}:{key}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / PARTS


def arm_at(place: float, weights: Sequence[float]) -> int:
    """Which of several arms holds a place, by their weights in their order.

    The weights need not add up to 1. Arms that weigh nothing get nobody.
    """
    ends = list(accumulate(weights))
    if not ends or min(weights) < 0 or ends[-1] <= 0:
        raise ValueError("weights have to be positive, one at least")
    last = max(number for number, weight in enumerate(weights) if weight > 0)
    aim = place * ends[-1]
    return next((number for number, end in enumerate(ends) if aim < end), last)
