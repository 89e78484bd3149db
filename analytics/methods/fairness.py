"""Whether probabilities treat groups of people alike."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.cells import Column, level_keys
from analytics.methods.errors import InvalidData
from analytics.methods.intervals import auc_interval, wilson_interval
from analytics.methods.reliability import check_probabilities

__all__ = ["group_table", "selection_ratio"]

LEAST = 50  # rows of a group; smaller ones are put together
SELECTED = 0.2  # the likeliest fifth is who gets called
OTHERS = "(others)"


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
        ``selected_lower`` and ``selected_upper``. Groups of fewer than 50 rows are put together.

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
    codes, keys, labels = level_keys(groups)
    names = pd.Series([label if key else "" for key, label in zip(keys, labels, strict=True)])
    shown = names.to_numpy(dtype=object)[codes]
    sizes = pd.Series(shown).value_counts()
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
        "roc_auc": np.nan,
        "auc_lower": np.nan,
        "auc_upper": np.nan,
    }
    if 0 < y.sum() < len(y):
        area = auc_interval(y, p)
        row |= {"roc_auc": area.auc, "auc_lower": area.lower, "auc_upper": area.upper}
    return row


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
