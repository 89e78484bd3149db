"""A small neural network whose answer is split exactly among the fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.methods.estimators import field_sums
from analytics.methods.logistic import CHUNK, centred_one_hot
from analytics.methods.table_rows import TableRows
from analytics.methods.tabular import TabularEncoder

__all__ = ["Network"]

FloatArray = npt.NDArray[np.float64]

TINY = 1e-12


@dataclass(frozen=True)
class Network:
    """One hidden layer of rectified units over centred states.

    The contributions are those of DeepLIFT's rescale rule against the average training row: each
    unit's change is shared out in proportion to what entered it, so they add up exactly.

    Parameters
    ----------
    encoder : TabularEncoder
        Knows the states.
    into, biases : ndarray, shapes (p, h) and (h,)
        Weights into the units.
    out : ndarray, shape (h,)
        Weights from the units.
    offset : float
        Added to them.

    References
    ----------
    A. Shrikumar, P. Greenside, A. Kundaje (2017), "Learning important features through propagating
    activation differences", ICML.

    Examples
    --------
    >>> import pandas as pd
    >>> from analytics.methods.features import Feature
    >>> frame = pd.DataFrame({"source": ["web"] * 30 + ["fair"] * 30})
    >>> encoder = TabularEncoder.fit(frame, [Feature("source", "category")])
    >>> model = Network(encoder, np.eye(2), np.zeros(2), np.array([1.0, -1.0]), 0.5)
    >>> model.logits(TableRows.of(encoder, frame.head(1))).tolist(), model.base
    ([0.0], 0.5)
    """

    encoder: TabularEncoder
    into: FloatArray
    biases: FloatArray
    out: FloatArray
    offset: float

    @property
    def base(self) -> float:
        """Log-odds of the average training row."""
        return float(np.maximum(self.biases, 0.0) @ self.out) + self.offset

    def contributions(self, rows: TableRows) -> FloatArray:
        """What each field adds, against the average training row."""
        found = np.empty(rows.codes.shape)
        for start in range(0, len(rows), CHUNK):
            part = slice(start, start + CHUNK)
            found[part] = self._shared_out(rows.codes[part])
        return found

    def _shared_out(self, codes: npt.NDArray[np.int64]) -> FloatArray:
        design = centred_one_hot(codes, self.encoder)
        change = design @ self.into
        fired = np.maximum(self.biases + change, 0.0) - np.maximum(self.biases, 0.0)
        rates = np.divide(fired, change, out=np.zeros_like(change), where=np.abs(change) > TINY)
        return field_sums(design * ((rates * self.out) @ self.into.T), self.encoder)

    def logits(self, rows: TableRows) -> FloatArray:
        """The network's own answer."""
        found = np.empty(len(rows))
        for start in range(0, len(rows), CHUNK):
            part = slice(start, start + CHUNK)
            entered = centred_one_hot(rows.codes[part], self.encoder) @ self.into + self.biases
            found[part] = np.maximum(entered, 0.0) @ self.out + self.offset
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form without the encoder; `from_dict` gives the same network back."""
        return {
            "into": self.into.tolist(),
            "biases": self.biases.tolist(),
            "out": self.out.tolist(),
            "offset": self.offset,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], encoder: TabularEncoder) -> "Network":
        """Rebuild a network from `to_dict`."""
        into, biases, out = (
            np.array(stored[name], dtype=np.float64) for name in ("into", "biases", "out")
        )
        return cls(encoder, into, biases, out, float(stored["offset"]))
