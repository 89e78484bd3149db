"""What the candidates of a score have in common: log-odds that are a sum over fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from analytics.methods.states import Codes
from analytics.methods.table_rows import TableRows
from analytics.methods.tabular import TabularEncoder

__all__ = ["Estimator", "Linear", "field_sums"]

FloatArray = npt.NDArray[np.float64]


class Estimator(Protocol):
    """A fitted model of uncalibrated log-odds.

    Parameters
    ----------
    rows : TableRows
        Read by the encoder that the model was fitted with.

    Examples
    --------
    >>> class Nothing:
    ...     base = 0.0
    ...     def contributions(self, rows):
    ...         return np.zeros(rows.codes.shape)
    ...     def logits(self, rows):
    ...         return np.zeros(len(rows))
    ...     def to_dict(self):
    ...         return {}
    >>> model: Estimator = Nothing()
    """

    @property
    def base(self) -> float:
        """Log-odds that the contributions start from."""

    def contributions(self, rows: TableRows) -> FloatArray:
        """What each field adds to the log-odds of each row, shape (n, f); exact."""

    def logits(self, rows: TableRows) -> FloatArray:
        """``base + contributions.sum(axis=1)``, found more quickly; shape (n,)."""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form."""


def field_sums(columns: FloatArray, encoder: TabularEncoder) -> FloatArray:
    """Sums of the columns of each field.

    Parameters
    ----------
    columns : ndarray, shape (n, p)
        One per state, in the order of the encoder.
    encoder : TabularEncoder
        Knows which states are whose.

    Returns
    -------
    ndarray, shape (n, f)

    Examples
    --------
    >>> import pandas as pd
    >>> from analytics.methods.features import Feature
    >>> frame = pd.DataFrame({"source": ["web"] * 30 + ["fair"] * 30})
    >>> encoder = TabularEncoder.fit(frame, [Feature("source", "category")])
    >>> field_sums(np.array([[1.0, 2.0]]), encoder).tolist()
    [[3.0]]
    """
    starts = [block.start for block in encoder.columns.values()]
    sums: FloatArray = np.add.reduceat(columns, starts, axis=1)
    return sums


@dataclass(frozen=True)
class Linear:
    """One weight for each state: a linear support vector machine.

    Parameters
    ----------
    base : float
        Value of the average training row.
    effects : ndarray, shape (p,)
        Weight of each state less its field's training mean.
    starts : tuple of int, length f
        Where each field's states begin.

    Examples
    --------
    >>> model = Linear(0.5, np.array([-1.0, 1.0]), (0,))
    >>> model.logits(TableRows(np.array([[1], [-1]]), np.array([[1.0], [np.nan]]))).tolist()
    [1.5, 0.5]
    """

    base: float
    effects: FloatArray
    starts: tuple[int, ...]

    def contributions(self, rows: TableRows) -> FloatArray:
        """What each field adds; a neutral state adds nothing."""
        return _look_up(self.effects, rows.codes, self.starts)

    def logits(self, rows: TableRows) -> FloatArray:
        """Base and contributions."""
        logits: FloatArray = self.base + self.contributions(rows).sum(axis=1)
        return logits

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; `from_dict` gives the same model back."""
        return {"base": self.base, "effects": self.effects.tolist(), "starts": list(self.starts)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Linear":
        """Rebuild a model from `to_dict`."""
        effects = np.array(stored["effects"], dtype=np.float64)
        return cls(float(stored["base"]), effects, tuple(map(int, stored["starts"])))

    @classmethod
    def of(cls, base: float, weights: FloatArray, encoder: TabularEncoder) -> "Linear":
        """From weights on centred states (`centred_one_hot`)."""
        effects = weights.astype(np.float64)
        for block in encoder.columns.values():
            effects[block] -= encoder.shares[block] @ weights[block]
        return cls(base, effects, tuple(block.start for block in encoder.columns.values()))


def _look_up(effects: FloatArray, codes: Codes, starts: tuple[int, ...]) -> FloatArray:
    return np.where(codes >= 0, effects[np.maximum(codes, 0) + np.array(starts)], 0.0)
