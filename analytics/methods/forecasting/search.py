"""Minima of many small problems at once, without chance."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["halton_points", "minimise_all"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Objective = Callable[[FloatArray, IntArray], FloatArray]

PRIMES = (2, 3, 5, 7, 11, 13)
FIRST = 40  # points of the first round
AROUND = 16  # points around the best in each further round
ROUNDS = 7
REACH = 0.35  # of the box, in the first round around the best
SHRINKS = 0.55


@lru_cache(maxsize=32)
def halton_points(count: int, dimensions: int) -> FloatArray:
    """Points that fill the unit box evenly, always the same ones.

    Parameters
    ----------
    count, dimensions : int
        At most six dimensions.

    Returns
    -------
    ndarray, shape (count, dimensions)
        Between 0 and 1; read only.

    References
    ----------
    J. H. Halton (1960), "On the efficiency of certain quasi-random sequences of points", Numerische
    Mathematik 2, 84–90.

    Examples
    --------
    >>> halton_points(3, 2).round(3).tolist()
    [[0.5, 0.333], [0.25, 0.667], [0.75, 0.111]]
    """
    found = np.empty((count, dimensions))
    for column, base in enumerate(PRIMES[:dimensions]):
        for row in range(count):
            number, share, place = row + 1, 1.0, 0.0
            while number:
                share /= base
                number, digit = divmod(number, base)
                place += digit * share
            found[row, column] = place
    found.setflags(write=False)
    return found


def minimise_all(
    objective: Objective,
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
    problems: int,
    starts: npt.ArrayLike,
    rounds: int = ROUNDS,
) -> tuple[FloatArray, FloatArray]:
    """The best point found for each problem: an even first look, then ever closer around the best.

    For two to four bounded parameters of a smooth objective that costs the same for one point as
    for a thousand, this takes fewer passes than a simplex of each problem.

    Parameters
    ----------
    objective : callable
        Takes points, shape (r, d), and the number of each one's problem, shape (r,), in rising
        order; returns values, shape (r,). What is not finite is never chosen.
    lower, upper : array_like, shape (d,)
        The box.
    problems : int
        How many.
    starts : array_like, shape (s, d)
        Points in the box that are tried for every problem.
    rounds : int
        After the first.

    Returns
    -------
    points : ndarray, shape (problems, d)
        Where nothing was finite, the first start.
    values : ndarray, shape (problems,)

    Examples
    --------
    >>> goals = np.array([0.2, 0.7])
    >>> points, _ = minimise_all(lambda x, p: (x[:, 0] - goals[p]) ** 2, [0], [1], 2, [[0.5]])
    >>> bool(np.abs(points[:, 0] - goals).max() < 0.01)
    True
    """
    low = np.asarray(lower, dtype=np.float64)
    size = np.asarray(upper, dtype=np.float64) - low
    numbers = np.arange(problems)

    def best_of(places: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Of the points of each problem, shape (problems, k, d), in units of the box."""
        count = places.shape[1]
        points = low + places.reshape(-1, len(low)) * size
        values = objective(points, np.repeat(numbers, count)).reshape(problems, count)
        values = np.where(np.isfinite(values), values, np.inf)
        chosen = values.argmin(axis=1)
        return places[numbers, chosen], values[numbers, chosen]

    first = np.vstack([(np.asarray(starts) - low) / size, halton_points(FIRST, len(low))])
    best, values = best_of(np.repeat(first[None], problems, axis=0))
    around = 2 * halton_points(AROUND, len(low)) - 1
    around = np.sign(around) * np.abs(around) ** 1.5
    for number in range(rounds):
        steps = REACH * SHRINKS**number * (around if number % 2 == 0 else -around)
        found, reached = best_of(np.clip(best[:, None] + steps, 0, 1))
        is_better = reached < values
        best = np.where(is_better[:, None], found, best)
        values = np.where(is_better, reached, values)
    return low + best * size, values
