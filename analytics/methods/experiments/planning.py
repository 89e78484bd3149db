"""How many people a test needs, how long it takes, and what it can see."""

from collections.abc import Callable
from math import ceil, sqrt

from scipy.optimize import brentq
from scipy.stats import norm

from analytics.methods.errors import InvalidData
from analytics.methods.experiments.always_valid import sequential_margin

__all__ = ["days_needed", "people_needed", "power_of", "smallest_effect"]

MOST_PEOPLE = 1e12


def power_of(
    people: float,
    usual: float,
    change: float,
    *,
    share: float = 0.5,
    alpha: float = 0.05,
    is_sequential: bool = False,
) -> float:
    """Chance that a test of two shares comes out clear if the change is real.

    Parameters
    ----------
    people : float
        Both arms together.
    usual : float
        Share without, between 0 and 1.
    change : float
        Difference that the treatment makes; the sum must stay between 0 and 1.
    share : float
        Of the people in the treated arm.
    alpha : float
        Of the two-sided test.
    is_sequential : bool
        For the always-valid test, tuned for this number of people: the chance at its last look. A
        clear result on an earlier look comes on top.

    Returns
    -------
    float

    Raises
    ------
    InvalidData
        ``out_of_bounds``, ``bad_parameter``.

    References
    ----------
    J. L. Fleiss, B. Levin, M. C. Paik (2003), "Statistical Methods for Rates and Proportions",
    4.2 (without the correction for continuity).

    Examples
    --------
    >>> round(power_of(2_000, 0.10, 0.04), 3)
    0.786
    """
    _check(usual, change, share, alpha)
    if people <= 0:
        raise InvalidData("bad_parameter", "people must be positive")
    new = usual + change
    real = sqrt(new * (1 - new) / share + usual * (1 - usual) / (1 - share)) / sqrt(people)
    if is_sequential:
        edge = sequential_margin(people, alpha=alpha, tuned_for=people) * real
    else:
        pooled = share * new + (1 - share) * usual
        null = sqrt(pooled * (1 - pooled) / (share * (1 - share)) / people)
        edge = float(norm.ppf(1 - alpha / 2)) * null
    if real == 0:
        return float(abs(change) > edge)
    beyond = norm.cdf((change - edge) / real) + norm.cdf((-change - edge) / real)
    return float(beyond)


def people_needed(
    usual: float,
    change: float,
    *,
    power: float = 0.8,
    share: float = 0.5,
    alpha: float = 0.05,
    is_sequential: bool = False,
) -> int:
    """People, both arms together, that a test of two shares needs.

    Parameters
    ----------
    usual, change, share, alpha, is_sequential
        As for `power_of`; the change must not be 0.
    power : float
        Wanted chance of a clear result, above `alpha`.

    Returns
    -------
    int

    Raises
    ------
    InvalidData
        ``out_of_bounds``, ``bad_parameter``.

    References
    ----------
    As `power_of`, solved for the people.

    Examples
    --------
    >>> people_needed(0.10, 0.04), people_needed(0.10, 0.04, is_sequential=True)
    (2070, 3953)
    """
    _check(usual, change, share, alpha)
    if change == 0 or not alpha < power < 1:
        raise InvalidData("bad_parameter", "the change must not be 0, power between alpha and 1")

    def short_of(people: float) -> float:
        reached = power_of(
            people, usual, change, share=share, alpha=alpha, is_sequential=is_sequential
        )
        return reached - power

    return ceil(_root(short_of, 1.0, MOST_PEOPLE))


def smallest_effect(
    people: float,
    usual: float,
    *,
    power: float = 0.8,
    share: float = 0.5,
    alpha: float = 0.05,
    is_sequential: bool = False,
) -> float | None:
    """The smallest rise of a share that a test of so many people finds.

    Parameters
    ----------
    people, usual, share, alpha, is_sequential
        As for `power_of`.
    power : float
        Wanted chance of a clear result, above `alpha`.

    Returns
    -------
    float or None
        None where even the largest rise there can be would not be found.

    Raises
    ------
    InvalidData
        ``out_of_bounds``, ``bad_parameter``.

    Examples
    --------
    >>> round(smallest_effect(2_070, 0.10), 3)
    0.04
    """
    _check(usual, 0.0, share, alpha)
    if not alpha < power < 1:
        raise InvalidData("bad_parameter", "power must lie between alpha and 1")

    def short_of(change: float) -> float:
        reached = power_of(
            people, usual, change, share=share, alpha=alpha, is_sequential=is_sequential
        )
        return reached - power

    most = (1 - usual) * (1 - 1e-9)
    if short_of(most) < 0:
        return None
    return _root(short_of, most * 1e-9, most)


def days_needed(people: int, per_day: float, *, at_least: int = 3) -> int:
    """Days until so many people have come.

    Parameters
    ----------
    people : int
        Needed, both arms together.
    per_day : float
        Who come on a day.
    at_least : int
        Days that a test runs in any case, since one day is not like the others.

    Returns
    -------
    int

    Raises
    ------
    InvalidData
        ``bad_parameter`` where nobody comes.

    Examples
    --------
    >>> days_needed(2_070, 300), days_needed(100, 300)
    (7, 3)
    """
    if per_day <= 0:
        raise InvalidData("bad_parameter", "somebody has to come each day")
    return max(at_least, ceil(people / per_day))


def _check(usual: float, change: float, share: float, alpha: float) -> None:
    if not (0 <= usual <= 1 and 0 <= usual + change <= 1):
        raise InvalidData("out_of_bounds", "shares lie between 0 and 1")
    if not (0 < share < 1 and 0 < alpha < 1):
        raise InvalidData("bad_parameter", "share and alpha lie between 0 and 1")


def _root(short_of: Callable[[float], float], low: float, high: float) -> float:
    """Where what is asked is just reached; the ends have to lie on both sides of it."""
    if short_of(low) >= 0:
        return low
    if short_of(high) < 0:
        raise InvalidData("bad_parameter", "no number of people would do")
    return float(brentq(short_of, low, high, xtol=low * 1e-6, rtol=1e-12))
