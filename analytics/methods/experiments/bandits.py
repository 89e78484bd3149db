"""Sending more to what seems better, while still trying the rest."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["chances_of_best", "thompson_shares"]

FloatArray = npt.NDArray[np.float64]


def chances_of_best(
    happened: Sequence[int], people: Sequence[int], *, seed: int = 0, draws: int = 20_000
) -> FloatArray:
    """Chance of each arm to have the highest share, from an even prior.

    Parameters
    ----------
    happened, people : sequence of int, length k
        Who said yes, and who was asked, in each arm.
    seed : int
        Of the draws.
    draws : int
        Of the shares of all arms.

    Returns
    -------
    ndarray of float, shape (k,)
        They add up to 1.

    Raises
    ------
    InsufficientData
        ``empty`` without arms.
    InvalidData
        ``unequal_lengths``, ``out_of_bounds``, ``bad_parameter``.

    References
    ----------
    S. L. Scott (2010), "A modern Bayesian look at the multi-armed bandit", Applied Stochastic
    Models in Business and Industry 26, 639–658.

    Examples
    --------
    >>> chances_of_best([10, 20], [100, 100]).round(2).tolist()
    [0.02, 0.98]
    """
    yes, asked = np.asarray(happened, dtype=np.float64), np.asarray(people, dtype=np.float64)
    if yes.shape != asked.shape:
        raise InvalidData("unequal_lengths", "each arm needs both counts")
    if not yes.size:
        raise InsufficientData("empty", needed=1, found=0)
    if not np.all((yes >= 0) & (yes <= asked)):
        raise InvalidData("out_of_bounds", "what happened must lie between 0 and the people")
    if draws < 1:
        raise InvalidData("bad_parameter", "there must be a draw")
    rng = np.random.default_rng(seed)
    drawn = rng.beta(1 + yes, 1 + asked - yes, size=(draws, yes.size))
    return np.bincount(drawn.argmax(axis=1), minlength=yes.size) / draws


def thompson_shares(
    happened: Sequence[int],
    people: Sequence[int],
    *,
    seed: int = 0,
    least: float = 0.05,
    draws: int = 20_000,
) -> FloatArray:
    """Shares of the next people that each arm should get (Thompson sampling, Beta–Bernoulli).

    Parameters
    ----------
    happened, people, seed, draws
        As for `chances_of_best`.
    least : float
        Share that each arm keeps, so that none is given up for bad luck; at most 1 / k.

    Returns
    -------
    ndarray of float, shape (k,)
        They add up to 1.

    Raises
    ------
    InsufficientData, InvalidData
        As `chances_of_best`.

    References
    ----------
    W. R. Thompson (1933), Biometrika 25, 285–294; O. Chapelle, L. Li (2011), "An Empirical
    Evaluation of Thompson Sampling", NIPS.

    Examples
    --------
    >>> thompson_shares([10, 20], [100, 100], least=0.1).round(2).tolist()
    [0.12, 0.88]
    """
    chances = chances_of_best(happened, people, seed=seed, draws=draws)
    if not 0 <= least <= 1 / chances.size:
        raise InvalidData("bad_parameter", "the least share of an arm is at most 1 / arms")
    shares: FloatArray = least + (1 - least * chances.size) * chances
    return shares
