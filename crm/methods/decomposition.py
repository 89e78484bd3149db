"""Why a figure changed: contributions of its parts and factors, which add up to the change exactly."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import factorial, fsum, prod
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
# How many of how many: won of closed.
Share = tuple[float, float]


def of_sum(before: Mapping[K, float], now: Mapping[K, float]) -> dict[K, float]:
    """What each part adds to the change of a sum; a part that is missing was, or is, 0.

    >>> of_sum({"a": 5.0, "b": 2.0}, {"a": 4.0, "c": 3.0})
    {'a': -1.0, 'b': -2.0, 'c': 3.0}
    """
    keys = dict.fromkeys([*before, *now])
    return {key: now.get(key, 0.0) - before.get(key, 0.0) for key in keys}


def of_product(before: Sequence[float], now: Sequence[float]) -> list[float]:
    """What each factor adds to the change of a product: the mean over all orders of changing them.

    That is Shapley's value: it does not depend on an order, and the contributions add up to the change.
    Few factors: of n there are n! orders.

    References: L. S. Shapley, "A value for n-person games" (1953); for decompositions A. F. Shorrocks (2013).

    >>> of_product([10.0, 0.5], [12.0, 0.25])
    [0.75, -2.75]
    """
    if len(before) != len(now):
        raise ValueError("The same factors have to be given before and now.")
    found = [0.0] * len(now)
    orders = list(permutations(range(len(now))))
    for order in orders:
        values = list(before)
        for place in order:
            was = prod(values)
            values[place] = now[place]
            found[place] += prod(values) - was
    return [each / factorial(len(now)) for each in found]


@dataclass(frozen=True)
class RateEffect:
    """What a group adds to the change of a rate.

    `rate`: it did better or worse; `mix`: it became a larger or smaller part of all, and is better or
    worse than the whole.
    """

    rate: float
    mix: float

    @property
    def total(self) -> float:
        return self.rate + self.mix


def of_rate(before: Mapping[K, Share], now: Mapping[K, Share]) -> dict[K, RateEffect]:
    """What each group adds to the change of a rate over all groups, such as won of closed deals.

    With w the group's share of the whole and r its rate, R the rate of the whole, bars for means of
    before and now: rate effect mean(w) (r1 - r0), mix effect (w1 - w0) (mean(r) - mean(R)). They add
    up to R1 - R0. A group that is missing on one side keeps the rate of the other: all it adds is mix.

    Raises ValueError where one side has nothing at all: then there is no change to tell.

    References: E. M. Kitagawa, "Components of a difference between two rates" (1955).

    >>> found = of_rate({"a": (5, 10), "b": (1, 10)}, {"a": (5, 10), "b": (5, 10)})
    >>> round(found["a"].total, 3), round(found["b"].rate, 3)
    (0.0, 0.2)
    """
    sizes = [fsum(size for _part, size in side.values()) for side in (before, now)]
    if not all(sizes):
        raise ValueError("A rate needs something on both sides.")
    parts = [fsum(part for part, _size in side.values()) for side in (before, now)]
    whole = fsum(part / size for part, size in zip(parts, sizes, strict=True)) / 2
    found = {}
    for key in dict.fromkeys([*before, *now]):
        (part0, size0), (part1, size1) = before.get(key, (0, 0)), now.get(key, (0, 0))
        if not size0 and not size1:
            continue
        rate0 = part0 / size0 if size0 else part1 / size1
        rate1 = part1 / size1 if size1 else rate0
        weight0, weight1 = size0 / sizes[0], size1 / sizes[1]
        found[key] = RateEffect(
            rate=(weight0 + weight1) / 2 * (rate1 - rate0),
            mix=(weight1 - weight0) * ((rate0 + rate1) / 2 - whole),
        )
    return found
