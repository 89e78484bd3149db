"""Which of two forecasts of the same periods was nearer so far."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

__all__ = ["ViewComparison", "compare_views"]

SURE = 2.0  # standard errors


@dataclass(frozen=True)
class ViewComparison:
    """Errors of two views on the periods that both spoke of.

    Parameters
    ----------
    periods : int
        How many these are.
    first_error, second_error : float
        Sum of absolute errors over the sum of what happened.
    better : {"first", "second", ""}
        Which was nearer; blank where there is nothing to compare.
    is_sure : bool
        Whether the difference is more than two standard errors.

    Examples
    --------
    >>> ViewComparison(0, 0.0, 0.0, "", False).periods
    0
    """

    periods: int
    first_error: float
    second_error: float
    better: str
    is_sure: bool


def compare_views(
    actual: Mapping[str, float], first: Mapping[str, float], second: Mapping[str, float]
) -> ViewComparison:
    """Compare two views by the periods that both have and of which the end is known.

    Parameters
    ----------
    actual, first, second : mapping of str to float
        What happened and what each view said, by period.

    Returns
    -------
    ViewComparison

    References
    ----------
    F. X. Diebold, R. S. Mariano (1995), "Comparing predictive accuracy", Journal of Business &
    Economic Statistics 13, for errors that do not overlap.

    Examples
    --------
    >>> happened = {"2026-01": 100.0, "2026-04": 100.0}
    >>> found = compare_views(happened, {"2026-01": 90.0, "2026-04": 110.0}, {"2026-01": 70.0})
    >>> found.periods, found.better, found.first_error, found.second_error
    (1, 'first', 0.1, 0.3)
    """
    both = sorted(set(actual) & set(first) & set(second))
    total = sum(abs(actual[period]) for period in both)
    if not both or not total:
        return ViewComparison(len(both), 0.0, 0.0, "", False)
    errors = np.array(
        [[abs(view[p] - actual[p]) for p in both] for view in (first, second)], dtype=np.float64
    )
    gap = errors[0] - errors[1]
    error = float(gap.std(ddof=1) / np.sqrt(len(both))) if len(both) > 1 else float("inf")
    one, other = (errors.sum(axis=1) / total).tolist()
    better = "" if one == other else "first" if one < other else "second"
    return ViewComparison(
        len(both), one, other, better, bool(better) and abs(float(gap.mean())) > SURE * error
    )
