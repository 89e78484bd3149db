"""Turns raw lead fields into state codes: one small whole number per field and row.

Every field, numeric or not, becomes a handful of states: quantile bins or levels, one state for
the rare levels, one for "missing". Measured on X Education (first 70 % by time fit, the rest held
out, ridge logistic regression): log loss .393 with ten bins against .405 with robust-scaled
numbers, ROC-AUC .899 against .893. States also make the rest simple: a field's contribution is
one look-up, a reason can be said in words, drift and leaks are counted on the same states.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.methods.cells import FloatArray
from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.features import Feature
from analytics.methods.states import CodedField, Codes, field_from_dict, fit_field

__all__ = ["TabularEncoder", "check_columns"]


@dataclass(frozen=True)
class TabularEncoder:
    """Field states of a whole table, and the one-hot columns they map to.

    Parameters
    ----------
    fields : tuple of CodedField
        The usable fields.
    dropped : mapping of str to str
        Fields left out, with the reason (``constant``: fewer than `min_count` rows differ).
    missing_values : tuple of str
        Words that mean "not answered".

    See Also
    --------
    TabularEncoder.fit : how one is made.

    Examples
    --------
    >>> frame = pd.DataFrame({"source": ["web"] * 30 + ["fair"] * 30, "visits": range(60)})
    >>> encoder = TabularEncoder.fit(
    ...     frame, [Feature("source", "category"), Feature("visits", "numeric")], bins=2)
    >>> encoder.fields[0].states, encoder.columns
    (('fair', 'web'), {'source': slice(0, 2, None), 'visits': slice(2, 4, None)})
    >>> encoder.transform(frame.iloc[[0, 59]]).tolist()
    [[1, 0], [0, 1]]
    """

    fields: tuple[CodedField, ...]
    dropped: Mapping[str, str]
    missing_values: tuple[str, ...] = ()

    @classmethod
    def fit(
        cls,
        frame: pd.DataFrame,
        features: Sequence[Feature],
        *,
        missing_values: Collection[str] = (),
        bins: int = 10,
        min_count: int = 20,
        min_share: float = 0.002,
        max_levels: int = 50,
    ) -> "TabularEncoder":
        """Learn the states of each field; the target is not looked at.

        Parameters
        ----------
        frame : DataFrame, shape (n, m)
            Training rows, raw cells.
        features : sequence of Feature
            Columns to use, each with its kind.
        missing_values : collection of str
            Words that mean "not answered", in any spelling.
        bins : int
            Most bins of a number, cut at quantiles; a value shared by a tenth of the rows or
            more at the lower end (the zero of a count) gets a bin of its own.
        min_count : int
            A level or bin needs this many rows.
        min_share : float
            … and this share of the rows. Smaller levels are merged into one "rare" state.
        max_levels : int
            Most levels of a category; the smallest beyond it are rare.

        Returns
        -------
        TabularEncoder

        Raises
        ------
        InsufficientData
            ``empty`` without rows, ``no_usable_field`` if every field is dropped.
        InvalidData
            ``missing_column``, ``duplicate_columns``.
        """
        check_columns(frame, features)
        if frame.empty:
            raise InsufficientData("empty", needed=1, found=0)
        least = max(min_count, int(np.ceil(min_share * len(frame))), 1)
        words = tuple(sorted(missing_values))
        fields: list[CodedField] = []
        dropped: dict[str, str] = {}
        for feature in features:
            field = fit_field(feature, frame[feature.name], words, bins, max_levels, least)
            if len(frame) - max(field.counts) < min_count:
                dropped[feature.name] = "constant"
            else:
                fields.append(field)
        if not fields:
            raise InsufficientData("no_usable_field", needed=1, found=0)
        return cls(tuple(fields), dropped, words)

    @property
    def columns(self) -> dict[str, slice]:
        """Where each field's states stand among the one-hot columns."""
        ends = np.cumsum([len(field.counts) for field in self.fields]).tolist()
        starts = [0, *ends[:-1]]
        names = (field.feature.name for field in self.fields)
        return {name: slice(a, b) for name, a, b in zip(names, starts, ends, strict=True)}

    @property
    def shares(self) -> FloatArray:
        """Share of the training rows in each state, in the order of the one-hot columns."""
        counts = (np.array(field.counts, dtype=np.float64) for field in self.fields)
        return np.concatenate([count / count.sum() for count in counts])

    def transform(self, frame: pd.DataFrame) -> Codes:
        """State codes of every row.

        Parameters
        ----------
        frame : DataFrame, shape (n, m)
            Raw cells; columns that are not fields of the encoder are ignored.

        Returns
        -------
        ndarray of int, shape (n, number of fields)
            In the order of `fields`; -1 is neutral.

        Raises
        ------
        InvalidData
            ``missing_column``, ``duplicate_columns``.
        """
        check_columns(frame, [field.feature for field in self.fields])
        codes = np.empty((len(frame), len(self.fields)), dtype=np.int64)
        for position, field in enumerate(self.fields):
            codes[:, position] = field.encode(frame[field.feature.name], self.missing_values)
        return codes

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; `from_dict` gives the same encoder back."""
        return {
            "fields": [asdict(field) for field in self.fields],
            "dropped": dict(self.dropped),
            "missing_values": list(self.missing_values),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "TabularEncoder":
        """Rebuild an encoder from `to_dict`.

        Raises
        ------
        InvalidData
            ``bad_artifact`` if the form is not one of ours.
        """
        try:
            fields = tuple(field_from_dict(entry) for entry in stored["fields"])
            return cls(fields, dict(stored["dropped"]), tuple(stored["missing_values"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise InvalidData("bad_artifact", f"not a stored encoder: {error!r}") from error


def check_columns(frame: pd.DataFrame, features: Sequence[Feature]) -> None:
    """Refuse a frame without the features' columns, each once.

    Parameters
    ----------
    frame : DataFrame, shape (n, m)
        Raw cells.
    features : sequence of Feature
        What is wanted of it.

    Returns
    -------
    None

    Raises
    ------
    InvalidData
        ``missing_column``, ``duplicate_columns``.

    Examples
    --------
    >>> check_columns(pd.DataFrame({"source": ["web"]}), [Feature("source", "category")])
    """
    names = [feature.name for feature in features]
    absent = sorted(set(names) - set(frame.columns))
    if absent:
        raise InvalidData("missing_column", f"no column {', '.join(map(repr, absent))}")
    twice = {name for name in names if names.count(name) > 1}
    twice |= set(names) & set(frame.columns[frame.columns.duplicated()])
    if twice:
        raise InvalidData("duplicate_columns", f"more than once: {', '.join(sorted(twice))}")
