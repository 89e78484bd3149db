"""How long something stays as it is: the Kaplan-Meier curve, and what is left of a stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["StayCurve"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StayCurve:
    """Share that is still there after a time, where some stays have not ended yet.

    Parameters
    ----------
    times : ndarray of float, shape (k,)
        When stays ended, strictly increasing.
    shares : ndarray of float, shape (k,)
        Share still there just after each of them, falling.
    at_risk : ndarray of float, shape (k,)
        Stays that had lasted until then.

    References
    ----------
    E. L. Kaplan, P. Meier (1958), "Nonparametric estimation from incomplete observations", JASA 53.

    Examples
    --------
    >>> curve = StayCurve.fit([6, 6, 6, 6, 7, 9, 10], [1, 1, 1, 0, 1, 0, 1])
    >>> curve.shares.round(3).tolist()
    [0.571, 0.381, 0.0]
    >>> curve.left([6.5], 0.5).tolist()
    [3.5]
    """

    times: FloatArray
    shares: FloatArray
    at_risk: FloatArray

    @classmethod
    def fit(cls, stays: npt.ArrayLike, has_ended: npt.ArrayLike) -> "StayCurve":
        """Estimate the curve.

        Parameters
        ----------
        stays : array_like of float, shape (n,)
            How long each has lasted, not negative, in any unit.
        has_ended : array_like of {0, 1}, shape (n,)
            0 where it still goes on.

        Returns
        -------
        StayCurve

        Raises
        ------
        InsufficientData
            ``empty`` where none has ended.
        InvalidData
            ``unequal_lengths``, ``out_of_bounds`` for negative stays or NaN.
        """
        lasted = np.asarray(stays, dtype=np.float64)
        ended = np.asarray(has_ended, dtype=bool)
        if lasted.shape != ended.shape:
            raise InvalidData("unequal_lengths", f"{ended.size} ends for {lasted.size} stays")
        if not ended.any():
            raise InsufficientData("empty", needed=1, found=0)
        if not np.all(lasted >= 0):
            raise InvalidData("out_of_bounds", "a stay cannot be negative")
        times, ends = np.unique(lasted[ended], return_counts=True)
        at_risk = len(lasted) - np.searchsorted(np.sort(lasted), times, side="left")
        shares = np.cumprod(1 - ends / at_risk)
        return cls(times, np.maximum(shares, 0.0), at_risk.astype(np.float64))

    def share(self, ages: npt.ArrayLike) -> FloatArray:
        """Share that is still there at each age.

        Parameters
        ----------
        ages : array_like of float, shape (n,)

        Returns
        -------
        ndarray of float, shape (n,)
        """
        place = np.searchsorted(self.times, np.asarray(ages, np.float64), side="right")
        found: FloatArray = np.r_[1.0, self.shares][place]
        return found

    def left(self, ages: npt.ArrayLike, quantile: float) -> FloatArray:
        """How much longer, until this share of those that are so old has ended.

        Parameters
        ----------
        ages : array_like of float, shape (n,)
        quantile : float
            Between 0 and 1; 0.5 gives the median.

        Returns
        -------
        ndarray of float, shape (n,)
            NaN where the curve does not reach so far, or nothing known was ever so old.

        Raises
        ------
        InvalidData
            ``bad_parameter``.
        """
        if not 0 < quantile < 1:
            raise InvalidData("bad_parameter", "a quantile lies between 0 and 1")
        age = np.asarray(ages, dtype=np.float64)
        goal = self.share(age) * (1 - quantile)
        place = len(self.shares) - np.searchsorted(self.shares[::-1], goal + 1e-12, side="right")
        is_known = (place < len(self.shares)) & (self.share(age) > 0)
        ends = self.times[np.minimum(place, len(self.times) - 1)]
        found: FloatArray = np.where(is_known, np.maximum(ends - age, 0.0), np.nan)
        return found

    def ends_within(self, ages: npt.ArrayLike, widths: npt.ArrayLike) -> FloatArray:
        """Chance that a stay of this age ends within the width.

        Parameters
        ----------
        ages, widths : array_like of float, shape (n,)

        Returns
        -------
        ndarray of float, shape (n,)
            Within 0–1; NaN where nothing known was ever so old.
        """
        age = np.asarray(ages, dtype=np.float64)
        now = self.share(age)
        later = self.share(age + np.asarray(widths, dtype=np.float64))
        found: FloatArray = np.full(now.shape, np.nan)
        np.divide(now - later, now, out=found, where=now > 0)
        return found

    def known(self, ages: npt.ArrayLike) -> FloatArray:
        """How many stays had lasted so long that ended later.

        Parameters
        ----------
        ages : array_like of float, shape (n,)

        Returns
        -------
        ndarray of float, shape (n,)
        """
        place = np.searchsorted(self.times, np.asarray(ages, np.float64), side="left")
        found: FloatArray = np.r_[self.at_risk, 0.0][place]
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; `from_dict` gives the same curve back."""
        return {
            "times": self.times.tolist(),
            "shares": self.shares.tolist(),
            "at_risk": self.at_risk.tolist(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "StayCurve":
        """Rebuild a curve from `to_dict`.

        Raises
        ------
        InvalidData
            ``bad_artifact`` if the form is not one of ours.
        """
        try:
            return cls(*(np.array(stored[name], float) for name in ("times", "shares", "at_risk")))
        except (KeyError, TypeError) as error:
            raise InvalidData("bad_artifact", f"not a stored curve: {error!r}") from error
