"""Growing gradient boosted trees and random forests."""

from typing import Any, Literal

import lightgbm
import numpy as np
import numpy.typing as npt

from analytics.methods.table_rows import TableRows
from analytics.methods.trees import Trees

__all__ = ["fit_trees"]

FloatArray = npt.NDArray[np.float64]
Kind = Literal["boosting", "forest"]

COMMON: dict[str, Any] = {
    "objective": "binary",
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "bagging_freq": 1,
    "verbose": -1,
}
# Shallow and slow: on X Education 15 leaves tell more than 31 (log loss .375 against .376), and
# states as ordered numbers more than as sets of levels (.375 against .377).
SETTINGS: dict[Kind, dict[str, Any]] = {
    "boosting": {
        "learning_rate": 0.05,
        "num_leaves": 15,
        "min_data_in_leaf": 20,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.8,
        "lambda_l2": 5.0,
    },
    "forest": {
        "boosting": "rf",
        "num_leaves": 63,
        "min_data_in_leaf": 10,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.632,
    },
}


def fit_trees(rows: TableRows, y: FloatArray, kind: Kind, count: int, seed: int = 0) -> Trees:
    """Grow trees on numbers and states; missing values have a branch of their own.

    Parameters
    ----------
    rows : TableRows
        Training rows.
    y : ndarray of {0.0, 1.0}, shape (n,)
        Outcomes.
    kind : {"boosting", "forest"}
        One after the other on what is left, or side by side.
    count : int
        How many.
    seed : int
        Of the rows and fields that each tree sees.

    Returns
    -------
    Trees

    Examples
    --------
    >>> numbers = np.arange(200.0).reshape(-1, 1)
    >>> rows = TableRows(np.zeros((200, 1), dtype=int), numbers)
    >>> fit_trees(rows, (numbers[:, 0] > 100).astype(float), "forest", 10).used
    10
    """
    data = lightgbm.Dataset(rows.numbers, y, params={"verbose": -1}, free_raw_data=True)
    booster = lightgbm.train({**COMMON, **SETTINGS[kind], "seed": seed}, data, count)
    return Trees(booster.model_to_string(), count)
