"""Segments by k-means: as many as come out again when the customers are drawn anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.folds import canonical_order
from analytics.methods.segmentation.scaling import Scaling, fit_scaling

__all__ = ["Segmentation", "fit_segments"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FEWEST = 100  # rows
FEWEST_EACH = 10  # rows of a segment
DRAWS = 50  # of customers, with replacement
STABLE = 0.9  # mean adjusted Rand index
NEARLY = 0.05  # less than the most stable number of segments
TENTH = 0.1
SHUFFLES = 10
APART = 3.0  # standard deviations above shuffled columns
LEAST_APART = 0.05  # and so much of the silhouette
TRIED = 4_000  # rows on which numbers of segments are tried
SEEN = 2_000  # rows of a silhouette
AT_ONCE = 100_000  # rows; beyond, they are looked at in batches
BEGINNINGS = 10


@dataclass(frozen=True)
class Segmentation:
    """Centres of the segments and how sure they are.

    Parameters
    ----------
    scaling : Scaling
        Of the columns.
    centres : ndarray, shape (k, f)
        On the common scale, in the order of the first column that tells them apart.
    table : pandas.DataFrame
        One row a number of segments that was tried: ``k``, ``stability`` (mean adjusted Rand index
        between all customers and draws of them), ``worst`` (what nine of ten draws reach),
        ``silhouette``, ``shuffled`` (that of columns shuffled against each other; NaN where it was
        not asked).
    is_stable : bool
        Whether the segments come out again and are more than chance.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> ends = np.repeat([[0.0, 9.0], [9.0, 0.0], [9.0, 9.0]], 60, axis=0)
    >>> frame = pd.DataFrame(ends + random.normal(size=(180, 2)), columns=["a", "b"])
    >>> found = fit_segments(frame)
    >>> found.k, found.is_stable
    (3, True)
    >>> np.bincount(found.assign(frame)).tolist()
    [60, 60, 60]
    """

    scaling: Scaling
    centres: FloatArray
    table: pd.DataFrame
    is_stable: bool

    @property
    def k(self) -> int:
        """How many segments."""
        return len(self.centres)

    @property
    def chosen(self) -> dict[str, float]:
        """The row of the table that was chosen."""
        row = self.table[self.table["k"] == self.k].iloc[0]
        return {name: float(row[name]) for name in self.table.columns}

    def assign(self, frame: pd.DataFrame) -> IntArray:
        """Number of the nearest centre of each row, shape (n,)."""
        return nearest(self.scaling.transform(frame), self.centres)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form."""
        return {
            "scaling": self.scaling.to_dict(),
            "centres": self.centres.tolist(),
            "table": self.table.to_dict("records"),
            "is_stable": self.is_stable,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Segmentation":
        """From its plain JSON form."""
        return cls(
            Scaling.from_dict(stored["scaling"]),
            np.array(stored["centres"], dtype=np.float64),
            pd.DataFrame(stored["table"]),
            bool(stored["is_stable"]),
        )


def nearest(points: FloatArray, centres: FloatArray) -> IntArray:
    """Number of the nearest centre of each point."""
    squares = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return np.asarray(squares.argmin(axis=1), dtype=np.int64)


def fit_segments(
    frame: pd.DataFrame,
    *,
    most: int = 8,
    seed: int = 0,
    blocks: Mapping[str, Sequence[str]] | None = None,
) -> Segmentation:
    """Find the finest segments that are still stable.

    A number of segments is stable where draws of the customers, clustered anew, put them into the
    same groups: an adjusted Rand index of 0.9 in the mean, and no more than 0.05 below that of the
    most stable number. It is more than chance where its silhouette is well above that of the same
    columns shuffled against each other. Of the numbers that are both the largest one serves.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, f)
        Columns of numbers under the customers.
    most : int
        The largest number of segments that is tried.
    seed : int
        Of draws and beginnings.
    blocks : mapping of str to sequence of str, optional
        Columns that tell of the same and weigh as one, as `fit_scaling` takes them.

    Returns
    -------
    Segmentation
        The same rows in any order and the same seed give the same segments. Where none are stable
        the most stable ones, and `is_stable` says so.

    Raises
    ------
    InsufficientData
        ``empty``, ``no_usable_field``; ``few_rows``: fewer than 100.
    InvalidData
        ``bad_parameter``.

    References
    ----------
    C. Hennig (2007), "Cluster-wise Assessment of Cluster Stability", Computational Statistics &
    Data Analysis 52, 258–271; L. Hubert and P. Arabie (1985), "Comparing Partitions", Journal of
    Classification 2, 193–218.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> fit_segments(pd.DataFrame(random.normal(size=(300, 2)), columns=["a", "b"])).is_stable
    False
    """
    if most < 2:
        raise InvalidData("bad_parameter", "two segments are the fewest")
    if not len(frame):
        raise InsufficientData("empty", needed=FEWEST, found=0)
    if len(frame) < FEWEST:
        raise InsufficientData("few_rows", needed=FEWEST, found=len(frame))
    scaling = fit_scaling(frame, blocks=blocks)
    points = scaling.transform(frame.iloc[canonical_order(frame.index)])
    random = np.random.default_rng(seed)
    tried = points
    if len(points) > TRIED:
        tried = points[np.sort(random.choice(len(points), TRIED, replace=False))]
    most = min(most, len(tried) // FEWEST_EACH, len(np.unique(tried, axis=0)) - 1)
    rows = [_tried(tried, k, random, seed) for k in range(2, most + 1)]
    least = max(STABLE, max(row["stability"] for row in rows) - NEARLY)
    stable = [
        row
        for row in reversed(rows)
        if row["stability"] >= least and row["smallest"] >= FEWEST_EACH
    ]
    served = next((row for row in stable if _is_apart(row, tried, random, seed)), None)
    best = served or max(rows, key=lambda row: row["stability"])
    centres = _ordered(_fitted(points, int(best["k"]), seed).cluster_centers_)
    columns = ["k", "stability", "worst", "silhouette", "shuffled"]
    table = pd.DataFrame(rows).reindex(columns=columns)
    return Segmentation(scaling, centres, table, served is not None)


def _fitted(points: FloatArray, k: int, seed: int) -> "KMeans | MiniBatchKMeans":
    if len(points) > AT_ONCE:
        batches = MiniBatchKMeans(k, batch_size=10_000, n_init=BEGINNINGS, random_state=seed)
        return batches.fit(points)
    return KMeans(k, n_init=BEGINNINGS, random_state=seed).fit(points)


def _tried(points: FloatArray, k: int, random: np.random.Generator, seed: int) -> dict[str, float]:
    """How well so many segments come out again."""
    labels = _fitted(points, k, seed).labels_
    found = []
    for draw in range(DRAWS):
        rows = random.integers(0, len(points), len(points))
        anew = KMeans(k, n_init=BEGINNINGS // 2, random_state=seed + draw).fit(points[rows])
        found.append(adjusted_rand_score(labels, anew.predict(points)))
    return {
        "k": float(k),
        "stability": float(np.mean(found)),
        "worst": float(np.quantile(found, TENTH)),
        "silhouette": _silhouette(points, labels, seed),
        "smallest": float(np.bincount(labels).min()),
    }


def _is_apart(
    row: dict[str, float], points: FloatArray, random: np.random.Generator, seed: int
) -> bool:
    """Whether the columns hold together more than by chance; notes what chance gives."""
    chance = _shuffled(points, int(row["k"]), random, seed)
    row["shuffled"] = float(chance.mean())
    margin = max(APART * float(chance.std(ddof=1)), LEAST_APART)
    return row["silhouette"] > row["shuffled"] + margin


def _silhouette(points: FloatArray, labels: IntArray, seed: int) -> float:
    return float(
        silhouette_score(points, labels, sample_size=min(SEEN, len(points)), random_state=seed)
    )


def _shuffled(points: FloatArray, k: int, random: np.random.Generator, seed: int) -> FloatArray:
    """Silhouettes of so many segments where nothing holds the columns together.

    A single column is compared with an even one: there is nothing to shuffle it against.
    """
    found = []
    for _shuffle in range(SHUFFLES):
        columns = random.permuted(points, axis=0)
        if points.shape[1] == 1:
            columns = random.uniform(points.min(), points.max(), points.shape)
        labels = KMeans(k, n_init=BEGINNINGS // 2, random_state=seed).fit(columns).labels_
        found.append(_silhouette(columns, labels, seed))
    return np.array(found)


def _ordered(centres: FloatArray) -> FloatArray:
    """By the column in which they lie furthest apart, the largest first."""
    widest = int(np.ptp(centres, axis=0).argmax())
    order = np.lexsort((*centres.T, -centres[:, widest]))
    return np.asarray(centres[order], dtype=np.float64)
