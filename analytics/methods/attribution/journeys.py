"""Sharing out what conversions brought over the touches before them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["Journeys", "last_touch", "linear", "time_decay"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Journeys:
    """Ways of people over touches, each to a conversion or to none.

    Parameters
    ----------
    touches : int
        How many kinds of touch there are (campaigns, channels), numbered from 0.
    journey : ndarray of int, shape (n,)
        Whose journey a touch belongs to, numbered from 0; those of one stand together.
    touch : ndarray of int, shape (n,)
        Which kind it was; in the order of time within a journey.
    age : ndarray of float, shape (n,)
        Days from the touch to the end of its journey.
    worth : ndarray of float, shape (m,)
        What each journey brought: 1 or an amount; 0 where nothing came of it.

    Raises
    ------
    InvalidData
        ``unequal_lengths``, ``out_of_bounds``, ``not_finite``.

    Examples
    --------
    >>> Journeys.of(["a", "b"], [("b", 3.0), ("a", 1.0)], worth=[1.0]).touch.tolist()
    [1, 0]
    """

    touches: int
    journey: IntArray
    touch: IntArray
    age: FloatArray
    worth: FloatArray

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if not len(self.journey) == len(self.touch) == len(self.age):
            raise InvalidData("unequal_lengths", "each touch has a journey, a kind and an age")
        if not (np.all(np.isfinite(self.age)) and np.all(np.isfinite(self.worth))):
            raise InvalidData("not_finite", "ages and worths must be finite")
        if np.any(self.age < 0) or np.any(self.worth < 0):
            raise InvalidData("out_of_bounds", "ages and worths must not be negative")
        for numbers, most in ((self.touch, self.touches), (self.journey, len(self.worth))):
            if np.any((numbers < 0) | (numbers >= most)):
                raise InvalidData("out_of_bounds", "a number beyond the last one")
        if np.any(np.diff(self.journey) < 0):
            raise InvalidData("out_of_bounds", "touches of a journey must stand together")

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        *ways: Sequence[tuple[str, float]],
        worth: Sequence[float],
    ) -> "Journeys":
        """From lists of (name, age in days), each with its worth."""
        if len(ways) != len(worth):
            raise InvalidData("unequal_lengths", "each journey has a worth")
        place = {name: number for number, name in enumerate(names)}
        flat = [(way, place[name], age) for way, row in enumerate(ways) for name, age in row]
        journey, touch, age = zip(*flat, strict=True) if flat else ((), (), ())
        return cls(
            len(names),
            np.array(journey, dtype=np.int64),
            np.array(touch, dtype=np.int64),
            np.array(age, dtype=np.float64),
            np.array(worth, dtype=np.float64),
        )

    @property
    def is_last(self) -> npt.NDArray[np.bool_]:
        """Whether a touch is the last one of its journey, shape (n,)."""
        return np.append(self.journey[1:] != self.journey[:-1], [True] * bool(len(self.journey)))

    @property
    def touched(self) -> float:
        """What came in on journeys that had a touch at all."""
        return float(self.worth[np.unique(self.journey)].sum())


def last_touch(journeys: Journeys) -> FloatArray:
    """All to the last touch.

    Parameters
    ----------
    journeys : Journeys

    Returns
    -------
    ndarray of float, shape (touches,)
        In the unit of the worths; they add up to what the touched journeys brought.

    Raises
    ------
    InsufficientData
        ``empty`` without touches.

    Examples
    --------
    >>> last_touch(Journeys.of("ab", [("a", 2), ("b", 1)], worth=[6])).tolist()
    [0.0, 6.0]
    """
    return _shared(journeys, journeys.is_last.astype(np.float64))


def linear(journeys: Journeys) -> FloatArray:
    """The same to each touch.

    Parameters
    ----------
    journeys : Journeys

    Returns
    -------
    ndarray of float, shape (touches,)
        As `last_touch`.

    Raises
    ------
    InsufficientData
        ``empty`` without touches.

    Examples
    --------
    >>> linear(Journeys.of("ab", [("a", 3), ("a", 2), ("b", 1)], worth=[6])).tolist()
    [4.0, 2.0]
    """
    return _shared(journeys, np.ones(len(journeys.touch)))


def time_decay(journeys: Journeys, *, half_life: float = 7.0) -> FloatArray:
    """The more, the nearer a touch was to the end.

    Parameters
    ----------
    journeys : Journeys
    half_life : float
        Days after which a touch weighs half.

    Returns
    -------
    ndarray of float, shape (touches,)
        As `last_touch`.

    Raises
    ------
    InsufficientData
        ``empty`` without touches.
    InvalidData
        ``bad_parameter``.

    Examples
    --------
    >>> time_decay(Journeys.of("ab", [("a", 7), ("b", 0)], worth=[6])).tolist()
    [2.0, 4.0]
    """
    if half_life <= 0:
        raise InvalidData("bad_parameter", "the half-life must be positive")
    # From the youngest touch of each journey, so that old journeys do not weigh nothing at all.
    youngest = np.full(len(journeys.worth), np.inf)
    np.minimum.at(youngest, journeys.journey, journeys.age)
    return _shared(journeys, 0.5 ** ((journeys.age - youngest[journeys.journey]) / half_life))


def _shared(journeys: Journeys, weights: FloatArray) -> FloatArray:
    if not len(journeys.touch):
        raise InsufficientData("empty", needed=1, found=0)
    whole = np.bincount(journeys.journey, weights, minlength=len(journeys.worth))
    part = weights / whole[journeys.journey] * journeys.worth[journeys.journey]
    shares = np.bincount(journeys.touch, part, minlength=journeys.touches)
    return shares.astype(np.float64)
