"""A table as the models read it: a state for each field, and numbers as they are."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.cells import FloatArray, as_numbers
from analytics.methods.states import Codes
from analytics.methods.tabular import TabularEncoder

__all__ = ["TableRows"]


@dataclass(frozen=True)
class TableRows:
    """Rows read by one encoder, in the order they were given.

    Parameters
    ----------
    codes : ndarray of int, shape (n, f)
        States from `TabularEncoder.transform`; -1 is neutral.
    numbers : ndarray of float, shape (n, f)
        The number of a numeric field, the state of another one; NaN where it is missing or neutral.

    Examples
    --------
    >>> from analytics.methods.features import Feature
    >>> frame = pd.DataFrame({"visits": [3.5] * 30 + [7.0] * 30})
    >>> encoder = TabularEncoder.fit(frame, [Feature("visits", "numeric")])
    >>> rows = TableRows.of(encoder, pd.DataFrame({"visits": [5, None]}))
    >>> rows.codes.tolist(), rows.numbers.tolist()
    ([[1], [-1]], [[5.0], [nan]])
    """

    codes: Codes
    numbers: FloatArray

    @classmethod
    def of(cls, encoder: TabularEncoder, frame: pd.DataFrame) -> "TableRows":
        """Read raw cells.

        Parameters
        ----------
        encoder : TabularEncoder
            Knows the fields.
        frame : DataFrame, shape (n, m)
            Raw cells.

        Returns
        -------
        TableRows

        Raises
        ------
        InvalidData
            ``missing_column``, ``duplicate_columns``.
        """
        codes = encoder.transform(frame)
        numbers = np.where(codes < 0, np.nan, codes.astype(np.float64))
        for position, field in enumerate(encoder.fields):
            if field.feature.kind == "numeric":
                cells = frame[field.feature.name]
                numbers[:, position] = as_numbers(cells, encoder.missing_values)
        return cls(codes, numbers)

    def take(self, positions: npt.NDArray[np.intp]) -> "TableRows":
        """The rows at some positions."""
        return TableRows(self.codes[positions], self.numbers[positions])

    def __len__(self) -> int:
        return len(self.codes)
