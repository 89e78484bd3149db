"""How often something happened in the time before a moment, for many moments at once."""

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InvalidData

__all__ = ["EventTimes"]

Integers = npt.NDArray[np.int64]
SPAN = 1 << 44  # milliseconds: 557 years


class EventTimes:
    """The moments of events by whom they belong to, sorted once.

    Parameters
    ----------
    owners : array_like of int, shape (e,)
        Whose event it is.
    times : array_like of int, shape (e,)
        When, in milliseconds since 1970; at most 557 years of them.

    Raises
    ------
    InvalidData
        ``unequal_lengths``.

    Examples
    --------
    >>> events = EventTimes([7, 7, 9], [100, 200, 150])
    >>> events.within([7, 9, 8], [250, 250, 250], 120).tolist()
    [1, 1, 0]
    >>> events.before([7, 9, 8], [150, 250, 250]).tolist()
    [1, 1, 0]
    >>> events.since_last([7, 9, 8], [150, 250, 250]).tolist()
    [50.0, 100.0, nan]
    """

    def __init__(self, owners: npt.ArrayLike, times: npt.ArrayLike) -> None:
        who = np.asarray(owners, dtype=np.int64)
        when = np.asarray(times, dtype=np.int64)
        if who.shape != when.shape:
            raise InvalidData("unequal_lengths", f"{when.size} times for {who.size} owners")
        self.owners = np.unique(who)
        # Owner and time in one number: one sorted array answers every question.
        self.keys = np.sort(np.searchsorted(self.owners, who) * SPAN + when)

    def before(self, owners: npt.ArrayLike, moments: npt.ArrayLike) -> Integers:
        """How many events each owner had up to and at the moment.

        Parameters
        ----------
        owners : array_like of int, shape (n,)
            Whose events.
        moments : array_like of int, shape (n,)
            In milliseconds since 1970.

        Returns
        -------
        ndarray of int, shape (n,)
        """
        place, is_known = self._places(owners)
        count = self._up_to(place, moments) - np.searchsorted(self.keys, place * SPAN)
        return np.where(is_known, count, 0)

    def within(self, owners: npt.ArrayLike, moments: npt.ArrayLike, width: int) -> Integers:
        """How many of them lie less than `width` milliseconds before the moment.

        Parameters
        ----------
        owners, moments : array_like of int, shape (n,)
            As for `before`.
        width : int
            Of the window, in milliseconds; the moment itself belongs to it, its beginning does not.

        Returns
        -------
        ndarray of int, shape (n,)
        """
        place, is_known = self._places(owners)
        start = np.maximum(np.asarray(moments, dtype=np.int64) - width, -1)
        count = self._up_to(place, moments) - self._up_to(place, start)
        return np.where(is_known, count, 0)

    def since_last(self, owners: npt.ArrayLike, moments: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Milliseconds since the owner's last event; NaN where there was none.

        Parameters
        ----------
        owners, moments : array_like of int, shape (n,)
            As for `before`.

        Returns
        -------
        ndarray of float, shape (n,)
        """
        found = self.before(owners, moments) > 0
        place, _is_known = self._places(owners)
        last = np.maximum(self._up_to(place, moments) - 1, 0)
        answer = np.full(found.shape, np.nan)
        when = self.keys[last[found]] - place[found] * SPAN
        answer[found] = np.asarray(moments, dtype=np.int64)[found] - when
        return answer

    def _places(self, owners: npt.ArrayLike) -> tuple[Integers, npt.NDArray[np.bool_]]:
        who = np.asarray(owners, dtype=np.int64)
        place = np.searchsorted(self.owners, who)
        there = np.minimum(place, max(len(self.owners) - 1, 0))
        is_known = self.owners[there] == who if len(self.owners) else np.zeros(who.shape, bool)
        return there.astype(np.int64), is_known

    def _up_to(self, place: Integers, moments: npt.ArrayLike) -> Integers:
        when = np.asarray(moments, dtype=np.int64)
        return np.searchsorted(self.keys, place * SPAN + when, side="right")
