"""How long records stay in a stage, from counts of whole days: those that still stay are not left out."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InvalidData

__all__ = ["day_counts", "stay_quantiles"]

IntArray = npt.NDArray[np.int64]
LONGEST = 1_200  # days; longer stays count as that long, without an end


def day_counts(days: npt.ArrayLike, has_ended: npt.ArrayLike) -> tuple[IntArray, IntArray]:
    """Count stays by their length in whole days.

    Parameters
    ----------
    days : array_like of int, shape (n,)
        Lengths, not negative.
    has_ended : array_like of bool, shape (n,)
        Whether the stay is over.

    Returns
    -------
    ended, running : ndarray of int, shape (LONGEST + 1,)
        How many ended after, and have lasted for, so many days. Counts of parts may be added up.

    Raises
    ------
    InvalidData
        ``bad_parameter``: a negative length.

    Examples
    --------
    >>> ended, running = day_counts([2, 2, 5], [True, False, True])
    >>> ended[:6].tolist(), running[:6].tolist()
    ([0, 0, 1, 0, 0, 1], [0, 0, 1, 0, 0, 0])
    """
    lengths = np.asarray(days, dtype=np.int64)
    over = np.asarray(has_ended, dtype=bool)
    if (lengths < 0).any():
        raise InvalidData("bad_parameter", "a stay cannot be shorter than nothing")
    over = over & (lengths < LONGEST)
    short = np.minimum(lengths, LONGEST)
    ended = np.bincount(short[over], minlength=LONGEST + 1)
    running = np.bincount(short[~over], minlength=LONGEST + 1)
    return ended.astype(np.int64), running.astype(np.int64)


def stay_quantiles(
    ended: npt.ArrayLike, running: npt.ArrayLike, shares: Sequence[float]
) -> list[int | None]:
    """After how many days so large a share of stays is over.

    Parameters
    ----------
    ended, running : array_like of int, shape (k,)
        As `day_counts` gives them.
    shares : sequence of float
        Such as 0.5 for the median.

    Returns
    -------
    list of int or None
        None where so many have never been seen to end.

    Raises
    ------
    InvalidData
        ``bad_parameter``: counts of different lengths.

    References
    ----------
    E. L. Kaplan, P. Meier (1958), "Nonparametric estimation from incomplete observations", JASA 53.

    Examples
    --------
    >>> ended, running = day_counts([6, 6, 6, 6, 7, 9, 10], [1, 1, 1, 0, 1, 0, 1])
    >>> stay_quantiles(ended, running, [0.5, 0.9])
    [7, 10]
    """
    over = np.asarray(ended, dtype=np.float64)
    still = np.asarray(running, dtype=np.float64)
    if over.shape != still.shape:
        raise InvalidData("bad_parameter", "as many counts of running stays as of ended ones")
    at_risk = np.cumsum((over + still)[::-1])[::-1]
    left = np.cumprod(1 - np.divide(over, at_risk, out=np.zeros_like(over), where=at_risk > 0))
    found: list[int | None] = []
    for share in shares:
        days = np.flatnonzero(left <= 1 - share + 1e-12)
        found.append(int(days[0]) if len(days) else None)
    return found
