"""Lifetime value: what each customer will probably buy within a horizon, for how much, and whether they are still there."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import spearmanr

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.lifetime.bg_nbd import BgNbd, fit_bg_nbd
from analytics.methods.lifetime.gamma_gamma import GammaGamma, fit_gamma_gamma
from analytics.methods.lifetime.histories import WEEK, PurchaseHistories
from analytics.methods.lifetime.outcomes import likely_ends

__all__ = ["LifetimeModel", "fit_lifetime_value"]

FloatArray = npt.NDArray[np.float64]

YEAR = 365.25 / WEEK  # in weeks
PIECES = 13  # of the horizon, each discounted as a whole


@dataclass(frozen=True)
class LifetimeModel:
    """How often and for how much customers buy.

    Parameters
    ----------
    purchases : BgNbd
        Purchases until they leave.
    spending : GammaGamma or None
        Value of a purchase; None where too few have come back and spent something.
    correlation : float or None
        Of frequency and mean value (ranks): the models take them for independent.

    Examples
    --------
    >>> known = PurchaseHistories(
    ...     pd.Index(["a"]), np.array([8.0]), np.array([38.0]), np.array([39.0]), np.array([20.0])
    ... )
    >>> model = LifetimeModel(BgNbd(0.243, 4.414, 0.793, 2.426), GammaGamma(6.25, 3.74, 15.44), 0.1)
    >>> found = model.predict(known, 39.0)
    >>> found[["alive", "purchases", "value"]].round(2).to_dict("records")
    [{'alive': 0.91, 'purchases': 5.33, 'value': 110.9}]
    """

    purchases: BgNbd
    spending: GammaGamma | None
    correlation: float | None

    def predict(
        self,
        histories: PurchaseHistories,
        weeks: float,
        *,
        discount: float = 0.0,
        level: float = 0.8,
        seed: int = 0,
    ) -> pd.DataFrame:
        """What each customer will probably do within so many weeks.

        Parameters
        ----------
        histories : PurchaseHistories
            Of the customers.
        weeks : float
            Horizon.
        discount : float
            Yearly rate by which later money counts less.
        level : float
            Chance that the true numbers lie between the ends.
        seed : int
            Of the draws that give the ends.

        Returns
        -------
        pandas.DataFrame
            Under the customers: ``alive`` (chance), ``purchases``, ``purchases_low``,
            ``purchases_high``, ``purchase_value`` (of one), ``value``, ``value_low``,
            ``value_high`` (of all, discounted).

        Raises
        ------
        InvalidData
            ``bad_parameter``.
        """
        if weeks <= 0 or discount < 0 or not 0 < level < 1:
            raise InvalidData("bad_parameter", "weeks > 0, discount ≥ 0 and 0 < level < 1")
        expected = self.purchases.expected_purchases(histories, weeks)
        counts, worth = likely_ends(
            self.purchases, self.spending, histories, weeks, level=level, seed=seed
        )
        kept = self._kept_by_discount(histories, weeks, discount, expected)
        each = (
            np.full(len(histories), np.nan)
            if self.spending is None
            else self.spending.expected_value(histories)
        )
        return pd.DataFrame(
            {
                "alive": self.purchases.alive(histories),
                "purchases": expected,
                "purchases_low": counts[:, 0],
                "purchases_high": counts[:, 1],
                "purchase_value": each,
                "value": expected * each * kept,
                "value_low": worth[:, 0] * kept,
                "value_high": worth[:, 1] * kept,
            },
            index=histories.customers,
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; `from_dict` gives the same model back."""
        return {
            "purchases": self.purchases.to_dict(),
            "spending": None if self.spending is None else asdict(self.spending),
            "correlation": self.correlation,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "LifetimeModel":
        """Rebuild a model from `to_dict`."""
        spending = stored["spending"]
        return cls(
            BgNbd.from_dict(stored["purchases"]),
            None if spending is None else GammaGamma(**spending),
            stored["correlation"],
        )

    def _kept_by_discount(
        self, histories: PurchaseHistories, weeks: float, discount: float, expected: FloatArray
    ) -> FloatArray:
        """Share of the value that is left when each piece of the horizon counts from its middle."""
        if not discount:
            return np.ones(len(histories))
        before, kept = np.zeros(len(histories)), np.zeros(len(histories))
        for end in weeks * np.arange(1, PIECES + 1) / PIECES:
            by_then = self.purchases.expected_purchases(histories, float(end))
            middle = (end - weeks / PIECES / 2) / YEAR
            kept += (by_then - before) * (1 + discount) ** -middle
            before = by_then
        return np.where(expected > 0, kept / np.where(expected > 0, expected, 1.0), 1.0)


def fit_lifetime_value(histories: PurchaseHistories) -> LifetimeModel:
    """Fit how often customers buy and, where it is known, for how much.

    Parameters
    ----------
    histories : PurchaseHistories
        Of all customers, also of those who never came back.

    Returns
    -------
    LifetimeModel
        The same histories give the same model.

    Raises
    ------
    InsufficientData
        ``empty``, ``few_positives``: fewer than 30 customers have come back.

    References
    ----------
    P. Fader, B. Hardie and K. L. Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base
    Analysis", Journal of Marketing Research 42, 415–430.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> x = random.poisson(2, 500).astype(float)
    >>> known = PurchaseHistories(
    ...     pd.RangeIndex(500), x, np.where(x > 0, 20.0, 0.0), np.full(500, 26.0), 1 / (x + 1)
    ... )
    >>> round(fit_lifetime_value(known).correlation)
    -1
    """
    purchases = fit_bg_nbd(histories)
    try:
        spending = fit_gamma_gamma(histories)
    except InsufficientData:
        return LifetimeModel(purchases, None, None)
    return LifetimeModel(purchases, spending, _correlation(histories))


def _correlation(histories: PurchaseHistories) -> float | None:
    paid = np.nan_to_num(histories.value, nan=0.0) > 0
    x, worth = histories.frequency[paid], histories.value[paid]
    if np.ptp(x) == 0 or np.ptp(worth) == 0:
        return None
    return float(spearmanr(x, worth).statistic)
