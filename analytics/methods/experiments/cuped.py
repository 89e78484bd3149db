"""Less noise by what was known of everybody before the test."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InvalidData
from analytics.methods.experiments.effects import Arm, Effect, arm_of_values, compare_arms

__all__ = ["AdjustedEffect", "Paired", "adjusted_arms", "adjusted_effect", "saved_by"]

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
        return saved_by(self.effect, self.plain)


@dataclass(frozen=True)
class Paired:
    """An arm of which something was known before, as sums that a database can add up.

    Parameters
    ----------
    people : int
        How many, two at least.
    mean, before : float
        Of the outcome, and of what was known before, per person.
    spread, before_spread : float
        Sums of squared deviations from these means.
    together : float
        Sum of the products of both deviations.

    Examples
    --------
    >>> Paired.of_sums(4, outcome=10, before=6, squares=30, before_squares=14, products=20)
    Paired(people=4, mean=2.5, before=1.5, spread=5.0, before_spread=5.0, together=5.0)
    """

    people: int
    mean: float
    before: float
    spread: float
    before_spread: float
    together: float

    @classmethod
    def of_sums(
        cls,
        people: int,
        *,
        outcome: float,
        before: float,
        squares: float,
        before_squares: float,
        products: float,
    ) -> "Paired":
        """From plain sums over the people: of both numbers, of their squares and their products."""
        mean, known = outcome / people, before / people
        return cls(
            people,
            mean,
            known,
            max(0.0, squares - people * mean**2),
            max(0.0, before_squares - people * known**2),
            products - people * mean * known,
        )

    @classmethod
    def of_values(cls, values: FloatArray, before: FloatArray) -> "Paired":
        """From a value and one from before per person."""
        apart, known = values - values.mean(), before - before.mean()
        return cls(
            values.size,
            float(values.mean()),
            float(before.mean()),
            float(apart @ apart),
            float(known @ known),
            float(apart @ known),
        )

    @property
    def plain(self) -> Arm:
        """The arm as it is."""
        return self.adjusted(0.0, 0.0)

    def adjusted(self, slope: float, middle: float) -> Arm:
        """The arm as if everybody had been known for `middle` before."""
        spread = self.spread - 2 * slope * self.together + slope**2 * self.before_spread
        mean = self.mean - slope * (self.before - middle)
        return Arm(self.people, mean, max(0.0, spread) / (self.people - 1), is_share=False)


def saved_by(adjusted: Effect, plain: Effect) -> float:
    """Share of the variance that is gone.

    Parameters
    ----------
    adjusted, plain : Effect
        Of the same people.

    Returns
    -------
    float
        The same precision needs so many fewer people.

    Examples
    --------
    >>> saved_by(Effect(1, 1, -1, 3, 0.3, 9), Effect(1, 2, -3, 5, 0.6, 9))
    0.75
    """
    return 1 - (adjusted.error / plain.error) ** 2 if plain.error else 0.0


def adjusted_arms(treated: Paired, control: Paired) -> tuple[Arm, Arm, float]:
    """Both arms after regression on what was known before (CUPED), and the slope.

    Parameters
    ----------
    treated, control : Paired
        What is known of both.

    Returns
    -------
    treated, control : Arm
        To be compared as any others; unchanged where nothing was known that differs.
    slope : float
        Of the outcome on what was known, the same in both.

    References
    ----------
    As `adjusted_effect`.

    Examples
    --------
    >>> one = Paired(4, 2.5, 1.5, 5.0, 5.0, 5.0)
    >>> adjusted_arms(one, Paired(4, 1.0, 0.5, 5.0, 5.0, 5.0))[2]
    1.0
    """
    # Within the arms, so that a difference between them does not count as one of before.
    below = treated.before_spread + control.before_spread
    slope = (treated.together + control.together) / below if below else 0.0
    known = treated.people * treated.before + control.people * control.before
    middle = known / (treated.people + control.people)
    return treated.adjusted(slope, middle), control.adjusted(slope, middle), slope


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
    one, other, slope = adjusted_arms(Paired.of_values(y, x), Paired.of_values(z, w))
    return AdjustedEffect(compare_arms(one, other, level=level) if slope else plain, plain, slope)
