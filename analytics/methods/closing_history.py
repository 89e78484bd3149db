"""What became of deals from each stage, how long it took, and which ages are out of the ordinary."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.intervals import wilson_interval
from analytics.methods.stay_curve import StayCurve

__all__ = ["ClosingHistory", "Stays"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ALL = 0  # stands for all stages together, by the age of the deal
LEAST_STAGE = 30  # closed deals that a stage needs for rates and times of its own
LEAST_OLD = 10  # known to have been so old, for anything to be said of a deal's time
OLD_SHARE = 0.99
LEAST_FOR_OLD = 50


@dataclass(frozen=True)
class Stays:
    """Stays until the end of the deal, one row for each stage that a deal came into.

    Parameters
    ----------
    stages : ndarray of int, shape (n,)
        Which stage; 0 is the life of the whole deal.
    days : ndarray of float, shape (n,)
        From coming into it to the end of the deal, or to today.
    is_closed, is_won : ndarray of bool, shape (n,)
        Whether the deal has ended, and how.

    Examples
    --------
    >>> Stays(np.array([0]), np.array([3.0]), np.array([True]), np.array([False])).days.tolist()
    [3.0]
    """

    stages: IntArray
    days: FloatArray
    is_closed: npt.NDArray[np.bool_]
    is_won: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ClosingHistory:
    """Rates of winning and times until the end, by stage.

    Parameters
    ----------
    counts : mapping of int to (int, int)
        Won and closed deals of each stage; 0 of all.
    curves : mapping of int to StayCurve
        Days from coming into the stage to the end of the deal.
    usual : mapping of int to float
        Median days that deals stay in the stage itself.
    oldest : float or None
        Age that 99 % of closed deals stayed below; None below 50 closed deals.

    Examples
    --------
    >>> stays = Stays(np.zeros(60, int), np.arange(60.0), np.ones(60, bool), np.arange(60) % 2 > 0)
    >>> history = ClosingHistory.fit(stays, {})
    >>> history.base_rates(np.array([7]))[0].tolist(), history.oldest
    ([0.5], 59.0)
    """

    counts: Mapping[int, tuple[int, int]]
    curves: Mapping[int, StayCurve]
    usual: Mapping[int, float]
    oldest: float | None

    @classmethod
    def fit(cls, stays: Stays, usual: Mapping[int, float]) -> "ClosingHistory":
        """Count and measure.

        Parameters
        ----------
        stays : Stays
            Of closed and of open deals.
        usual : mapping of int to float
            Median days in each stage.

        Returns
        -------
        ClosingHistory

        Raises
        ------
        InsufficientData
            ``empty`` where no deal has closed.
        """
        if not stays.is_closed.any():
            raise InsufficientData("empty", needed=1, found=0)
        counts, curves = {}, {}
        for stage in np.unique(stays.stages).tolist():
            here = stays.stages == stage
            closed = int(stays.is_closed[here].sum())
            if stage != ALL and closed < LEAST_STAGE:
                continue
            counts[stage] = (int(stays.is_won[here].sum()), closed)
            if closed:
                curves[stage] = StayCurve.fit(stays.days[here], stays.is_closed[here])
        ages = np.sort(stays.days[(stays.stages == ALL) & stays.is_closed])
        rank = int(np.ceil(OLD_SHARE * len(ages))) - 1
        oldest = float(np.ceil(ages[rank])) if len(ages) >= LEAST_FOR_OLD else None
        return cls(counts, curves, dict(usual), oldest)

    def base_rates(self, stages: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Share won of the deals that were ever in the stage, with its Wilson interval.

        Parameters
        ----------
        stages : array_like of int, shape (n,)
            One with too few closed deals has the share of all.

        Returns
        -------
        rate, lower, upper : ndarray of float, shape (n,)
        """
        found = [self.counts.get(int(stage), self.counts[ALL]) for stage in np.asarray(stages)]
        won, closed = np.array(found, dtype=np.float64).reshape(-1, 2).T
        lower, upper = wilson_interval(won, closed)
        return won / np.maximum(closed, 1), lower, upper

    def days_left(
        self, stages: npt.ArrayLike, here: npt.ArrayLike, ages: npt.ArrayLike, quantile: float
    ) -> FloatArray:
        """Days until this share of deals like it has ended.

        Parameters
        ----------
        stages : array_like of int, shape (n,)
        here, ages : array_like of float, shape (n,)
            Days in the stage, and since the deal was opened.
        quantile : float
            Between 0 and 1.

        Returns
        -------
        ndarray of float, shape (n,)
            NaN where fewer than ten known deals were ever so old.
        """
        return self._by_stage(
            stages, here, ages, lambda curve, age, _rows: curve.left(age, quantile)
        )

    def ends_within(
        self,
        stages: npt.ArrayLike,
        here: npt.ArrayLike,
        ages: npt.ArrayLike,
        widths: npt.ArrayLike,
    ) -> FloatArray:
        """Chance that the deal ends within so many days.

        Parameters
        ----------
        stages, here, ages : see `days_left`
        widths : array_like of float, shape (n,)

        Returns
        -------
        ndarray of float, shape (n,)
            NaN where fewer than ten known deals were ever so old.
        """
        width = np.broadcast_to(np.asarray(widths, np.float64), np.shape(stages))
        return self._by_stage(
            stages, here, ages, lambda curve, age, rows: curve.ends_within(age, width[rows])
        )

    def _by_stage(self, stages: Any, here: Any, ages: Any, ask: Any) -> FloatArray:
        which = np.asarray(stages, dtype=np.int64)
        in_stage, age = np.asarray(here, np.float64), np.asarray(ages, np.float64)
        has_own = np.array([int(stage) in self.curves for stage in which], dtype=bool)
        which = np.where(has_own, which, ALL)
        found = np.full(len(which), np.nan)
        for stage in np.unique(which).tolist():
            rows = np.flatnonzero(which == stage)
            if stage not in self.curves:
                continue
            old = np.maximum(age[rows] if stage == ALL else in_stage[rows], 0.0)
            is_known = self.curves[stage].known(old) >= LEAST_OLD
            answer = ask(self.curves[stage], old, rows)
            found[rows] = np.where(is_known, answer, np.nan)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; `from_dict` gives the same history back."""
        return {
            "counts": {str(stage): list(pair) for stage, pair in self.counts.items()},
            "curves": {str(stage): curve.to_dict() for stage, curve in self.curves.items()},
            "usual": {str(stage): days for stage, days in self.usual.items()},
            "oldest": self.oldest,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "ClosingHistory":
        """Rebuild a history from `to_dict`.

        Raises
        ------
        InvalidData
            ``bad_artifact`` if the form is not one of ours.
        """
        try:
            return cls(
                {int(stage): (pair[0], pair[1]) for stage, pair in stored["counts"].items()},
                {int(stage): StayCurve.from_dict(it) for stage, it in stored["curves"].items()},
                {int(stage): float(days) for stage, days in stored["usual"].items()},
                stored["oldest"],
            )
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise InvalidData("bad_artifact", f"not a stored history: {error!r}") from error
