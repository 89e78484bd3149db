"""Intervals and p-values that hold however often and whenever one looks."""

from math import exp, log, log1p, sqrt

from analytics.methods.errors import InvalidData
from analytics.methods.experiments.effects import Effect

__all__ = ["always_valid", "sequential_margin"]

# People at whom the interval is tightest, where nothing is planned.
TUNED_FOR = 5_000.0


def sequential_margin(people: float, *, alpha: float = 0.05, tuned_for: float = TUNED_FOR) -> float:
    """Half the width of an always-valid interval, in standard errors of the difference.

    Parameters
    ----------
    people : float
        Seen so far, both arms together.
    alpha : float
        Chance of ever leaving out the truth, at most.
    tuned_for : float
        People at whom the interval shall be tightest.

    Returns
    -------
    float
        A fixed interval has 1.96 here.

    Raises
    ------
    InvalidData
        ``bad_parameter``.

    References
    ----------
    I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy, A. Ramdas (2023), "Time-uniform central
    limit theory and asymptotic confidence sequences", arXiv 2103.06476, theorem 2.2 and appendix
    B.2 (choice of ρ).

    Examples
    --------
    >>> round(sequential_margin(5_000), 3), round(sequential_margin(500), 3)
    (3.035, 3.855)
    """
    if people <= 0 or tuned_for <= 0 or not 0 < alpha < 1:
        raise InvalidData("bad_parameter", "people and tuning must be positive, alpha a chance")
    spread = people * _rho(alpha, tuned_for) ** 2
    return sqrt(2 * (spread + 1) / spread * (log1p(spread) / 2 - log(alpha)))


def always_valid(effect: Effect, *, alpha: float = 0.05, tuned_for: float = TUNED_FOR) -> Effect:
    """The same effect with an interval and a p-value that stand daily looks.

    Parameters
    ----------
    effect : Effect
        With its standard error.
    alpha : float
        Chance of ever leaving out the truth, at most.
    tuned_for : float
        People, both arms together, at whom the interval is tightest; the planned number if there
        is one. It must not be chosen after looking.

    Returns
    -------
    Effect
        The p-value is the inverse of the e-value, at most 1; it is below `alpha` exactly where
        the interval leaves out 0.

    Raises
    ------
    InvalidData
        ``bad_parameter``.

    References
    ----------
    As `sequential_margin`.

    Examples
    --------
    >>> found = always_valid(Effect(0.1, 0.025, 0.05, 0.15, 0.0001, 2_000))
    >>> round(found.lower, 3), round(found.upper, 3), round(found.p_value, 4)
    (0.022, 0.178, 0.0047)
    """
    margin = sequential_margin(effect.people, alpha=alpha, tuned_for=tuned_for) * effect.error
    low, high = effect.difference - margin, effect.difference + margin
    p_value = _p_value(effect, effect.people * _rho(alpha, tuned_for) ** 2)
    return Effect(effect.difference, effect.error, low, high, p_value, effect.people)


def _p_value(effect: Effect, spread: float) -> float:
    if effect.error == 0:
        return float(effect.difference == 0)
    z = effect.difference / effect.error
    logged = log1p(spread) / 2 - z**2 / 2 * spread / (spread + 1)
    return exp(min(logged, 0.0))


def _rho(alpha: float, tuned_for: float) -> float:
    """Width of the mixture whose interval is tightest at so many people."""
    return sqrt((-2 * log(alpha) + log1p(-2 * log(alpha))) / tuned_for)
