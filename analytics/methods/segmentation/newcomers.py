"""Newcomers between two runs: support vector machines put them into the known segments, with a chance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

from analytics.methods.errors import InsufficientData

__all__ = ["SegmentAssigner", "fit_assigner"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FOLDS = 5
MOST = 4_000  # rows it learns from
FEWEST_EACH = 5
MARGIN = 10.0


@dataclass(frozen=True)
class SegmentAssigner:
    """One machine a segment, and how their answers become chances.

    Parameters
    ----------
    segments : ndarray of int, shape (k,)
        Numbers of the segments.
    supports : tuple of ndarray, shape (s, f) each
        Support vectors of each machine.
    weights : tuple of ndarray, shape (s,) each
        Of the support vectors.
    offsets : ndarray, shape (k,)
        Of the machines.
    width : float
        Of the Gaussian kernel.
    slopes, intercepts : ndarray, shape (k, k) and (k,)
        From the machines' answers to log chances.

    Examples
    --------
    >>> points = np.repeat([[0.0, 0.0], [3.0, 3.0]], 20, axis=0)
    >>> points = points + np.random.default_rng(0).normal(size=points.shape) / 2
    >>> assigner = fit_assigner(points, np.repeat([4, 7], 20))
    >>> assigner.assign(np.array([[0.1, 0.0], [2.9, 3.1]]))[0].tolist()
    [4, 7]
    """

    segments: IntArray
    supports: tuple[FloatArray, ...]
    weights: tuple[FloatArray, ...]
    offsets: FloatArray
    width: float
    slopes: FloatArray
    intercepts: FloatArray

    def chances(self, points: FloatArray) -> FloatArray:
        """Of each segment, shape (n, k)."""
        answers = np.stack(
            [
                _kernel(points, support, self.width) @ weight
                for support, weight in zip(self.supports, self.weights, strict=True)
            ],
            axis=1,
        )
        told = (answers + self.offsets) @ self.slopes.T + self.intercepts
        return np.asarray(softmax(told, axis=1), dtype=np.float64)

    def assign(self, points: FloatArray) -> tuple[IntArray, FloatArray]:
        """The likeliest segment of each point and its chance, shape (n,) each."""
        chances = self.chances(points)
        return self.segments[chances.argmax(axis=1)], chances.max(axis=1)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form."""
        return {
            "segments": self.segments.tolist(),
            "supports": [support.tolist() for support in self.supports],
            "weights": [weight.tolist() for weight in self.weights],
            "offsets": self.offsets.tolist(),
            "width": self.width,
            "slopes": self.slopes.tolist(),
            "intercepts": self.intercepts.tolist(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "SegmentAssigner":
        """From its plain JSON form."""
        return cls(
            np.array(stored["segments"], dtype=np.int64),
            tuple(np.array(support, dtype=np.float64) for support in stored["supports"]),
            tuple(np.array(weight, dtype=np.float64) for weight in stored["weights"]),
            np.array(stored["offsets"], dtype=np.float64),
            float(stored["width"]),
            np.array(stored["slopes"], dtype=np.float64),
            np.array(stored["intercepts"], dtype=np.float64),
        )


def fit_assigner(points: FloatArray, segments: npt.ArrayLike, *, seed: int = 0) -> SegmentAssigner:
    """Learn the segments, and from answers to points that a machine has not seen how sure they are.

    Parameters
    ----------
    points : ndarray, shape (n, f)
        On the common scale, in a fixed order.
    segments : array_like of int, shape (n,)
        Segment of each; at least two.
    seed : int
        Of the sample and the folds.

    Returns
    -------
    SegmentAssigner
        Learned from 4,000 rows at most.

    Raises
    ------
    InsufficientData
        ``empty``; ``one_class``; ``few_rows``: fewer than five rows in a segment.

    References
    ----------
    C. Cortes and V. Vapnik (1995), "Support-Vector Networks", Machine Learning 20, 273–297;
    J. Platt (1999), "Probabilistic Outputs for Support Vector Machines".

    Examples
    --------
    >>> points = np.linspace(0, 1, 40)[:, None]
    >>> assigner = fit_assigner(points, (points[:, 0] > 0.5).astype(int))
    >>> bool(assigner.assign(np.array([[0.5]]))[1][0] < 0.9)
    True
    """
    labels = np.asarray(segments, dtype=np.int64)
    if not len(labels):
        raise InsufficientData("empty", needed=FEWEST_EACH, found=0)
    names, counts = np.unique(labels, return_counts=True)
    if len(names) < 2:
        raise InsufficientData("one_class", needed=2, found=1)
    if len(labels) > MOST:
        rows = np.random.default_rng(seed).choice(len(labels), MOST, replace=False)
        few = [np.flatnonzero(labels == name)[:FEWEST_EACH] for name in names]
        rows = np.unique(np.concatenate([rows, *few]))  # the smallest segment as well
        points, labels = points[rows], labels[rows]
        names, counts = np.unique(labels, return_counts=True)
    if counts.min() < FEWEST_EACH:
        raise InsufficientData("few_rows", needed=FEWEST_EACH, found=int(counts.min()))
    width = 1 / max(points.shape[1] * float(points.var()), 1e-12)
    machines = [_machine(points, labels == name, width) for name in names]
    unseen = _unseen_answers(points, labels, names, width, seed)
    sure = LogisticRegression(C=10.0, max_iter=1000).fit(unseen, labels)
    slopes, intercepts = np.asarray(sure.coef_), np.asarray(sure.intercept_)
    if len(names) == 2:
        slopes = np.concatenate([-slopes / 2, slopes / 2])
        intercepts = np.concatenate([-intercepts / 2, intercepts / 2])
    return SegmentAssigner(
        names,
        tuple(machine.support_vectors_ for machine in machines),
        tuple(machine.dual_coef_[0] for machine in machines),
        np.array([machine.intercept_[0] for machine in machines]),
        width,
        slopes,
        intercepts,
    )


def _machine(points: FloatArray, is_in: npt.NDArray[np.bool_], width: float) -> SVC:
    return SVC(C=MARGIN, gamma=width, class_weight="balanced").fit(points, is_in)


def _unseen_answers(
    points: FloatArray, labels: IntArray, names: IntArray, width: float, seed: int
) -> FloatArray:
    found = np.zeros((len(points), len(names)))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for known, held in folds.split(points, labels):
        for place, name in enumerate(names):
            machine = _machine(points[known], labels[known] == name, width)
            found[held, place] = machine.decision_function(points[held])
    return found


def _kernel(points: FloatArray, support: FloatArray, width: float) -> FloatArray:
    squares = (points**2).sum(axis=1)[:, None] + (support**2).sum(axis=1)
    apart = np.maximum(squares - 2 * points @ support.T, 0.0)
    return np.asarray(np.exp(-width * apart), dtype=np.float64)
