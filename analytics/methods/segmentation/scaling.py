"""Columns on one scale: each drawn towards a normal shape, so that no few large values make a group of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import inv_boxcox1p
from scipy.stats import yeojohnson
from sklearn.preprocessing import PowerTransformer

from analytics.methods.cells import as_numbers
from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["Scaling", "fit_scaling"]

FloatArray = npt.NDArray[np.float64]

FURTHEST = 4.0  # standard deviations; what lies beyond counts as that far
MOST_MISSING = 0.5
POWERS = (-2.0, 3.0)


@dataclass(frozen=True)
class Scaling:
    """How each column is read.

    Parameters
    ----------
    names : tuple of str
        Columns that are used.
    powers, means, deviations : ndarray, shape (f,)
        Of Yeo and Johnson's transformation, and of what it gives.
    medians : ndarray, shape (f,)
        Of the raw values, for cells that say nothing.
    left_out : tuple of str
        Columns that are constant or mostly empty.
    weights : ndarray, shape (f,), optional
        By which the columns are multiplied in the end, so that no block of them decides alone.

    Examples
    --------
    >>> frame = pd.DataFrame({"visits": [1.0, 2.0, 4.0, 8.0, 60.0], "same": 1.0})
    >>> scaling = fit_scaling(frame)
    >>> scaling.names, scaling.left_out
    (('visits',), ('same',))
    >>> scaling.transform(frame).round(1).ravel().tolist()
    [-1.3, -0.7, -0.1, 0.5, 1.6]
    """

    names: tuple[str, ...]
    powers: FloatArray
    means: FloatArray
    deviations: FloatArray
    medians: FloatArray
    left_out: tuple[str, ...] = ()
    weights: FloatArray | None = None

    def transform(self, frame: pd.DataFrame) -> FloatArray:
        """Values on one scale, shape (n, f).

        Raises
        ------
        InvalidData
            ``missing_column``.
        """
        missing = [name for name in self.names if name not in frame.columns]
        if missing:
            raise InvalidData("missing_column", f"no column {missing[0]!r}")
        columns = [
            self._scaled(place, as_numbers(frame[name])) for place, name in enumerate(self.names)
        ]
        points = np.stack(columns, axis=1).clip(-FURTHEST, FURTHEST)
        return points if self.weights is None else points * self.weights

    def _scaled(self, place: int, raw: FloatArray) -> FloatArray:
        whole = np.where(np.isfinite(raw), raw, self.medians[place])
        shaped = yeojohnson(whole, self.powers[place])
        scaled: FloatArray = (shaped - self.means[place]) / self.deviations[place]
        return scaled

    def raw(self, scaled: FloatArray) -> FloatArray:
        """What stands at points of the common scale, shape (n, f), such as the centres of groups."""
        plain = scaled if self.weights is None else scaled / self.weights
        shaped = plain * self.deviations + self.means
        above = inv_boxcox1p(np.maximum(shaped, 0.0), self.powers)
        below = -inv_boxcox1p(np.maximum(-shaped, 0.0), 2 - self.powers)
        return np.asarray(np.where(shaped >= 0, above, below), dtype=np.float64)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form."""
        arrays = ("powers", "means", "deviations", "medians")
        return {
            "names": list(self.names),
            "left_out": list(self.left_out),
            "weights": None if self.weights is None else self.weights.tolist(),
            **{name: getattr(self, name).tolist() for name in arrays},
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Scaling":
        """From its plain JSON form."""
        powers, means, deviations, medians = (
            np.array(stored[name], dtype=np.float64)
            for name in ("powers", "means", "deviations", "medians")
        )
        names, left_out = tuple(stored["names"]), tuple(stored["left_out"])
        told = stored.get("weights")  # models of before have none
        weights = None if told is None else np.array(told, dtype=np.float64)
        return cls(names, powers, means, deviations, medians, left_out, weights)


def fit_scaling(
    frame: pd.DataFrame, *, blocks: Mapping[str, Sequence[str]] | None = None
) -> Scaling:
    """Find the shape of each column.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, f)
        Columns of numbers; cells that say nothing count as the median.
    blocks : mapping of str to sequence of str, optional
        Columns that tell of the same, by name of the block: each block is divided by the deviation
        of its first principal component, so that ten columns of visits weigh no more than one of
        value. Columns of no block stay as they are.

    Returns
    -------
    Scaling
        Without columns that are constant or empty in more than half of the rows.

    Raises
    ------
    InsufficientData
        ``empty``, ``no_usable_field``.

    References
    ----------
    I.-K. Yeo and R. Johnson (2000), "A New Family of Power Transformations to Improve Normality or
    Symmetry", Biometrika 87, 954–959; B. Escofier and J. Pagès (1994), "Multiple Factor Analysis",
    Computational Statistics & Data Analysis 18, 121–140.

    Examples
    --------
    >>> fit_scaling(pd.DataFrame({"visits": [0.0, 1.0, 2.0, 50.0]})).medians.tolist()
    [1.5]
    >>> twice = pd.DataFrame({"a": [1.0, 2.0, 3.0, 9.0], "b": [2.0, 4.0, 6.0, 18.0]})
    >>> fit_scaling(twice, blocks={"same": ["a", "b"]}).weights.round(2).tolist()
    [0.71, 0.71]
    """
    if not len(frame):
        raise InsufficientData("empty", needed=2, found=0)
    kept, left_out = [], []
    for name in frame.columns:
        raw = as_numbers(frame[name])
        known = raw[np.isfinite(raw)]
        is_told = len(known) >= (1 - MOST_MISSING) * len(raw)
        shape = _shape(known) if is_told and len(known) and np.ptp(known) > 0 else None
        if shape is None:
            left_out.append(str(name))
        else:
            kept.append((str(name), *shape))
    if not kept:
        raise InsufficientData("no_usable_field", needed=1, found=0)
    names = tuple(name for name, *_shape_of in kept)
    powers, means, deviations, medians = np.array([shape for _name, *shape in kept]).T
    scaling = Scaling(names, powers, means, deviations, medians, tuple(left_out))
    if blocks is None:
        return scaling
    return replace(scaling, weights=_weights(scaling, frame, blocks))


def _weights(
    scaling: Scaling, frame: pd.DataFrame, blocks: Mapping[str, Sequence[str]]
) -> FloatArray:
    """One over the deviation of the first principal component of each block."""
    points = scaling.transform(frame)
    weights = np.ones(len(scaling.names))
    for columns in blocks.values():
        places = [place for place, name in enumerate(scaling.names) if name in set(columns)]
        if places:
            spread = np.atleast_2d(np.cov(points[:, places], rowvar=False, ddof=0))
            weights[places] = 1 / np.sqrt(np.linalg.eigvalsh(spread)[-1])
    return weights


def _shape(known: FloatArray) -> tuple[float, float, float, float] | None:
    """Power, mean, deviation and median of what is known; None where it does not vary."""
    column = known.reshape(-1, 1)
    power = float(PowerTransformer(standardize=False).fit(column).lambdas_[0])
    power = float(np.clip(power, *POWERS))
    shaped = yeojohnson(known, power)
    deviation = float(shaped.std())
    if not np.isfinite(deviation) or deviation <= 1e-12 * max(1.0, abs(float(shaped.mean()))):
        return None
    return power, float(shaped.mean()), deviation, float(np.median(known))
