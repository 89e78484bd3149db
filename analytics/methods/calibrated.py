"""Applying any candidate but the logistic regression: probability, interval and what each field adds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from analytics.methods.calibration import Sigmoid
from analytics.methods.errors import InvalidData
from analytics.methods.estimators import Estimator, Linear
from analytics.methods.logistic import Prediction
from analytics.methods.network import Network
from analytics.methods.similar_rows import SimilarRows
from analytics.methods.table_rows import TableRows
from analytics.methods.tabular import TabularEncoder
from analytics.methods.trees import Trees

__all__ = ["CalibratedModel"]

FloatArray = npt.NDArray[np.float64]

FORMAT = 1


@dataclass(frozen=True)
class CalibratedModel:
    """An estimator with its calibration.

    Parameters
    ----------
    algorithm : str
        ``support_vectors``, ``random_forest``, ``gradient_boosting`` or ``neural_network``.
    encoder : TabularEncoder
        Reads raw cells.
    estimator : Estimator
        Gives uncalibrated log-odds.
    sigmoid : Sigmoid
        Calibration fitted on out-of-fold log-odds.
    similar : SimilarRows
        Gives the interval.
    base_rate : float
        Share of positives in training.
    rows : int
        Training rows.

    Examples
    --------
    >>> from analytics.methods.features import Feature
    >>> frame = pd.DataFrame({"source": ["web"] * 30 + ["fair"] * 30})
    >>> encoder = TabularEncoder.fit(frame, [Feature("source", "category")])
    >>> model = CalibratedModel(
    ...     "support_vectors", encoder, Linear(0.0, np.array([1.0, -1.0]), (0,)),
    ...     Sigmoid(2.0, 0.0, (0.0, 0.0, 0.0)), SimilarRows((0.0,), (0.4,), (0.6,), 60), 0.5, 60)
    >>> model.predict(frame.head(1)).frame().round(2).to_dict("list")
    {'probability': [0.12], 'lower': [0.12], 'upper': [0.6]}
    """

    algorithm: str
    encoder: TabularEncoder
    estimator: Estimator
    sigmoid: Sigmoid
    similar: SimilarRows
    base_rate: float
    rows: int

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields used, in the order of the contributions."""
        return tuple(field.feature.name for field in self.encoder.fields)

    @property
    def mean_logit(self) -> float:
        """Calibrated log-odds of the average training row."""
        return self.sigmoid.slope * self.estimator.base + self.sigmoid.offset

    @property
    def has_signal(self) -> bool:
        """Whether the fields told the classes apart out of fold at all."""
        return self.sigmoid.slope > 0

    def predict(self, frame: pd.DataFrame) -> Prediction:
        """Probability, interval and contributions of every row.

        Parameters
        ----------
        frame : DataFrame, shape (n, m)
            Raw cells; the index is kept. Extra columns are ignored.

        Returns
        -------
        Prediction
            The interval is that of `SimilarRows`.

        Raises
        ------
        InvalidData
            ``missing_column``, ``duplicate_columns``.
        """
        rows = TableRows.of(self.encoder, frame)
        contributions = self.sigmoid.slope * self.estimator.contributions(rows)
        logit = self.mean_logit + contributions.sum(axis=1)
        lower, upper = self.similar.bounds(logit)
        return Prediction(
            index=frame.index,
            fields=self.fields,
            probability=expit(logit),
            lower=lower,
            upper=upper,
            logit=logit,
            contributions=contributions,
            mean_logit=self.mean_logit,
        )

    def chances(self, rows: TableRows) -> FloatArray:
        """The probabilities of `predict` alone, of rows that are read already; shape (n,)."""
        logits = self.sigmoid.slope * self.estimator.logits(rows) + self.sigmoid.offset
        chances: FloatArray = expit(logits)
        return chances

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; `from_dict` gives a model with identical predictions."""
        return {
            "format": FORMAT,
            "algorithm": self.algorithm,
            "encoder": self.encoder.to_dict(),
            "estimator": self.estimator.to_dict(),
            "sigmoid": self.sigmoid.to_dict(),
            "similar": self.similar.to_dict(),
            "base_rate": self.base_rate,
            "rows": self.rows,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "CalibratedModel":
        """Rebuild a model from `to_dict`.

        Raises
        ------
        InvalidData
            ``bad_artifact`` if the form is not one of ours.
        """
        try:
            if stored["format"] != FORMAT:
                raise InvalidData("bad_artifact", f"unknown format {stored['format']!r}")
            encoder = TabularEncoder.from_dict(stored["encoder"])
            return cls(
                algorithm=str(stored["algorithm"]),
                encoder=encoder,
                estimator=_estimator(str(stored["algorithm"]), stored["estimator"], encoder),
                sigmoid=Sigmoid.from_dict(stored["sigmoid"]),
                similar=SimilarRows.from_dict(stored["similar"]),
                base_rate=float(stored["base_rate"]),
                rows=int(stored["rows"]),
            )
        except (KeyError, TypeError, IndexError) as error:
            raise InvalidData("bad_artifact", f"not a stored model: {error!r}") from error


def _estimator(algorithm: str, stored: Mapping[str, Any], encoder: TabularEncoder) -> Estimator:
    match algorithm:
        case "support_vectors":
            return Linear.from_dict(stored)
        case "neural_network":
            return Network.from_dict(stored, encoder)
        case "gradient_boosting" | "random_forest":
            return Trees.from_dict(stored)
    raise InvalidData("bad_artifact", f"unknown algorithm {algorithm!r}")
