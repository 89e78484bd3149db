"""BG/NBD: how often customers buy, and when they have silently left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import digamma, gammaln, hyp2f1

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.lifetime.histories import PurchaseHistories
from analytics.methods.lifetime.likelihood import maximise_likelihood

__all__ = ["BgNbd", "fit_bg_nbd"]

FloatArray = npt.NDArray[np.float64]

FEWEST = 30  # customers who came back
# Ends of r, α, a and b. Beyond these of a and b all customers leave with the same chance.
MOST = (1e3, 1e6, 150.0, 1e3)
# Of a: the formula divides by a − 1, and the hypergeometric function overflows at a whole a − r.
NEAR_POLE = 1e-6


@dataclass(frozen=True)
class BgNbd:
    """Purchases at a rate of one's own (Gamma r, α) until, after any of them, one leaves (Beta a, b).

    Parameters
    ----------
    r, alpha : float
        Shape, and rate in weeks, of the customers' purchase rates.
    a, b : float
        Of the chance to leave after a purchase.
    log_likelihood : float
        At these parameters.
    covariance : ndarray, shape (4, 4)
        Of their logarithms.

    Examples
    --------
    >>> import pandas as pd
    >>> new = PurchaseHistories(pd.Index(["a"]), *np.zeros((3, 1)), np.array([np.nan]))
    >>> BgNbd(0.243, 4.414, 0.793, 2.426).expected_purchases(new, 39.0).round(2).tolist()
    [1.2]
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")
    covariance: FloatArray = field(default_factory=lambda: np.zeros((4, 4)))

    @property
    def parameters(self) -> FloatArray:
        """r, α, a, b."""
        return np.array([self.r, self.alpha, self.a, self.b])

    def likely_parameters(self, draws: int, random: np.random.Generator) -> FloatArray:
        """Parameters that the data allow, shape (4, draws): normal around the best in logarithms."""
        around = random.multivariate_normal(
            np.log(self.parameters), self.covariance, size=draws, method="eigh"
        )
        return np.asarray(np.exp(around.T), dtype=np.float64)

    def alive(self, histories: PurchaseHistories) -> FloatArray:
        """Chance that each customer has not left yet, shape (n,)."""
        return chance_alive(self.parameters, histories.frequency, histories.recency, histories.age)

    def expected_purchases(
        self, histories: PurchaseHistories, weeks: float | FloatArray
    ) -> FloatArray:
        """Expected purchases of each customer within so many weeks (of all, or of each), shape (n,)."""
        r, alpha, _a, b = self.parameters
        a = self._a_between_poles()
        x, age = histories.frequency, histories.age
        share = (alpha + age) / (alpha + age + weeks)
        series = hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, 1 - share)
        while_there = (a + b + x - 1) / (a - 1) * (1 - share ** (a - 1) * series)
        # Rounding leaves less than nothing where next to nothing is expected.
        found: FloatArray = np.maximum(while_there, 0.0) * self.alive(histories)
        return found

    def expected_since_first(self, weeks: FloatArray) -> FloatArray:
        """Repeat purchases expected of somebody new within so many weeks after the first one, shape (n,)."""
        nothing = np.zeros(len(weeks))
        new = PurchaseHistories(
            pd.RangeIndex(len(weeks)), nothing, nothing, nothing, np.full(len(weeks), np.nan)
        )
        return self.expected_purchases(new, weeks)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; `from_dict` gives the same model back."""
        told: dict[str, Any] = {name: getattr(self, name) for name in ("r", "alpha", "a", "b")}
        return told | {
            "log_likelihood": self.log_likelihood,
            "covariance": self.covariance.tolist(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "BgNbd":
        """Rebuild a model from `to_dict`."""
        return cls(**{**stored, "covariance": np.array(stored["covariance"], dtype=np.float64)})

    def _a_between_poles(self) -> float:
        """a, moved by a hair where the formula divides by zero (a = 1, a − r a whole number)."""
        to_pole = (self.a - 1, self.a - self.r - round(self.a - self.r))
        return self.a + (2 * NEAR_POLE if min(map(abs, to_pole)) < NEAR_POLE else 0.0)


def chance_alive(
    parameters: FloatArray, frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike
) -> FloatArray:
    """Chance not to have left; parameters, shape (4,) or (4, draws), and histories broadcast."""
    r, alpha, a, b = parameters
    x, last, whole = (np.asarray(each, dtype=np.float64) for each in (frequency, recency, age))
    log_odds = np.log(a / (b + np.maximum(x, 1) - 1)) + (r + x) * np.log(
        (alpha + whole) / (alpha + last)
    )
    # Whoever has not come back cannot have left: one leaves after a repeat purchase only.
    return np.where(x > 0, 1 / (1 + np.exp(np.minimum(log_odds, 700.0))), 1.0)


def fit_bg_nbd(histories: PurchaseHistories) -> BgNbd:
    """Fit by maximum likelihood.

    Parameters
    ----------
    histories : PurchaseHistories
        Of customers who were free to buy since their first purchase.

    Returns
    -------
    BgNbd
        The same histories give the same parameters.

    Raises
    ------
    InsufficientData
        ``empty``; ``few_positives``: fewer than 30 customers have come back.
    InvalidData
        ``out_of_bounds``: nobody has been known for longer than a day.

    References
    ----------
    P. Fader, B. Hardie and K. L. Lee (2005), "Counting Your Customers the Easy Way: An Alternative
    to the Pareto/NBD Model", Marketing Science 24, 275–284.

    Examples
    --------
    >>> import pandas as pd
    >>> random = np.random.default_rng(0)
    >>> x = random.poisson(2, 500).astype(float)
    >>> known = PurchaseHistories(
    ...     pd.RangeIndex(500), x, np.where(x > 0, 20.0, 0.0), np.full(500, 26.0), x
    ... )
    >>> fit_bg_nbd(known).r > 0
    True
    """
    if not len(histories):
        raise InsufficientData("empty", needed=FEWEST, found=0)
    returned = int((histories.frequency > 0).sum())
    if returned < FEWEST:
        raise InsufficientData("few_positives", needed=FEWEST, found=returned)
    known = float(histories.age.sum())
    if known <= 0:
        raise InvalidData("out_of_bounds", "nobody has been known for longer than a day")
    rows, counts = _distinct(histories)
    rate = float(histories.frequency.sum()) / known
    starts = [
        (r, r / (2 * rate), a, b) for r, a, b in ((0.3, 0.8, 2.5), (1.0, 0.3, 3.0), (3.0, 1.0, 1.0))
    ]
    fitted = maximise_likelihood(lambda at: _slope(at, rows, counts), starts, MOST)
    r, alpha, a, b = fitted.parameters.tolist()
    return BgNbd(r, alpha, a, b, fitted.log_likelihood, fitted.covariance)


def _distinct(histories: PurchaseHistories) -> tuple[FloatArray, FloatArray]:
    """Histories that differ, shape (3, m), and how many customers have each."""
    stacked = np.stack([histories.frequency, histories.recency, histories.age])
    rows, counts = np.unique(stacked, axis=1, return_counts=True)
    return rows, counts.astype(np.float64)


def _slope(at: FloatArray, rows: FloatArray, counts: FloatArray) -> tuple[float, FloatArray]:
    """Log-likelihood of the histories and its derivatives by r, α, a, b."""
    r, alpha, a, b = at
    x, last, age = rows
    again = x > 0
    after = b + np.maximum(x, 1) - 1
    stays = -(r + x) * np.log(alpha + age)
    left = np.where(again, np.log(a / after) - (r + x) * np.log(alpha + last), -np.inf)
    either = np.logaddexp(stays, left)
    has_left = np.exp(left - either)
    is_here = 1 - has_left
    value = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    value += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x) + either
    log_time = is_here * np.log(alpha + age) + has_left * np.log(alpha + last)
    per_time = is_here / (alpha + age) + has_left / (alpha + last)
    both = digamma(a + b) - digamma(a + b + x)
    by = np.stack(
        [
            digamma(r + x) - digamma(r) + np.log(alpha) - log_time,
            r / alpha - (r + x) * per_time,
            both + has_left / a,
            both + digamma(b + x) - digamma(b) - has_left / after,
        ]
    )
    return float(value @ counts), by @ counts
