"""Closed leads kept beside a model, so that those most like an open one can be shown."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.errors import InvalidData
from analytics.methods.states import CodedField
from analytics.methods.tabular import TabularEncoder

__all__ = ["ClosedCases", "state_distances"]

FloatArray = npt.NDArray[np.float64]
CodeArray = npt.NDArray[np.int8]

MOST_CASES = 5_000


@dataclass(frozen=True)
class ClosedCases:
    """A bounded sample of closed leads: their ids and their states, nothing else.

    Parameters
    ----------
    ids : ndarray of int, shape (n,)
        Of the leads, rising.
    codes : ndarray of int8, shape (n, f)
        State of each field, as `TabularEncoder.transform` gives it.

    References
    ----------
    J. C. Gower (1971), "A general coefficient of similarity and some of its properties",
    Biometrics 27.

    Examples
    --------
    >>> from analytics.methods.features import Feature
    >>> frame = pd.DataFrame({"source": ["web"] * 30 + ["fair"] * 30})
    >>> encoder = TabularEncoder.fit(frame, [Feature("source", "category")])
    >>> cases = ClosedCases.fit(encoder, frame, [0, 1] * 30)
    >>> cases.nearest(encoder, pd.DataFrame({"source": ["web"]}), {"source": 1.0})[:2].tolist()
    [29, 28]
    """

    ids: npt.NDArray[np.int64]
    codes: CodeArray

    @classmethod
    def fit(
        cls,
        encoder: TabularEncoder,
        frame: pd.DataFrame,
        outcomes: npt.ArrayLike,
        most: int = MOST_CASES,
        seed: int = 0,
    ) -> "ClosedCases":
        """Take all leads, or a sample with the same share of each outcome.

        Parameters
        ----------
        encoder : TabularEncoder
            That of the model.
        frame : DataFrame, shape (n, m)
            Raw cells; the index holds the ids, whole numbers.
        outcomes : array_like of {0, 1}, shape (n,)
            What became of them: the sample keeps the rate, so that neighbours tell it honestly.
        most : int
            Most leads kept.
        seed : int
            Of the sample.

        Returns
        -------
        ClosedCases

        Raises
        ------
        InvalidData
            ``missing_column``, ``duplicate_columns``; ``bad_parameter`` below one lead.
        """
        if most < 1:
            raise InvalidData("bad_parameter", "at least one lead")
        order = np.argsort(frame.index.to_numpy(), kind="stable")
        chosen = np.sort(_sample(np.asarray(outcomes)[order], most, seed))
        rows = frame.iloc[order[chosen]]
        codes = encoder.transform(rows).astype(np.int8)
        return cls(rows.index.to_numpy(dtype=np.int64), codes)

    def nearest(
        self, encoder: TabularEncoder, row: pd.DataFrame, weights: Mapping[str, float]
    ) -> npt.NDArray[np.int64]:
        """Positions of the closed leads, the most alike first, newer ones (larger ids) before older.

        Parameters
        ----------
        encoder : TabularEncoder
            The one of `fit`.
        row : DataFrame, shape (1, m)
            Raw cells of the lead.
        weights : mapping of str to float
            How much each field counts; one that is not named counts nothing.

        Returns
        -------
        ndarray of int, shape (n,)

        Raises
        ------
        InvalidData
            ``missing_column``, ``duplicate_columns``; ``bad_parameter`` unless it is one row.
        """
        if len(row) != 1:
            raise InvalidData("bad_parameter", "one lead at a time")
        own = encoder.transform(row)[0]
        total = np.zeros(len(self.ids))
        for place, field in enumerate(encoder.fields):
            weight = float(weights.get(field.feature.name, 0.0))
            if weight > 0:
                total += weight * state_distances(field, int(own[place]), self.codes[:, place])
        return np.lexsort((-self.ids, np.round(total, 9))).astype(np.int64)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; `from_dict` gives the same cases back."""
        return {
            "ids": self.ids.tolist(),
            "fields": self.codes.shape[1],
            "codes": base64.b64encode(self.codes.tobytes()).decode(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "ClosedCases":
        """Rebuild cases from `to_dict`.

        Raises
        ------
        InvalidData
            ``bad_artifact`` if the form is not one of ours.
        """
        try:
            ids = np.array(stored["ids"], dtype=np.int64)
            codes = np.frombuffer(base64.b64decode(stored["codes"]), dtype=np.int8)
            return cls(ids, codes.reshape(len(ids), int(stored["fields"])))
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidData("bad_artifact", f"not stored cases: {error!r}") from error


def state_distances(field: CodedField, own: int, others: npt.ArrayLike) -> FloatArray:
    """How far states of a field are from one: 0 the same, 1 as far as can be.

    Levels are the same or not; bins of a number are as far as they lie apart. What is missing, rare
    or new is only like itself.

    Parameters
    ----------
    field : CodedField
        Says which states there are.
    own : int
        State of the one.
    others : array_like of int, shape (n,)
        States of the others.

    Returns
    -------
    ndarray of float, shape (n,)

    Examples
    --------
    >>> from analytics.methods.features import Feature
    >>> field = CodedField(Feature("visits", "numeric"), ("≤ 2", "2 – 5", "> 5"), (), (2.0, 5.0),
    ...                    (9, 7, 8, 3), has_rare=False, has_missing=True)
    >>> state_distances(field, 0, [0, 1, 2, 3]).tolist()
    [0.0, 0.5, 1.0, 1.0]
    """
    codes = np.asarray(others, dtype=np.int64)
    differs: FloatArray = (codes != own).astype(np.float64)
    regular = len(field.labels)
    if field.feature.kind != "numeric" or regular < 2 or not 0 <= own < regular:
        return differs
    apart = np.abs(codes - own) / (regular - 1)
    distances: FloatArray = np.where((codes >= 0) & (codes < regular), apart, differs)
    return distances


def _sample(outcomes: npt.NDArray[Any], most: int, seed: int) -> npt.NDArray[np.int64]:
    """Positions of a sample with the same share of each outcome."""
    if len(outcomes) <= most:
        return np.arange(len(outcomes))
    chance = np.random.default_rng(seed)
    parts: Sequence[npt.NDArray[np.int64]] = [
        chance.choice(
            np.flatnonzero(outcomes == outcome),
            size=int(most * (outcomes == outcome).sum() // len(outcomes)),
            replace=False,
        )
        for outcome in np.unique(outcomes)
    ]
    return np.concatenate(parts)
