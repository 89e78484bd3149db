"""What each customer may still buy, drawn many times: the ends between which it probably lies."""

import hashlib

import numpy as np
import numpy.typing as npt

from analytics.methods.lifetime.bg_nbd import BgNbd, chance_alive
from analytics.methods.lifetime.gamma_gamma import GammaGamma, spent_by
from analytics.methods.lifetime.histories import PurchaseHistories

__all__ = ["likely_ends"]

FloatArray = npt.NDArray[np.float64]

DRAWS = 400
LEAST = 1e-9  # chance to leave after a purchase; none at all has no count of purchases


def likely_ends(
    purchases: BgNbd,
    values: GammaGamma | None,
    histories: PurchaseHistories,
    weeks: float,
    *,
    level: float = 0.8,
    seed: int = 0,
) -> tuple[FloatArray, FloatArray]:
    """Ends between which purchases and their value lie with the given chance.

    Each draw takes parameters that the data allow, a rate, a chance to leave and a spending of the
    customer given their history, and lets the time pass. Equal histories have equal ends, whoever
    else is asked about.

    Parameters
    ----------
    purchases : BgNbd
        How often they buy.
    values : GammaGamma or None
        For how much; None where that is not known.
    histories : PurchaseHistories
        Of the customers.
    weeks : float
        How far ahead.
    level : float
        Share of the draws between the ends.
    seed : int
        Of the draws.

    Returns
    -------
    counts : ndarray, shape (n, 2)
        Lower and upper end of purchases.
    worth : ndarray, shape (n, 2)
        Of their value; NaN without `values`.

    Examples
    --------
    >>> import pandas as pd
    >>> known = PurchaseHistories(
    ...     pd.Index(["a"]), np.array([8.0]), np.array([38.0]), np.array([39.0]), np.array([20.0])
    ... )
    >>> likely_ends(BgNbd(0.25, 4.4, 0.8, 2.4), None, known, 39.0)[0].tolist()
    [[1.0, 11.0]]
    """
    count, spent = spent_by(histories)
    stacked = np.stack(
        [histories.frequency, histories.recency, histories.age, count, spent], axis=1
    )
    rows, place = np.unique(stacked, axis=0, return_inverse=True)
    place = place.reshape(-1)
    parameters = purchases.likely_parameters(DRAWS, np.random.default_rng(seed))
    ends = ((1 - level) / 2, (1 + level) / 2)
    counts = np.empty((len(rows), 2))
    worth = np.full((len(rows), 2), np.nan)
    for number, row in enumerate(rows):
        random = _random_of(row, seed)
        drawn = _drawn_purchases(parameters, row, weeks, random)
        counts[number] = np.quantile(drawn, ends, method="inverted_cdf")
        if values is not None:
            worth[number] = np.quantile(_drawn_value(values, row, drawn, random), ends)
    return counts[place], worth[place]


def _random_of(row: FloatArray, seed: int) -> np.random.Generator:
    """Chance that hangs on the history alone."""
    digest = hashlib.blake2b(row.tobytes(), digest_size=8).digest()
    return np.random.Generator(np.random.Philox(key=[seed, int.from_bytes(digest)]))


def _drawn_purchases(
    parameters: FloatArray, row: FloatArray, weeks: float, random: np.random.Generator
) -> FloatArray:
    r, alpha, a, b = parameters
    x, last, age = row[:3]
    is_here = random.random(DRAWS) < chance_alive(parameters, x, last, age)
    rate = random.standard_gamma(r + x) / (alpha + age)
    leaves = random.beta(a, b + x)
    wanted = random.poisson(rate * weeks)
    last_one = random.geometric(np.maximum(leaves, LEAST))
    return np.where(is_here, np.minimum(wanted, last_one), 0).astype(np.float64)


def _drawn_value(
    values: GammaGamma, row: FloatArray, drawn: FloatArray, random: np.random.Generator
) -> FloatArray:
    count, spent = row[3:]
    rate = random.standard_gamma(values.q + values.p * count, DRAWS) / (values.v + spent)
    shapes = np.maximum(values.p * drawn, LEAST)
    return np.where(drawn > 0, random.standard_gamma(shapes) / rate, 0.0)
