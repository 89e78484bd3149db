"""What a quarter will bring: won so far, open deals, what usually comes late, in many drawn quarters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InvalidData

__all__ = ["OpenDeals", "PastQuarters", "QuarterOutcome", "simulate_quarter", "variance_shares"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

DRAWS = 10_000
AT_ONCE = 250  # deals drawn together
RATIOS = (0.1, 10.0)  # what a quarter may make of its open deals


@dataclass(frozen=True)
class OpenDeals:
    """Open deals, one row each.

    Parameters
    ----------
    chances : ndarray of float, shape (n,)
        Of being won at all, 0-1.
    in_time : ndarray of float, shape (n,)
        Chance that the deal ends within the quarter, 0-1.
    amounts : ndarray of float, shape (n,)
        What it is worth, not negative.
    groups : ndarray of int, shape (n,)
        Whose it is: the place of the owner among all owners.

    Examples
    --------
    >>> deals = OpenDeals(np.array([0.5]), np.array([0.8]), np.array([100.0]), np.array([0]))
    >>> deals.expected.tolist()
    [40.0]
    """

    chances: FloatArray
    in_time: FloatArray
    amounts: FloatArray
    groups: IntArray

    @property
    def expected(self) -> FloatArray:
        """Chance times time times amount of each deal."""
        return self.chances * self.in_time * self.amounts


@dataclass(frozen=True)
class PastQuarters:
    """What became of earlier quarters from the same day on.

    Parameters
    ----------
    ratios : ndarray of float, shape (k,)
        What the deals that were open then brought until the quarter's end, over what was expected of
        them: slips, discounts and a kinder or a harder quarter.
    late : ndarray of float, shape (k,)
        What deals brought that were opened after that day, and won in the quarter.

    Examples
    --------
    >>> PastQuarters(np.array([0.9, 1.1]), np.array([0.0, 50.0])).late.tolist()
    [0.0, 50.0]
    """

    ratios: FloatArray
    late: FloatArray


@dataclass(frozen=True)
class QuarterOutcome:
    """Drawn quarters.

    Parameters
    ----------
    totals : ndarray of float, shape (draws, g)
        What each owner brings in each drawn quarter, what is won already included.
    open_deals, late : float
        Median of what open deals bring, and of what comes late.

    Examples
    --------
    >>> outcome = QuarterOutcome(np.array([[1.0, 2.0], [3.0, 4.0]]), 0.0, 0.0)
    >>> outcome.whole.tolist(), outcome.of([1]).tolist()
    ([3.0, 7.0], [2.0, 4.0])
    """

    totals: FloatArray
    open_deals: float
    late: float

    @property
    def whole(self) -> FloatArray:
        """Of everybody; shape (draws,)."""
        return self.of(range(self.totals.shape[1]))

    def of(self, groups: Sequence[int]) -> FloatArray:
        """Of these owners together; shape (draws,)."""
        found: FloatArray = self.totals[:, list(groups)].sum(axis=1)
        return found


def simulate_quarter(
    won: npt.ArrayLike,
    deals: OpenDeals,
    past: PastQuarters,
    *,
    late_shares: npt.ArrayLike | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> QuarterOutcome:
    """Draw many quarters.

    In each, every open deal is won in time or not by its own chance; all of them together are
    multiplied by what a past quarter made of its open deals (Student's *t* around their mean on the log scale,
    as few are known), so that deals fail together as they do in life; what comes late is drawn from a
    gamma distribution with the mean and the spread of past quarters.

    Parameters
    ----------
    won : array_like of float, shape (g,)
        What each owner has won already.
    deals : OpenDeals
    past : PastQuarters
        Without quarters nothing comes late and open deals bring what is expected of them.
    late_shares : array_like of float, shape (g,), optional
        Of what comes late, by owner; adds up to 1. Alike unless given.
    draws : int
        Quarters to draw.
    seed : int
        Of the draws.

    Returns
    -------
    QuarterOutcome

    Raises
    ------
    InvalidData
        ``out_of_bounds`` chances outside 0-1 or negative amounts; ``unequal_lengths``.

    References
    ----------
    The predictive distribution of a mean of few normal values: A. Gelman et al. (2013), "Bayesian
    Data Analysis", 3rd edition, section 3.2.

    Examples
    --------
    >>> deals = OpenDeals(np.full(9, 0.5), np.ones(9), np.full(9, 10.0), np.zeros(9, int))
    >>> nothing = PastQuarters(np.empty(0), np.empty(0))
    >>> outcome = simulate_quarter([100.0], deals, nothing)
    >>> round(float(outcome.whole.mean()))
    145
    """
    begun = np.asarray(won, dtype=np.float64)
    _check(begun, deals)
    random = np.random.default_rng(seed)
    opened = np.zeros((draws, len(begun)))
    chance = deals.chances * deals.in_time
    for start in range(0, len(chance), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        is_won = random.random((draws, len(chance[some]))) < chance[some]
        worth = np.zeros((len(chance[some]), len(begun)))
        worth[np.arange(len(worth)), deals.groups[some]] = deals.amounts[some]
        opened += is_won @ worth
    opened *= _ratios(past.ratios, draws, random)[:, None]
    late = _late(past.late, draws, random)
    shares = np.full(len(begun), 1 / max(len(begun), 1)) if late_shares is None else late_shares
    totals = begun + opened + late[:, None] * np.asarray(shares, dtype=np.float64)
    return QuarterOutcome(totals, float(np.median(opened.sum(axis=1))), float(np.median(late)))


def variance_shares(deals: OpenDeals) -> FloatArray:
    """Share of each deal in how far the outcome of the open deals spreads.

    Parameters
    ----------
    deals : OpenDeals

    Returns
    -------
    ndarray of float, shape (n,)
        Adds up to 1; all 0 where nothing is uncertain.

    Examples
    --------
    >>> half, sure = np.array([0.5, 0.5, 1.0]), np.ones(3)
    >>> deals = OpenDeals(half, sure, np.array([30.0, 10.0, 99.0]), np.zeros(3, int))
    >>> variance_shares(deals).tolist()
    [0.9, 0.1, 0.0]
    """
    chance = deals.chances * deals.in_time
    spread = deals.amounts**2 * chance * (1 - chance)
    total = float(spread.sum())
    return spread / total if total else np.zeros(len(spread))


def _check(won: FloatArray, deals: OpenDeals) -> None:
    columns = (deals.chances, deals.in_time, deals.amounts, deals.groups)
    if len({len(column) for column in columns}) > 1:
        raise InvalidData("unequal_lengths", "each deal needs chance, time, amount and owner")
    for shares in (deals.chances, deals.in_time):
        if not np.all((shares >= 0) & (shares <= 1)):
            raise InvalidData("out_of_bounds", "chances must lie between 0 and 1")
    if not np.all(deals.amounts >= 0):
        raise InvalidData("out_of_bounds", "amounts cannot be negative")
    if len(deals.groups) and not 0 <= deals.groups.min() <= deals.groups.max() < len(won):
        raise InvalidData("out_of_bounds", "an owner that is not there")


def _ratios(ratios: FloatArray, draws: int, random: np.random.Generator) -> FloatArray:
    known = np.log(np.clip(ratios, *RATIOS))
    if not len(known):
        return np.ones(draws)
    if len(known) == 1:
        return np.full(draws, float(np.exp(known[0] / 2)))  # one quarter says little: half of it
    spread = float(known.std(ddof=1)) * np.sqrt(1 + 1 / len(known))
    # Fewer than three degrees of freedom give ranges that nobody believes.
    drawn = known.mean() + spread * random.standard_t(max(len(known) - 1, 3), draws)
    found: FloatArray = np.exp(np.clip(drawn, *np.log(RATIOS)))
    return found


def _late(late: FloatArray, draws: int, random: np.random.Generator) -> FloatArray:
    mean = float(late.mean()) if len(late) else 0.0
    if mean <= 0:
        return np.zeros(draws)
    spread = float(late.std(ddof=1)) * np.sqrt(1 + 1 / len(late)) if len(late) > 1 else mean
    if spread <= 0:
        return np.full(draws, mean)
    return random.gamma((mean / spread) ** 2, spread**2 / mean, draws)
