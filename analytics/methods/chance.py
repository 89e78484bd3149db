"""Whether a model that was chosen among several tells more than chance."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from analytics.methods.errors import InvalidData
from analytics.methods.folds import Folds
from analytics.methods.intervals import auc_interval

__all__ = ["ChanceTest", "beats_chance", "permute_outcomes"]

FloatArray = npt.NDArray[np.float64]

PERMUTATIONS = 199
AT_ONCE = 20  # permutations held in memory together
PENALTY = 10.0
RISK = 0.01  # of taking chance for a signal
WIDE = 4.0  # spreads above one half, which no permutation reached
OBVIOUS = 10.0  # standard errors above one half, where nothing needs to be tested


@dataclass(frozen=True)
class ChanceTest:
    """What a linear model makes of permuted outcomes, against what it makes of the real ones.

    Parameters
    ----------
    p_value : float
        Share of permutations that did as well, the real one counted with them.
    spread : float
        Standard deviation of ROC-AUC under permutation.

    Examples
    --------
    >>> ChanceTest(0.005, 0.02).p_value
    0.005
    """

    p_value: float
    spread: float


def beats_chance(
    design: FloatArray,
    outcomes: FloatArray,
    parts: Folds,
    logits: FloatArray,
    seed: int = 0,
    clusters: npt.NDArray[np.int64] | None = None,
) -> bool:
    """Whether out-of-fold log-odds tell more than luck in the choice of fields and models could.

    An interval of the area takes the model as given. But all folds come of one sample: what looks
    like a signal in it by chance is learnt and is found again in the test rows, and the best of
    several models is taken. On X Education with permuted outcomes the area spreads 1.4 times as wide as
    its standard error says, and one run in four seemed to have a signal. So a ridge regression
    is fitted to permuted outcomes on the same folds. There is a signal if the ridge tells the
    real outcomes better than all but 1 % of the permuted ones, or the chosen model's area is
    four spreads above one half, as where only combinations of fields tell something.

    Parameters
    ----------
    design : ndarray, shape (n, p)
        Centred columns.
    outcomes : ndarray of {0.0, 1.0}, shape (n,)
        What happened.
    parts : list of (ndarray, ndarray)
        Positions of training and of test rows.
    logits : ndarray, shape (n,)
        Of the chosen model out of fold; NaN where a row was not tested.
    seed : int
        Of the permutations.
    clusters : ndarray of int, shape (n,), optional
        Rows with the same number are alike, such as moments of one lead, and their outcomes go
        together to another lead with as many. Row by row, what is the same at all moments of a
        lead would look like a signal.

    Returns
    -------
    bool

    Raises
    ------
    InvalidData
        ``unequal_lengths``.

    Examples
    --------
    >>> outcomes = np.array([0.0, 1.0] * 40)
    >>> parts = [(np.arange(40), np.arange(40, 80)), (np.arange(40, 80), np.arange(40))]
    >>> noise = np.sin(np.arange(80.0) ** 2)
    >>> beats_chance(noise.reshape(-1, 1), outcomes, parts, noise)
    False
    >>> beats_chance(outcomes.reshape(-1, 1) - 0.5, outcomes, parts, outcomes)
    True
    """
    tested = np.isfinite(logits)
    found = auc_interval(
        outcomes[tested],
        logits[tested],
        clusters=None if clusters is None else clusters[tested],
    )
    error = float(np.sqrt(found.variance))
    if found.lower <= 0.5:
        return False
    if found.auc > 0.5 + OBVIOUS * error:
        return True
    test = permute_outcomes(design, outcomes, parts, seed, clusters)
    return test.p_value <= RISK or found.auc > 0.5 + WIDE * test.spread


def permute_outcomes(
    design: FloatArray,
    outcomes: FloatArray,
    parts: Folds,
    seed: int = 0,
    clusters: npt.NDArray[np.int64] | None = None,
) -> ChanceTest:
    """Fit a ridge regression to the outcomes and to 199 permutations of them.

    Outcomes are permuted among the rows of one test part, so that all parts keep their shares.

    Parameters
    ----------
    design, outcomes, parts, seed, clusters
        See `beats_chance`.

    Returns
    -------
    ChanceTest

    Raises
    ------
    InvalidData
        ``unequal_lengths``.

    References
    ----------
    M. Ojala, G. C. Garriga (2010), "Permutation tests for studying classifier performance", Journal
    of Machine Learning Research 11; B. Phipson, G. K. Smyth (2010), "Permutation p-values should
    never be zero", Statistical Applications in Genetics and Molecular Biology 9.

    Examples
    --------
    >>> outcomes = np.array([0.0, 1.0] * 40)
    >>> parts = [(np.arange(40), np.arange(40, 80)), (np.arange(40, 80), np.arange(40))]
    >>> permute_outcomes(outcomes.reshape(-1, 1) - 0.5, outcomes, parts).p_value
    0.005
    """
    if len(design) != len(outcomes):
        raise InvalidData("unequal_lengths", f"{len(outcomes)} outcomes for {len(design)} rows")
    chance = np.random.default_rng(seed)
    own = np.arange(len(outcomes)) if clusters is None else clusters
    blocks = _blocks(own, parts)
    tested = np.unique(np.concatenate([test for _train, test in parts]))
    fits = [(train, test, _inverse(design[train])) for train, test in parts]
    real = _areas(design, outcomes.reshape(-1, 1), fits, tested)[0]
    areas: list[float] = []
    while len(areas) < PERMUTATIONS:
        count = min(AT_ONCE, PERMUTATIONS - len(areas))
        columns = np.column_stack([_permuted(outcomes, blocks, chance) for _ in range(count)])
        areas.extend(_areas(design, columns, fits, tested))
    as_good = sum(area >= real for area in areas)
    return ChanceTest((1 + as_good) / (1 + PERMUTATIONS), float(np.std(areas)))


def _blocks(clusters: npt.NDArray[np.int64], parts: Folds) -> list[npt.NDArray[np.intp]]:
    """Clusters that may change places: tested together (or never) and of one size; a line is one.

    A cluster that a border between parts cuts is one on each side of it.
    """
    part = np.full(len(clusters), -1)
    for number, (_train, test) in enumerate(parts):
        part[test] = number
    order = np.lexsort((clusters, part))
    key = np.stack([part[order], clusters[order]])
    starts = np.flatnonzero(np.r_[True, (key[:, 1:] != key[:, :-1]).any(axis=0)])
    sizes = np.diff(np.r_[starts, len(order)])
    kinds = np.stack([part[order][starts], sizes])
    return [
        order[starts[alike][:, None] + np.arange(size)]
        for (number, size) in np.unique(kinds, axis=1).T
        for alike in [(kinds[0] == number) & (kinds[1] == size)]
    ]


def _permuted(
    outcomes: FloatArray, blocks: list[npt.NDArray[np.intp]], chance: np.random.Generator
) -> FloatArray:
    found = outcomes.copy()
    for lines in blocks:
        found[lines] = outcomes[lines[chance.permutation(len(lines))]]
    return found


def _inverse(rows: FloatArray) -> FloatArray:
    """Of the penalised squares, which are the same whatever the outcomes are."""
    square = rows.T @ rows + PENALTY * np.eye(rows.shape[1])
    return np.asarray(np.linalg.inv(square), dtype=np.float64)


def _areas(
    design: FloatArray,
    columns: FloatArray,
    fits: list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], FloatArray]],
    tested: npt.NDArray[np.intp],
) -> list[float]:
    """ROC-AUC of the ridge out of fold, of each column of outcomes."""
    said = np.zeros(columns.shape)
    for train, test, inverse in fits:
        mean = columns[train].mean(axis=0)
        weights = inverse @ (design[train].T @ (columns[train] - mean))
        said[test] = design[test] @ weights + mean
    ranks = rankdata(said[tested], axis=0)
    won = columns[tested].sum(axis=0)
    lost = len(tested) - won
    sums = (ranks * columns[tested]).sum(axis=0)
    areas: list[float] = ((sums - won * (won + 1) / 2) / (won * lost)).tolist()
    return areas
