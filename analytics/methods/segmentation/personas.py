"""What sets a segment apart from everybody else."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.cells import as_numbers
from analytics.methods.errors import InvalidData

__all__ = ["number_profile", "word_profile"]

FEWEST = 5  # members who say something
LEAST_SHARE = 0.1


def number_profile(frame: pd.DataFrame, segments: npt.ArrayLike) -> pd.DataFrame:
    """How far the mean of each column lies from that of the others, in standard deviations.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, f)
        Columns of numbers.
    segments : array_like of int, shape (n,)
        Segment of each row.

    Returns
    -------
    pandas.DataFrame
        One row a segment and column: ``segment``, ``field``, ``median``, ``mean``, ``rest`` (mean of
        the others), ``difference`` (standardised), the largest first within the segment.

    Raises
    ------
    InvalidData
        ``unequal_lengths``.

    References
    ----------
    J. Cohen (1988), "Statistical Power Analysis for the Behavioral Sciences", 2nd ed. (d).

    Examples
    --------
    >>> frame = pd.DataFrame({"visits": [1.0] * 10 + [2.0] * 10, "age": [3.0, 4.0] * 10})
    >>> found = number_profile(frame, [0] * 10 + [1] * 10)
    >>> found[["segment", "field"]].head(1).to_dict("records")
    [{'segment': 0, 'field': 'visits'}]
    """
    groups = _checked(frame, segments)
    rows = []
    for name in frame.columns:
        raw = as_numbers(frame[name])
        for segment in np.unique(groups):
            inside, outside = (raw[(groups == segment) == is_in] for is_in in (True, False))
            row = _difference(inside[np.isfinite(inside)], outside[np.isfinite(outside)])
            if row:
                rows.append({"segment": int(segment), "field": str(name), **row})
    columns = ["segment", "field", "median", "mean", "rest", "difference"]
    table = pd.DataFrame(rows, columns=columns)
    order = np.lexsort((table["field"], -table["difference"].abs(), table["segment"]))
    return table.iloc[order].reset_index(drop=True)


def _difference(
    inside: npt.NDArray[np.float64], outside: npt.NDArray[np.float64]
) -> dict[str, float] | None:
    if min(len(inside), len(outside)) < FEWEST:
        return None
    spread = float(np.sqrt((inside.var() + outside.var()) / 2))
    apart = float(inside.mean() - outside.mean())
    return {
        "median": float(np.median(inside)),
        "mean": float(inside.mean()),
        "rest": float(outside.mean()),
        "difference": apart / spread if spread > 0 else float(np.sign(apart)) * np.inf,
    }


def word_profile(frame: pd.DataFrame, segments: npt.ArrayLike) -> pd.DataFrame:
    """Words that are more frequent in a segment than elsewhere.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, f)
        Columns of words, such as industry or country.
    segments : array_like of int, shape (n,)
        Segment of each row.

    Returns
    -------
    pandas.DataFrame
        One row a segment, column and word: ``segment``, ``field``, ``word``, ``share`` (of the
        members who say something), ``rest`` (of the others), ``difference`` (of the arcsines of
        their roots, Cohen's h), the largest first within the segment; words of at least a tenth.

    Raises
    ------
    InvalidData
        ``unequal_lengths``.

    References
    ----------
    J. Cohen (1988), "Statistical Power Analysis for the Behavioral Sciences", 2nd ed. (h).

    Examples
    --------
    >>> frame = pd.DataFrame({"country": ["DE"] * 10 + ["FR"] * 10})
    >>> found = word_profile(frame, [0] * 10 + [1] * 10)
    >>> found[["segment", "word", "share", "rest"]].to_dict("records")[0]
    {'segment': 0, 'word': 'DE', 'share': 1.0, 'rest': 0.0}
    """
    groups = _checked(frame, segments)
    rows = []
    for name in frame.columns:
        words = frame[name].fillna("").astype(str).str.strip().to_numpy()
        told = words != ""
        for segment in np.unique(groups):
            inside, outside = words[told & (groups == segment)], words[told & (groups != segment)]
            if min(len(inside), len(outside)) < FEWEST:
                continue
            shares = pd.Series(inside).value_counts(normalize=True)
            others = pd.Series(outside).value_counts(normalize=True)
            for word, share in shares[shares >= LEAST_SHARE].items():
                rest = float(others.get(word, 0.0))
                apart = 2 * float(np.arcsin(np.sqrt(share)) - np.arcsin(np.sqrt(rest)))
                if apart > 0:
                    rows.append((int(segment), str(name), str(word), float(share), rest, apart))
    columns = ["segment", "field", "word", "share", "rest", "difference"]
    table = pd.DataFrame(rows, columns=columns)
    order = np.lexsort((table["word"], table["field"], -table["difference"], table["segment"]))
    return table.iloc[order].reset_index(drop=True)


def _checked(frame: pd.DataFrame, segments: npt.ArrayLike) -> npt.NDArray[np.int64]:
    groups = np.asarray(segments, dtype=np.int64)
    if groups.shape != (len(frame),):
        raise InvalidData("unequal_lengths", "one segment a row is needed")
    return groups
