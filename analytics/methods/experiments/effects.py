"""The difference that one arm makes to another: in shares, in means, with a fixed interval."""

from dataclasses import dataclass, field
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, t

from analytics.methods.errors import InsufficientData, InvalidData

ENOUGH = 5  # of each kind, for a normal approximation

__all__ = ["Arm", "Effect", "arm_of_counts", "arm_of_values", "compare_arms"]


@dataclass(frozen=True)
class Arm:
    """What is known of the people of one arm.

    Parameters
    ----------
    people : int
        How many.
    mean : float
        Of the outcome per person; a share where the outcome is yes or no.
    variance : float
        Of the outcome per person.
    is_share : bool
        Whether the outcome is yes or no.
    counted : int, optional
        Where the outcome is an amount: how many people had any. Where nearly nobody had, the variance is
        known as badly as the mean.

    Examples
    --------
    >>> Arm(100, 0.2, 0.16, True).happened
    20
    """

    people: int
    mean: float
    variance: float
    is_share: bool
    counted: int | None = field(default=None, repr=False)

    @property
    def happened(self) -> int:
        """How often, where the outcome is yes or no."""
        return round(self.people * self.mean)

    @property
    def is_counted_enough(self) -> bool:
        """Whether more than five said yes and more than five no (shares); more than five had any (amounts)."""
        if not self.is_share:
            return self.people > 1 if self.counted is None else self.counted > ENOUGH
        return min(self.happened, self.people - self.happened) > ENOUGH


@dataclass(frozen=True)
class Effect:
    """A difference per person with its uncertainty.

    Parameters
    ----------
    difference : float
        Of the treated from the others.
    error : float
        Standard error of it.
    lower, upper : float
        Interval, for one look on a day chosen beforehand.
    p_value : float
        Two-sided, for the same.
    people : int
        Of both arms.

    Examples
    --------
    >>> Effect(0.1, 0.04, 0.02, 0.18, 0.012, 400).is_clear
    True
    """

    difference: float
    error: float
    lower: float
    upper: float
    p_value: float
    people: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out nothing at all."""
        return self.lower > 0 or self.upper < 0


def arm_of_counts(happened: int, people: int) -> Arm:
    """An arm whose outcome is yes or no.

    Parameters
    ----------
    happened : int
        How many said yes, ``0 ≤ happened ≤ people``.
    people : int
        How many there are.

    Returns
    -------
    Arm

    Raises
    ------
    InvalidData
        ``out_of_bounds``.
    InsufficientData
        ``empty`` without people.

    Examples
    --------
    >>> arm_of_counts(50, 100)
    Arm(people=100, mean=0.5, variance=0.25, is_share=True)
    """
    if not 0 <= happened <= people:
        raise InvalidData("out_of_bounds", "what happened must lie between 0 and the people")
    if not people:
        raise InsufficientData("empty", needed=1, found=0)
    share = happened / people
    return Arm(people, share, share * (1 - share), is_share=True)


def arm_of_values(values: npt.ArrayLike) -> Arm:
    """An arm whose outcome is an amount; who brought nothing counts with 0.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        A value per person.

    Returns
    -------
    Arm

    Raises
    ------
    InsufficientData
        ``empty``, ``few_rows`` (two are needed).
    InvalidData
        ``not_finite``.

    Examples
    --------
    >>> arm_of_values([1.0, 2.0, 3.0])
    Arm(people=3, mean=2.0, variance=1.0, is_share=False)
    """
    x = np.asarray(values, dtype=np.float64).ravel()
    if not x.size:
        raise InsufficientData("empty", needed=2, found=0)
    if x.size < 2:
        raise InsufficientData("few_rows", needed=2, found=x.size)
    if not np.all(np.isfinite(x)):
        raise InvalidData("not_finite", "values must be finite")
    return Arm(x.size, float(x.mean()), float(x.var(ddof=1)), is_share=False)


def compare_arms(treated: Arm, control: Arm, *, level: float = 0.95) -> Effect:
    """Difference of two arms with its interval for one look.

    Shares by the normal distribution with the variance of each arm on its own (Wald), means by
    Welch's t with Satterthwaite's degrees of freedom.

    Parameters
    ----------
    treated, control : Arm
        Both of shares, or both of amounts.
    level : float
        Nominal coverage, between 0 and 1.

    Returns
    -------
    Effect

    Raises
    ------
    InvalidData
        ``bad_parameter`` level, or arms of different kinds.

    References
    ----------
    B. L. Welch (1947), Biometrika 34, 28–35; A. Agresti (2013), "Categorical Data Analysis", 3.1.

    Examples
    --------
    >>> found = compare_arms(arm_of_counts(60, 400), arm_of_counts(40, 400))
    >>> round(found.difference, 3), round(found.lower, 4), round(found.upper, 4)
    (0.05, 0.0043, 0.0957)
    """
    if treated.is_share != control.is_share:
        raise InvalidData("bad_parameter", "a share can only be compared with a share")
    if not 0 < level < 1:
        raise InvalidData("bad_parameter", f"level must lie between 0 and 1, not {level}")
    difference = treated.mean - control.mean
    parts = (treated.variance / treated.people, control.variance / control.people)
    error = sqrt(sum(parts))
    people = treated.people + control.people
    if error == 0:
        return Effect(difference, 0.0, difference, difference, float(difference == 0), people)
    law = norm if treated.is_share else t(_freedom(parts, (treated.people, control.people)))
    margin = float(law.ppf((1 + level) / 2)) * error
    p_value = 2 * float(law.sf(abs(difference) / error))
    return Effect(difference, error, difference - margin, difference + margin, p_value, people)


def _freedom(parts: tuple[float, float], people: tuple[int, int]) -> float:
    """Satterthwaite's degrees of freedom."""
    below = sum(part**2 / (size - 1) for part, size in zip(parts, people, strict=True))
    return float(sum(parts) ** 2 / below)
