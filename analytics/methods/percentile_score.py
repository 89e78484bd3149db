"""From a probability to a score of 0–100, a grade, and reasons in score points."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import rankdata

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["PercentileScore", "TopReasons", "grade_scores", "score_points", "top_reasons"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MEAN_RANK = 50.0
STABLE_SHARE = 0.25  # of the reference's spread: nearer to the average the secant is unstable


@dataclass(frozen=True)
class PercentileScore:
    """Percentile of a probability in a fixed reference set.

    The reference belongs to a model version, so that one lead's change moves no other's score.

    Parameters
    ----------
    probabilities : ndarray, shape (k,)
        Strictly increasing.
    scores : ndarray, shape (k,)
        Percentile of each, 0–100, strictly increasing; tied probabilities share their mid-rank.

    Examples
    --------
    >>> reference = PercentileScore.fit(np.linspace(0.0, 0.5, 2001))
    >>> reference.score([0.05, 0.25, 0.9]).round(1).tolist()
    [10.0, 50.0, 100.0]
    """

    probabilities: FloatArray
    scores: FloatArray

    @classmethod
    def fit(cls, probabilities: npt.ArrayLike, points: int = 1001) -> "PercentileScore":
        """Reduce a reference set to fixed quantiles.

        Parameters
        ----------
        probabilities : array_like of float, shape (n,)
            Calibrated probabilities of the training rows, in any order.
        points : int
            Most quantiles kept, at least 2.

        Returns
        -------
        PercentileScore
            A reference of one value only scores everything 50.

        Raises
        ------
        InsufficientData
            ``empty``.
        InvalidData
            ``out_of_bounds`` outside 0–1 or NaN; ``bad_parameter``.
        """
        p = _probabilities(probabilities)
        if not p.size:
            raise InsufficientData("empty", needed=1, found=0)
        if points < 2:
            raise InvalidData("bad_parameter", "a reference needs at least 2 points")
        p = np.sort(p)
        ranks = rankdata(p, method="average")
        percent = 100.0 * (ranks - 1) / (len(p) - 1) if len(p) > 1 else np.full(1, MEAN_RANK)
        places = np.unique(np.linspace(0, len(p) - 1, points).round().astype(np.int64))
        values, first = np.unique(p[places], return_index=True)
        return cls(values, percent[places][first])

    def score(self, probabilities: npt.ArrayLike) -> FloatArray:
        """Score of each probability, 0–100, never falling as the probability rises.

        Parameters
        ----------
        probabilities : array_like of float, shape (n,)
            Calibrated, 0–1; beyond the reference's ends the score stays at the end.

        Returns
        -------
        ndarray of float, shape (n,)

        Raises
        ------
        InvalidData
            ``out_of_bounds`` outside 0–1 or NaN.
        """
        p = _probabilities(probabilities)
        scores: FloatArray = np.interp(p, self.probabilities, self.scores)
        return scores

    @property
    def spread(self) -> float:
        """Half the width of the middle two thirds of the reference, in log-odds."""
        low, high = np.interp([16.0, 84.0], self.scores, self.probabilities)
        ends = logit(np.clip([low, high], 1e-9, 1 - 1e-9))
        return float(ends[1] - ends[0]) / 2

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; `from_dict` gives the same reference back."""
        return {"probabilities": self.probabilities.tolist(), "scores": self.scores.tolist()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "PercentileScore":
        """Rebuild a reference from `to_dict`.

        Raises
        ------
        InvalidData
            ``bad_artifact`` if the form is not one of ours.
        """
        try:
            return cls(np.array(stored["probabilities"], float), np.array(stored["scores"], float))
        except (KeyError, TypeError) as error:
            raise InvalidData("bad_artifact", f"not a stored reference: {error!r}") from error


@dataclass(frozen=True)
class TopReasons:
    """The strongest reasons of each row.

    Parameters
    ----------
    fields : ndarray of int, shape (n, k)
        Column of each reason in the points, the strongest first.
    points : ndarray of float, shape (n, k)
        Signed score points from the average.
    rest : ndarray of float, shape (n,)
        Sum of all other fields' points.

    Examples
    --------
    >>> TopReasons(np.array([[1]]), np.array([[8.0]]), np.array([-2.0])).points.tolist()
    [[8.0]]
    """

    fields: IntArray
    points: FloatArray
    rest: FloatArray


def grade_scores(
    scores: npt.ArrayLike, cuts: tuple[float, float, float] = (80.0, 60.0, 35.0)
) -> npt.NDArray[np.str_]:
    """Grade A to D of each score.

    Parameters
    ----------
    scores : array_like of float, shape (n,)
        0–100.
    cuts : tuple of 3 floats
        Lowest score of A, of B and of C, falling.

    Returns
    -------
    ndarray of str, shape (n,)

    Raises
    ------
    InvalidData
        ``bad_parameter`` unless the cuts fall.

    Examples
    --------
    >>> grade_scores([100, 80, 79.9, 60, 35, 34]).tolist()
    ['A', 'A', 'B', 'B', 'C', 'D']
    """
    if not cuts[0] > cuts[1] > cuts[2]:
        raise InvalidData("bad_parameter", "cut-offs must fall from A to C")
    rank = np.searchsorted(np.array(cuts[::-1]), np.asarray(scores, dtype=float), side="right")
    grades: npt.NDArray[np.str_] = np.array(["D", "C", "B", "A"])[rank]
    return grades


def score_points(
    contributions: FloatArray, mean_logit: float, reference: PercentileScore
) -> FloatArray:
    """Contributions on the log-odds scale, turned into score points from the average lead.

    Each row's points add up to its score less the score of the average lead, S(z) − S(z₀). Away
    from the average they are the contributions times the secant slope (S(z) − S(z₀))/(z − z₀).
    Close to it, where that quotient is unstable, they are the contributions times the slope
    around the average, and the little this leaves over goes to the fields that pull its way, so
    that no field's sign turns.

    Parameters
    ----------
    contributions : ndarray, shape (n, f)
        Of each field to the calibrated log-odds, against the average.
    mean_logit : float
        Calibrated log-odds z₀ of the average lead.
    reference : PercentileScore
        Gives S.

    Returns
    -------
    ndarray, shape (n, f)
        Score points; a point keeps the sign of its contribution.

    Examples
    --------
    >>> reference = PercentileScore.fit(np.linspace(0.01, 0.99, 99))
    >>> points = score_points(np.array([[2.0, -1.0, 0.0]]), 0.0, reference)
    >>> points.round(1).tolist()
    [[47.2, -23.6, 0.0]]
    >>> float((reference.score([1 / (1 + np.exp(-1.0))]) - 50).round(1)[0])
    23.6
    """
    distance = contributions.sum(axis=1)
    average = _score_at(np.array([mean_logit]), reference)[0]
    change = _score_at(mean_logit + distance, reference) - average
    near = np.abs(distance) <= max(STABLE_SHARE * reference.spread, 1e-9)
    slope = np.divide(change, distance, out=np.zeros_like(change), where=~near)
    slope[near] = _local_slope(mean_logit, reference)
    points: FloatArray = contributions * slope[:, None]
    points[near] = _give_out(points[near], change[near])
    return points


def top_reasons(points: FloatArray, most: int = 6) -> TopReasons:
    """The strongest fields of each row by absolute points, and the sum of the others.

    Parameters
    ----------
    points : ndarray, shape (n, f)
        From `score_points`.
    most : int
        Most reasons per row, at least 1.

    Returns
    -------
    TopReasons
        With ``k = min(most, f)``; equal points in the order of the fields.

    Raises
    ------
    InvalidData
        ``bad_parameter``.

    Examples
    --------
    >>> top = top_reasons(np.array([[1.0, -5.0, 3.0, 0.5]]), most=2)
    >>> top.fields.tolist(), top.points.tolist(), top.rest.tolist()
    ([[1, 2]], [[-5.0, 3.0]], [1.5])
    """
    if most < 1:
        raise InvalidData("bad_parameter", "at least one reason")
    fields = np.argsort(-np.abs(points), axis=1, kind="stable")[:, :most]
    strongest = np.take_along_axis(points, fields, axis=1)
    return TopReasons(fields, strongest, points.sum(axis=1) - strongest.sum(axis=1))


def _probabilities(values: npt.ArrayLike) -> FloatArray:
    p = np.asarray(values, dtype=np.float64)
    if not np.all((p >= 0) & (p <= 1)):
        raise InvalidData("out_of_bounds", "probabilities must lie between 0 and 1")
    return p


def _score_at(logits: FloatArray, reference: PercentileScore) -> FloatArray:
    return reference.score(expit(logits))


def _local_slope(mean_logit: float, reference: PercentileScore) -> float:
    step = max(STABLE_SHARE * reference.spread, 1e-9)
    low, high = _score_at(np.array([mean_logit - step, mean_logit + step]), reference)
    return float(high - low) / (2 * step)


def _give_out(points: FloatArray, change: FloatArray) -> FloatArray:
    """Make rows add up to their change by stretching only the fields that pull its way."""
    left = (change - points.sum(axis=1))[:, None]
    pull = np.where(points * left > 0, np.abs(points), 0.0)
    total = pull.sum(axis=1, keepdims=True)
    share = np.divide(pull, total, out=np.zeros_like(pull), where=total > 0)
    stretched: FloatArray = points + share * left
    # All fields pull one way, and against what is left: shrink them in proportion instead.
    stuck = (total[:, 0] == 0) & (points.sum(axis=1) != 0)
    whole = points[stuck].sum(axis=1, keepdims=True)
    stretched[stuck] = points[stuck] * (change[stuck][:, None] / whole)
    return stretched
