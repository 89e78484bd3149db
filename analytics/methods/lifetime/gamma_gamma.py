"""Gamma-Gamma: how much customers spend at a time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln

from analytics.methods.errors import InsufficientData
from analytics.methods.lifetime.histories import PurchaseHistories
from analytics.methods.lifetime.likelihood import maximise_likelihood

__all__ = ["GammaGamma", "fit_gamma_gamma"]

FloatArray = npt.NDArray[np.float64]

FEWEST = 30  # customers who came back and spent something
# Ends of p, q and v; beyond these of p and q nothing differs between purchases, or customers.
MOST = (1e4, 1e4, 1e12)
LEAST_Q = 1.01  # below, the mean of all customers would have no end


@dataclass(frozen=True)
class GammaGamma:
    """Each purchase is Gamma (p, ν) around the customer's mean; the ν of customers are Gamma (q, v).

    Parameters
    ----------
    p : float
        Shape of the purchases of one customer.
    q, v : float
        Shape and rate of the customers' ν; v in the currency.
    log_likelihood : float
        At these parameters.

    Examples
    --------
    >>> model = GammaGamma(6.25, 3.74, 15.44)
    >>> round(model.mean, 1)
    35.2
    """

    p: float
    q: float
    v: float
    log_likelihood: float = float("nan")

    @property
    def mean(self) -> float:
        """Expected value of a purchase of somebody of whom nothing is known."""
        return self.p * self.v / (self.q - 1)

    def expected_value(self, histories: PurchaseHistories) -> FloatArray:
        """Expected value of a purchase of each customer, shape (n,): their own mean, drawn to all's."""
        p, q, v = self.p, self.q, self.v
        count, spent = spent_by(histories)
        found: FloatArray = p * (v + spent) / (p * count + q - 1)
        return found


def spent_by(histories: PurchaseHistories) -> tuple[FloatArray, FloatArray]:
    """Repeat purchases whose value is known and above 0, and what they came to; shape (n,) each."""
    worth = np.nan_to_num(histories.value, nan=0.0)
    count = np.where(worth > 0, histories.frequency, 0.0)
    return count, count * worth


def fit_gamma_gamma(histories: PurchaseHistories) -> GammaGamma:
    """Fit by maximum likelihood to the mean values of those who came back.

    Parameters
    ----------
    histories : PurchaseHistories
        Of all customers; those without a repeat purchase, or whose purchases came to nothing, say
        nothing here.

    Returns
    -------
    GammaGamma
        With q above 1, so that there is a mean.

    Raises
    ------
    InsufficientData
        ``few_positives``: fewer than 30 customers have come back and spent something.

    References
    ----------
    P. Fader and B. Hardie (2013), "The Gamma-Gamma Model of Monetary Value",
    brucehardie.com/notes/025.

    Examples
    --------
    >>> import pandas as pd
    >>> random = np.random.default_rng(0)
    >>> means = 40 / random.gamma(4, size=600)
    >>> known = PurchaseHistories(
    ...     pd.RangeIndex(600), np.full(600, 3.0), np.ones(600), np.ones(600), means
    ... )
    >>> bool(fit_gamma_gamma(known).mean > 0)
    True
    """
    count, spent = spent_by(histories)
    paid = count > 0
    if paid.sum() < FEWEST:
        raise InsufficientData("few_positives", needed=FEWEST, found=int(paid.sum()))
    x, total = count[paid], spent[paid]
    order = np.lexsort((x, total))
    x, total = x[order], total[order]
    level = float(np.median(total / x))
    starts = [(p, q, level * (q - 1) / p) for p, q in ((6.0, 4.0), (1.0, 2.0), (20.0, 10.0))]
    fitted = maximise_likelihood(lambda at: _slope(at, x, total), starts, MOST)
    p, beyond, v = fitted.parameters.tolist()
    return GammaGamma(p, LEAST_Q + beyond, v, fitted.log_likelihood)


def _slope(at: FloatArray, x: FloatArray, total: FloatArray) -> tuple[float, FloatArray]:
    """Log-likelihood and its derivatives by p, q − 1.01 and v."""
    p, beyond, v = at
    q = LEAST_Q + beyond
    shape, rate = p * x, v + total
    value = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(v)
    value += (shape - 1) * np.log(total / x) + shape * np.log(x) - (shape + q) * np.log(rate)
    grown = digamma(shape + q) - np.log(rate)
    by_p = x * (grown - digamma(shape) + np.log(total))
    by_q = grown - digamma(q) + np.log(v)
    by_v = q / v - (shape + q) / rate
    return float(value.sum()), np.array([by_p.sum(), by_q.sum(), by_v.sum()])
