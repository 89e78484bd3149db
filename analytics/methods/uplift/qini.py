"""How well an order of people puts those first for whom a message changes most."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["QiniCurve", "qini_curve", "qini_draws"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class QiniCurve:
    """Extra outcomes won by writing to the first so many.

    Parameters
    ----------
    share : ndarray of float, shape (k,)
        Of all people, from 0 to 1; people with equal scores come at once.
    gained : ndarray of float, shape (k,)
        Extra outcomes of the treated among them, per treated person of all.
    coefficient : float
        Area between the curve and the straight line of a random order, in the same unit: 0 for a
        random order.

    Examples
    --------
    >>> QiniCurve(np.array([0.0, 1.0]), np.array([0.0, 0.1]), 0.0).overall
    0.1
    """

    share: FloatArray
    gained: FloatArray
    coefficient: float

    @property
    def overall(self) -> float:
        """What writing to everybody changes, per person."""
        return float(self.gained[-1])

    def at(self, share: float) -> float:
        """What writing to the first so many brings, per person of all."""
        return float(np.interp(share, self.share, self.gained))


def qini_curve(scores: npt.ArrayLike, treated: npt.ArrayLike, outcomes: npt.ArrayLike) -> QiniCurve:
    """Qini curve of an order, from people of whom a part was treated by chance.

    Parameters
    ----------
    scores : array_like of float, shape (n,)
        Higher first.
    treated : array_like of {0, 1}, shape (n,)
        Who was.
    outcomes : array_like of float, shape (n,)
        0 or 1, or an amount.

    Returns
    -------
    QiniCurve

    Raises
    ------
    InsufficientData
        ``empty``, ``one_class`` where nobody or everybody was treated.
    InvalidData
        ``unequal_lengths``, ``not_finite``, ``unknown_target``.

    References
    ----------
    N. J. Radcliffe (2007), "Using control groups to target on predicted lift: building and
    assessing uplift models", Direct Marketing Analytics Journal, 14–21.

    Examples
    --------
    >>> found = qini_curve([2, 2, 1, 1], [1, 0, 1, 0], [1, 0, 0, 0])
    >>> found.gained.tolist(), found.coefficient
    ([0.0, 0.5, 0.5], 0.125)
    """
    group, t, y = _checked(scores, treated, outcomes)
    sums = _group_sums(group, t, y, np.ones_like(t))
    share, gained = _curve(*sums)
    return QiniCurve(share, gained, float(_area(share, gained)))


def qini_draws(
    scores: npt.ArrayLike,
    treated: npt.ArrayLike,
    outcomes: npt.ArrayLike,
    *,
    draws: int = 200,
    seed: int = 0,
) -> FloatArray:
    """Qini coefficients of people drawn anew, for intervals and comparisons.

    With the same seed the same people are drawn whatever the scores, so that draws of two orders
    can be taken from each other.

    Parameters
    ----------
    scores, treated, outcomes
        As for `qini_curve`.
    draws : int
        How many; each person counts so often as a Poisson number of mean 1 says.
    seed : int
        Of the draws.

    Returns
    -------
    ndarray of float, shape (draws,)

    Raises
    ------
    InsufficientData, InvalidData
        As `qini_curve`.

    Examples
    --------
    >>> qini_draws([1, 1, 1, 1], [1, 0, 1, 0], [1, 0, 1, 0], draws=3).tolist()
    [0.0, 0.0, 0.0]
    """
    group, t, y = _checked(scores, treated, outcomes)
    rng = np.random.default_rng(seed)
    found = np.zeros(draws)
    for number in range(draws):
        weights = rng.poisson(1.0, len(t)).astype(np.float64)
        if (weights * t).any() and (weights * (1 - t)).any():
            found[number] = _area(*_curve(*_group_sums(group, t, y, weights)))
    return found


def _checked(
    scores: npt.ArrayLike, treated: npt.ArrayLike, outcomes: npt.ArrayLike
) -> tuple[IntArray, FloatArray, FloatArray]:
    x, t, y = (np.asarray(each, dtype=np.float64) for each in (scores, treated, outcomes))
    if not x.shape == t.shape == y.shape:
        raise InvalidData("unequal_lengths", "everybody has a score, an arm and an outcome")
    if not x.size:
        raise InsufficientData("empty", needed=2, found=0)
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(y))):
        raise InvalidData("not_finite", "scores and outcomes must be finite")
    if not np.isin(t, (0.0, 1.0)).all():
        raise InvalidData("unknown_target", "treated must be 0 or 1, none missing")
    if t.min() == t.max():
        raise InsufficientData("one_class", needed=2, found=1)
    return np.unique(-x, return_inverse=True)[1].astype(np.int64), t, y


def _group_sums(
    group: IntArray, t: FloatArray, y: FloatArray, weights: FloatArray
) -> tuple[FloatArray, ...]:
    """Treated and others, their outcomes, by groups of equal scores, summed from the first on."""
    size = int(group.max()) + 1
    columns = (weights * t, weights * (1 - t), weights * t * y, weights * (1 - t) * y)
    return tuple(np.cumsum(np.bincount(group, column, minlength=size)) for column in columns)


def _curve(
    treated: FloatArray, others: FloatArray, won: FloatArray, usual: FloatArray
) -> tuple[FloatArray, FloatArray]:
    per_head = np.divide(usual, others, out=np.zeros_like(usual), where=others > 0)
    gained = (won - per_head * treated) / treated[-1]
    share = (treated + others) / (treated[-1] + others[-1])
    return np.append(0.0, share), np.append(0.0, gained)


def _area(share: FloatArray, gained: FloatArray) -> float:
    return float(np.trapezoid(gained, share)) - float(gained[-1]) / 2
