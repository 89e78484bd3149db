"""Several comparisons at once, and none of them clear by luck alone."""

from collections.abc import Sequence

import numpy as np

from analytics.methods.errors import InvalidData

__all__ = ["holm"]


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values raised so that the chance of even one false alarm stays below the level.

    Parameters
    ----------
    p_values : sequence of float
        Of the comparisons of one question, in any order.

    Returns
    -------
    list of float
        In the same order, never smaller than before, at most 1.

    Raises
    ------
    InvalidData
        ``out_of_bounds`` where one is no number between 0 and 1.

    References
    ----------
    S. Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian
    Journal of Statistics 6, 65–70.

    Examples
    --------
    >>> [round(value, 2) for value in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=np.float64)
    if not np.all((p >= 0) & (p <= 1)):
        raise InvalidData("out_of_bounds", "p-values lie between 0 and 1")
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(p[order] * (p.size - np.arange(p.size)))
    found = np.empty_like(p)
    found[order] = np.minimum(raised, 1.0)
    return [float(value) for value in found]
