"""An interval for a probability: what became of the rows that got nearly the same one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from analytics.methods.intervals import wilson_interval

__all__ = ["SimilarRows"]

FloatArray = npt.NDArray[np.float64]

KNOTS = 101
LEAST = 50
SHARE = 0.02


@dataclass(frozen=True)
class SimilarRows:
    """Wilson intervals of the share that converted among rows of nearly the same log-odds.

    The rows were not used in fitting (out of fold). The interval says how well the probability of
    such rows is known; it covers no change of the market and not the outcome of one row.

    Parameters
    ----------
    knots : tuple of float
        Increasing calibrated log-odds.
    lower, upper : tuple of float
        Bounds at the knots, 0–1.
    window : int
        Rows behind each.

    References
    ----------
    E. B. Wilson (1927), JASA 22; A. Niculescu-Mizil, R. Caruana (2005), "Predicting good
    probabilities with supervised learning", ICML (rates of neighbours in score).

    Examples
    --------
    >>> logits = np.repeat([-1.1, 1.1], 500)
    >>> band = SimilarRows.fit(logits, np.tile([0.0, 0.0, 0.0, 1.0] * 125, 2))
    >>> lower, upper = band.bounds(np.array([-1.1]))
    >>> bool(lower[0] < 0.25 < upper[0])
    True
    """

    knots: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    window: int

    @classmethod
    def fit(cls, logits: FloatArray, outcomes: FloatArray, level: float = 0.95) -> "SimilarRows":
        """Count what became of each knot's nearest rows.

        Parameters
        ----------
        logits : ndarray, shape (n,)
            Calibrated, out of fold.
        outcomes : ndarray of {0.0, 1.0}, shape (n,)
            What happened.
        level : float
            Nominal coverage.

        Returns
        -------
        SimilarRows
        """
        order = np.argsort(logits, kind="stable")
        z, wins = logits[order], np.concatenate([[0.0], np.cumsum(outcomes[order])])
        window = min(max(LEAST, int(SHARE * len(z))), len(z))
        middles = np.linspace(0, len(z) - 1, min(KNOTS, len(z))).round().astype(int)
        begins = np.clip(middles - window // 2, 0, len(z) - window)
        won = wins[begins + window] - wins[begins]
        low, high = wilson_interval(won, np.full(len(won), float(window)), level)
        knots, first = np.unique(z[middles], return_index=True)
        return cls(
            tuple(knots.tolist()), tuple(low[first].tolist()), tuple(high[first].tolist()), window
        )

    def bounds(self, logits: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Lower and upper bound of each row's probability; the probability itself lies between."""
        chance = expit(logits)
        low = np.interp(logits, self.knots, self.lower)
        high = np.interp(logits, self.knots, self.upper)
        return np.minimum(low, chance), np.maximum(high, chance)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; `from_dict` gives the same intervals back."""
        return {
            "knots": list(self.knots),
            "lower": list(self.lower),
            "upper": list(self.upper),
            "window": self.window,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "SimilarRows":
        """Rebuild intervals from `to_dict`."""
        knots, lower, upper = (
            tuple(map(float, stored[name])) for name in ("knots", "lower", "upper")
        )
        return cls(knots, lower, upper, int(stored["window"]))
