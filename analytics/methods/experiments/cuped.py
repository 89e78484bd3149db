"""Less noise by what was known of everybody before the test."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InvalidData
from analytics.methods.experiments.effects import Effect, arm_of_values, compare_arms

__all__ = ["AdjustedEffect", "adjusted_effect"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AdjustedEffect:
    """An effect after what was known before is taken off.

    Parameters
    ----------
    effect : Effect
        Adjusted.
    plain : Effect
        Not adjusted.
    slope : float
        Of the outcome on what was known, the same in all arms.

    Examples
    --------
    >>> plain, adjusted = Effect(1, 2, -3, 5, 0.6, 9), Effect(1, 1, -1, 3, 0.3, 9)
    >>> AdjustedEffect(adjusted, plain, 0.5).saved
    0.75
    """

    effect: Effect
    plain: Effect
    slope: float

    @property
    def saved(self) -> float:
        """Share of the variance that is gone; the same precision needs so many fewer people."""
        if not self.plain.error:
            return 0.0
        return 1 - (self.effect.error / self.plain.error) ** 2


def adjusted_effect(
    treated: npt.ArrayLike,
    control: npt.ArrayLike,
    treated_before: npt.ArrayLike,
    control_before: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> AdjustedEffect:
    """Difference of means after regression on a number from before (CUPED).

    Parameters
    ----------
    treated, control : array_like of float, shape (n,) and (m,)
        Outcomes, a value per person.
    treated_before, control_before : array_like of float, the same shapes
        What was known of the same people before anybody was put into an arm, in the same unit or
        another. What the test can have changed makes the result wrong.
    level : float
        Nominal coverage.

    Returns
    -------
    AdjustedEffect
        The plain effect itself where nothing was known that differs.

    Raises
    ------
    InvalidData
        ``unequal_lengths``, ``not_finite``, ``bad_parameter``.
    InsufficientData
        ``empty``, ``few_rows``.

    References
    ----------
    A. Deng, Y. Xu, R. Kohavi, T. Walker (2013), "Improving the Sensitivity of Online Controlled
    Experiments by Utilizing Pre-Experiment Data", WSDM.

    Examples
    --------
    >>> before = np.arange(10.0)
    >>> found = adjusted_effect(before + 1.5, before, before, before)
    >>> round(found.effect.difference, 6), round(found.saved, 3)
    (1.5, 1.0)
    """
    y, z = (np.asarray(each, dtype=np.float64) for each in (treated, control))
    x, w = (np.asarray(each, dtype=np.float64) for each in (treated_before, control_before))
    if y.shape != x.shape or z.shape != w.shape:
        raise InvalidData("unequal_lengths", "everybody needs a value from before")
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(w))):
        raise InvalidData("not_finite", "values from before must be finite")
    plain = compare_arms(arm_of_values(y), arm_of_values(z), level=level)
    slope = _slope((y, z), (x, w))
    middle = float(np.concatenate([x, w]).mean())
    arms = (arm_of_values(a - slope * (b - middle)) for a, b in ((y, x), (z, w)))
    return AdjustedEffect(compare_arms(*arms, level=level), plain, slope)


def _slope(outcomes: tuple[FloatArray, ...], before: tuple[FloatArray, ...]) -> float:
    """Within the arms, so that a difference between them does not count as one of before."""
    apart = [(b - b.mean()) for b in before]
    below = sum(float(b @ b) for b in apart)
    above = sum(float(b @ (a - a.mean())) for a, b in zip(outcomes, apart, strict=True))
    return above / below if below else 0.0
