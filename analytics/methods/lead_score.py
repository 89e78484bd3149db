"""Scoring leads: probability, interval, score, grade and reasons from one stored model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from analytics.methods.calibrated import CalibratedModel
from analytics.methods.cells import Ids
from analytics.methods.errors import InvalidData
from analytics.methods.logistic import CalibratedLogistic
from analytics.methods.percentile_score import (
    PercentileScore,
    TopReasons,
    grade_scores,
    score_points,
    top_reasons,
)
from analytics.methods.table_rows import TableRows

__all__ = ["LeadScoreModel", "LeadScores", "Reason"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reason:
    """Why one lead's score differs from the average lead's.

    Parameters
    ----------
    field : str
        The field's name.
    points : float
        Signed score points.

    Examples
    --------
    >>> Reason("source", 12.5).points
    12.5
    """

    field: str
    points: float


@dataclass(frozen=True)
class LeadScores:
    """Scores of many leads, in the order they were given.

    Parameters
    ----------
    index : Index, shape (n,)
        Lead ids.
    fields : tuple of str
        Names the reasons point into.
    probability, lower, upper : ndarray, shape (n,)
        Calibrated probability and its 95 % interval, 0–1.
    score : ndarray, shape (n,)
        0–100, unrounded.
    grade : ndarray of str, shape (n,)
        A to D.
    reasons : TopReasons
        The strongest six.
    average_score : float
        Of the average training lead, which the reasons start from.

    Examples
    --------
    >>> scores = LeadScores(
    ...     pd.Index([7]), ("source", "city"), np.array([0.6]), np.array([0.5]), np.array([0.7]),
    ...     np.array([75.0]), np.array(["B"]),
    ...     TopReasons(np.array([[1]]), np.array([[20.0]]), np.array([5.0])), 50.0)
    >>> scores.reasons_of(0)
    [Reason(field='city', points=20.0)]
    """

    index: Ids
    fields: tuple[str, ...]
    probability: FloatArray
    lower: FloatArray
    upper: FloatArray
    score: FloatArray
    grade: npt.NDArray[np.str_]
    reasons: TopReasons
    average_score: float

    def frame(self) -> pd.DataFrame:
        """Probability, interval, score, grade and the rest of the points, under the leads' ids."""
        columns: dict[str, Any] = {
            "probability": self.probability,
            "lower": self.lower,
            "upper": self.upper,
            "score": self.score,
            "grade": self.grade,
            "rest": self.reasons.rest,
        }
        return pd.DataFrame(columns, index=self.index)

    def reasons_of(self, position: int) -> list[Reason]:
        """The strongest reasons of the row at a position, those of no weight left out."""
        fields = self.reasons.fields[position].tolist()
        points = self.reasons.points[position].tolist()
        pairs = zip(fields, points, strict=True)
        return [Reason(self.fields[field], value) for field, value in pairs if value != 0]


@dataclass(frozen=True)
class LeadScoreModel:
    """What a model version stores, and all that scoring needs.

    Parameters
    ----------
    model : CalibratedLogistic or CalibratedModel
        Gives the probability.
    reference : PercentileScore
        Gives the score; fixed until the next version.

    Examples
    --------
    >>> from analytics.methods.features import Feature
    >>> from analytics.methods.lead_score_fit import fit_lead_score
    >>> frame = pd.DataFrame({"source": ["web", "fair"] * 150})
    >>> fit = fit_lead_score(frame, [0, 1, 0, 1, 1, 0] * 50, [Feature("source", "category")])
    >>> fit.model.score(frame.head(2)).frame().round()[["score", "grade"]].to_dict("list")
    {'score': [25.0, 75.0], 'grade': ['D', 'B']}
    """

    model: CalibratedLogistic | CalibratedModel
    reference: PercentileScore

    def score(self, frame: pd.DataFrame, most_reasons: int = 6) -> LeadScores:
        """Score leads; one lead's answer never hangs on the others in the frame.

        Parameters
        ----------
        frame : DataFrame, shape (n, m)
            Raw cells; the index is kept. Hand over some ten thousand rows at a time.
        most_reasons : int
            Most reasons per lead.

        Returns
        -------
        LeadScores

        Raises
        ------
        InvalidData
            ``missing_column``, ``duplicate_columns``, ``bad_parameter``.
        """
        said = self.model.predict(frame)
        points = score_points(said.contributions, said.mean_logit, self.reference)
        score = self.reference.score(said.probability)
        return LeadScores(
            index=said.index,
            fields=said.fields,
            probability=said.probability,
            lower=said.lower,
            upper=said.upper,
            score=score,
            grade=grade_scores(score),
            reasons=top_reasons(points, most_reasons),
            average_score=self.average_score,
        )

    def scores(self, rows: TableRows) -> FloatArray:
        """The scores of `score` alone, of rows that are read already; shape (n,)."""
        return self.reference.score(self.model.chances(rows))

    @property
    def average_score(self) -> float:
        """Score of the average training lead."""
        return float(self.reference.score(expit([self.model.mean_logit]))[0])

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; `from_dict` gives a model with identical scores."""
        return {"model": self.model.to_dict(), "reference": self.reference.to_dict()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "LeadScoreModel":
        """Rebuild a model from `to_dict`.

        Raises
        ------
        InvalidData
            ``bad_artifact`` if the form is not one of ours.
        """
        if not {"model", "reference"} <= set(stored):
            raise InvalidData("bad_artifact", "not a stored lead score")
        is_other = isinstance(stored["model"], Mapping) and "algorithm" in stored["model"]
        kind = CalibratedModel if is_other else CalibratedLogistic
        return cls(kind.from_dict(stored["model"]), PercentileScore.from_dict(stored["reference"]))
