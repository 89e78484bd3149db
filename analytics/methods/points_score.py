"""A score by points: rules of who somebody is (fit) and of what they do (engagement).

All points are whole, so that the lines of a lead add up to its score exactly.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InvalidData

__all__ = ["GridScores", "PointsLimits", "counted_points", "grid_scores", "whole_points"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LETTERS = ("D", "C", "B", "A")
DIGITS = ("4", "3", "2", "1")
HIGHEST = 100


@dataclass(frozen=True)
class PointsLimits:
    """The most points of each group and of both, and where the cells of the grid begin.

    Parameters
    ----------
    fit, engagement : int
        Most points of the group, 1–100.
    total : int
        Most points of both together, 1–100.
    letters : tuple of 3 ints
        Lowest fit of A, of B and of C, falling, above 0 and at most `fit`.
    digits : tuple of 3 ints
        Lowest engagement of 1, of 2 and of 3, falling, above 0 and at most `engagement`.

    Raises
    ------
    InvalidData
        ``bad_parameter`` when a limit is out of its bounds or the cells do not fall.

    Examples
    --------
    >>> PointsLimits(fit=60, engagement=40, letters=(45, 30, 15), digits=(30, 20, 10)).total
    100
    """

    fit: int = 50
    engagement: int = 50
    total: int = HIGHEST
    letters: tuple[int, int, int] = (38, 25, 13)
    digits: tuple[int, int, int] = (38, 25, 13)

    def __post_init__(self) -> None:
        if not all(1 <= most <= HIGHEST for most in (self.fit, self.engagement, self.total)):
            raise InvalidData("bad_parameter", "limits lie between 1 and 100")
        for most, (first, second, third) in (
            (self.fit, self.letters),
            (self.engagement, self.digits),
        ):
            if not most >= first > second > third > 0:
                raise InvalidData("bad_parameter", "cells must fall, from the limit to above 0")


@dataclass(frozen=True)
class GridScores:
    """What the points of each row come to.

    Parameters
    ----------
    fit, engagement, total : ndarray of int, shape (n,)
        0 to the limit of each.
    cells : ndarray of str, shape (n,)
        A1 to D4: the letter is the fit, the digit the engagement.
    fit_cut, engagement_cut, total_cut : ndarray of int, shape (n,)
        What the limits took away (negative) or, where a sum lay below 0, gave back. The points of
        all rules and the three cuts add up to `total`.

    Examples
    --------
    >>> grid_scores(np.array([[40, 20, 5]]), [True, True, False], PointsLimits()).fit_cut.tolist()
    [-10]
    """

    fit: IntArray
    engagement: IntArray
    total: IntArray
    cells: npt.NDArray[np.str_]
    fit_cut: IntArray
    engagement_cut: IntArray
    total_cut: IntArray


def counted_points(
    rows: npt.ArrayLike,
    ages: npt.ArrayLike,
    n: int,
    *,
    points: float,
    half_life: float | None = None,
    most_times: int | None = None,
    most_points: float | None = None,
) -> FloatArray:
    """Points for what happened again and again, each time worth less the longer ago it was.

    An event of age a is worth points · 2^(−a / half-life), the exponential decay of lead scoring
    in Marketo and HubSpot made continuous. Of more events than `most_times` the newest count.

    Parameters
    ----------
    rows : array_like of int, shape (m,)
        Place (0 to n − 1) of whoever did each thing, in any order.
    ages : array_like of float, shape (m,)
        How long ago in days; what has not happened yet (below 0) does not count.
    n : int
        Number of rows.
    points : float
        Of one event that happens now; may be negative.
    half_life : float, optional
        Days after which an event is worth half; without it events keep their worth.
    most_times : int, optional
        How many events of a row count at most.
    most_points : float, optional
        How far from 0 the points of a row may lie, not negative.

    Returns
    -------
    ndarray of float, shape (n,)
        Points of each row, not rounded.

    Raises
    ------
    InvalidData
        ``unequal_lengths`` of rows and ages; ``bad_parameter`` for a half-life that is not above
        0 and for limits below 0; ``out_of_bounds`` for a place that is none.

    Examples
    --------
    >>> counted_points([0, 0, 1], [0.0, 30.0, 60.0], 2, points=8, half_life=30).tolist()
    [12.0, 2.0]
    >>> counted_points([0, 0, 0], [1.0, 2.0, 3.0], 1, points=5, most_points=8).tolist()
    [8.0]
    """
    place, age = np.asarray(rows, dtype=np.int64), np.asarray(ages, dtype=np.float64)
    _check_counting(place, age, n, half_life, most_times, most_points)
    past = age >= 0
    place, age = place[past], age[past]
    order = np.lexsort((age, place))  # so that sums do not hang on the order given
    place, age = place[order], age[order]
    if most_times is not None:
        first = np.searchsorted(place, place)  # where the row's newest event stands
        counts = np.arange(len(place)) - first < most_times
        place, age = place[counts], age[counts]
    worth = np.full(len(age), float(points))
    if half_life is not None:
        worth *= np.exp2(-age / half_life)
    sums = np.bincount(place, weights=worth, minlength=n).astype(np.float64)
    return sums if most_points is None else sums.clip(-most_points, most_points)


def whole_points(points: npt.ArrayLike) -> IntArray:
    """Points as people read them: whole, halves away from zero.

    Parameters
    ----------
    points : array_like of float

    Returns
    -------
    ndarray of int, same shape

    Examples
    --------
    >>> whole_points([2.5, 2.4, -2.5]).tolist()
    [3, 2, -3]
    """
    exact = np.asarray(points, dtype=np.float64)
    return np.trunc(exact + np.copysign(0.5, exact)).astype(np.int64)


def grid_scores(points: npt.ArrayLike, is_fit: npt.ArrayLike, limits: PointsLimits) -> GridScores:
    """Fit, engagement, their sum and the cell of the grid from the points of each rule.

    Each group is the sum of its rules, not below 0 and not above its limit; the total is the sum
    of both groups, not above its own. Fit and engagement as a grid follow the practice of
    marketing automation (Pardot's grade and score, HubSpot's combined score).

    Parameters
    ----------
    points : array_like of int, shape (n, r)
        Points that each of r rules gives each row.
    is_fit : array_like of bool, shape (r,)
        Whether a rule is one of fit; the others are of engagement.
    limits : PointsLimits

    Returns
    -------
    GridScores

    Raises
    ------
    InvalidData
        ``unequal_lengths`` unless there is one group for each rule.

    Examples
    --------
    >>> found = grid_scores([[40, 10, -5], [0, -3, 0]], [True, False, False], PointsLimits())
    >>> found.cells.tolist(), found.total.tolist(), found.engagement_cut.tolist()
    (['A4', 'D4'], [45, 0], [0, 3])
    """
    fits = np.asarray(is_fit, dtype=bool)
    given = np.asarray(points, dtype=np.int64)
    if given.ndim != 2 or given.shape[1] != len(fits):
        raise InvalidData("unequal_lengths", "each rule needs its group")
    fit_sum, engagement_sum = given[:, fits].sum(axis=1), given[:, ~fits].sum(axis=1)
    fit, engagement = fit_sum.clip(0, limits.fit), engagement_sum.clip(0, limits.engagement)
    total = (fit + engagement).clip(0, limits.total)
    letters = np.array(LETTERS)[np.searchsorted(limits.letters[::-1], fit, side="right")]
    digits = np.array(DIGITS)[np.searchsorted(limits.digits[::-1], engagement, side="right")]
    return GridScores(
        fit,
        engagement,
        total,
        np.char.add(letters, digits),
        fit - fit_sum,
        engagement - engagement_sum,
        total - fit - engagement,
    )


def _check_counting(
    place: IntArray,
    age: FloatArray,
    n: int,
    half_life: float | None,
    most_times: int | None,
    most_points: float | None,
) -> None:
    if len(place) != len(age):
        raise InvalidData("unequal_lengths", "each event needs its age")
    if half_life is not None and not half_life > 0:
        raise InvalidData("bad_parameter", "a half-life is above 0 days")
    if (most_times or 0) < 0 or (most_points or 0) < 0:
        raise InvalidData("bad_parameter", "limits are not below 0")
    if len(place) and not 0 <= place.min() <= place.max() < n:
        raise InvalidData("out_of_bounds", "an event belongs to a row that is none")
