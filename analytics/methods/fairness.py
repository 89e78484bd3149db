"""Whether probabilities treat groups of people alike."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.cells import Column, level_keys
from analytics.methods.errors import InvalidData
from analytics.methods.intervals import auc_interval, wilson_interval
from analytics.methods.reliability import check_probabilities

__all__ = ["four_fifths", "group_table", "selection_ratio", "small_groups"]

LEAST = 50  # rows of a group; smaller ones are put together
SELECTED = 0.2  # the likeliest fifth is who gets called
OTHERS = "(others)"
FOUR_FIFTHS = 0.8
NORMAL_975 = 1.959963984540054


def group_table(
    groups: Column, outcomes: npt.ArrayLike, probabilities: npt.ArrayLike
) -> pd.DataFrame:
    """How good probabilities are for each group, and how often it is among the likeliest.

    Parameters
    ----------
    groups : Series, shape (n,)
        Raw cells of the field that parts the rows; missing is a group of its own.
    outcomes : array_like of {0, 1}, shape (n,)
        What happened.
    probabilities : array_like of float, shape (n,)
        Out of fold, 0–1.

    Returns
    -------
    DataFrame
        A row per group, the largest first: ``group``, ``n``, ``observed`` and ``predicted`` (shares),
        ``observed_lower``, ``observed_upper``, ``roc_auc`` with ``auc_lower`` and ``auc_upper`` (NaN
        where one class is left), ``selected`` (share among the likeliest fifth of all rows) with
        ``selected_lower`` and ``selected_upper``, ``found`` (the same share of those that
        converted) with ``found_lower`` and ``found_upper``. Groups of fewer than 50 rows are put
        together.

    Raises
    ------
    InsufficientData, InvalidData
        As `reliability_table`; ``unequal_lengths``.

    References
    ----------
    U.S. Equal Employment Opportunity Commission (1978), Uniform Guidelines, 29 CFR 1607.4 D (the
    four-fifths rule).

    Examples
    --------
    >>> groups = pd.Series(["north"] * 60 + ["south"] * 60)
    >>> table = group_table(groups, [0, 1] * 60, [0.2, 0.8] * 60)
    >>> table[["group", "n", "selected"]].round(1).to_dict("list")
    {'group': ['north', 'south'], 'n': [60, 60], 'selected': [0.5, 0.5]}
    """
    y, p = check_probabilities(outcomes, probabilities)
    if len(groups) != len(y):
        raise InvalidData("unequal_lengths", f"{len(groups)} groups for {len(y)} outcomes")
    shown = _names(groups)
    sizes = pd.Series(shown, dtype=object).value_counts()
    small = set(sizes[sizes < LEAST].index)
    shown = np.array([OTHERS if name in small else name for name in shown], dtype=object)
    likely = p >= np.quantile(p, 1 - SELECTED)
    table = pd.DataFrame(
        [
            _row(name, y[shown == name], p[shown == name], likely[shown == name])
            for name in pd.unique(shown)
        ]
    )
    return table.sort_values(["n", "group"], ascending=[False, True], ignore_index=True)


def _row(
    name: str,
    y: npt.NDArray[np.float64],
    p: npt.NDArray[np.float64],
    likely: npt.NDArray[np.bool_],
) -> dict[str, Any]:
    won_low, won_high = wilson_interval([y.sum()], [float(len(y))])
    low, high = wilson_interval([likely.sum()], [float(len(y))])
    found_low, found_high = wilson_interval([y[likely].sum()], [y.sum()])
    row: dict[str, Any] = {
        "group": name,
        "n": len(y),
        "observed": float(y.mean()),
        "observed_lower": float(won_low[0]),
        "observed_upper": float(won_high[0]),
        "predicted": float(p.mean()),
        "selected": float(likely.mean()),
        "selected_lower": float(low[0]),
        "selected_upper": float(high[0]),
        "found": float(y[likely].sum() / y.sum()) if y.sum() else np.nan,
        "found_lower": float(found_low[0]),
        "found_upper": float(found_high[0]),
        "roc_auc": np.nan,
        "auc_lower": np.nan,
        "auc_upper": np.nan,
    }
    if 0 < y.sum() < len(y):
        area = auc_interval(y, p)
        row |= {"roc_auc": area.auc, "auc_lower": area.lower, "auc_upper": area.upper}
    return row


def _names(groups: Column) -> npt.NDArray[np.object_]:
    """The group of each row as a person reads it; missing is empty."""
    codes, keys, labels = level_keys(groups)
    names = [label if key else "" for key, label in zip(keys, labels, strict=True)]
    found: npt.NDArray[np.object_] = np.array(names, dtype=object)[codes]
    return found


def small_groups(groups: Column) -> dict[str, int]:
    """How many rows each group has that is too small to be compared, the largest first.

    Parameters
    ----------
    groups : Series, shape (n,)
        See `group_table`.

    Returns
    -------
    dict of str to int
        Groups of fewer than 50 rows.

    Examples
    --------
    >>> small_groups(pd.Series(["north"] * 60 + ["south"] * 7 + ["east"] * 9))
    {'east': 9, 'south': 7}
    """
    sizes = pd.Series(_names(groups), dtype=object).value_counts()
    small = sizes[sizes < LEAST]
    pairs = zip(small.index.tolist(), small.tolist(), strict=True)
    return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def four_fifths(table: pd.DataFrame) -> list[tuple[str, bool]]:
    """Groups chosen less than four fifths as often as the one that is chosen most.

    Parameters
    ----------
    table : DataFrame
        From `group_table`.

    Returns
    -------
    list of (str, bool)
        Each such group, and whether it surely is: whether the 95 % interval of the ratio of the two
        shares lies below four fifths. Otherwise it may be chance. Only groups of 50 rows or more.

    References
    ----------
    See `group_table`. The interval of the ratio: D. Katz et al. (1978), Biometrics 34, 469–474, with
    half a row added to each count (S. Walter 1975) so that nobody chosen is no fault.

    Examples
    --------
    >>> four_fifths(pd.DataFrame({"group": ["north", "south", "east"], "n": [400, 400, 60],
    ...     "selected": [0.3, 0.1, 0.2]}))
    [('south', True), ('east', False)]
    """
    large = table[table["n"] >= LEAST]
    if large.empty:
        return []
    most = large.iloc[int(large["selected"].to_numpy().argmax())]
    below = large[large["selected"] < FOUR_FIFTHS * float(most["selected"])]
    return [
        (str(row["group"]), _highest_ratio(row, most) < FOUR_FIFTHS) for _, row in below.iterrows()
    ]


def _highest_ratio(row: "pd.Series[Any]", most: "pd.Series[Any]") -> float:
    """Upper end of the interval of one share over another."""
    n, m = float(row["n"]) + 0.5, float(most["n"]) + 0.5
    a = float(row["selected"]) * float(row["n"]) + 0.5
    b = float(most["selected"]) * float(most["n"]) + 0.5
    spread = (1 / a - 1 / n + 1 / b - 1 / m) ** 0.5
    return float(a / n / (b / m) * np.exp(NORMAL_975 * spread))


def selection_ratio(table: pd.DataFrame) -> float:
    """The smallest selection rate over the largest; below 0.8 the four-fifths rule is broken.

    Parameters
    ----------
    table : DataFrame
        From `group_table`.

    Returns
    -------
    float
        1 where there is one group, or nobody is selected.

    Examples
    --------
    >>> round(selection_ratio(pd.DataFrame({"selected": [0.3, 0.2]})), 2)
    0.67
    """
    largest = float(table["selected"].max())
    return float(table["selected"].min()) / largest if largest else 1.0
