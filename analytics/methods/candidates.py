"""Candidates for a score, fitted side by side on the same folds; the simplest good one serves."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit
from sklearn.svm import LinearSVC

from analytics.methods.calibrated import CalibratedModel
from analytics.methods.calibration import fit_sigmoid
from analytics.methods.chance import beats_chance
from analytics.methods.choosing import choose_simplest
from analytics.methods.estimators import Estimator, Linear
from analytics.methods.features import Feature
from analytics.methods.folds import FoldKind, Folds, canonical_order, cluster_numbers, cut_folds
from analytics.methods.logistic import CalibratedLogistic, centred_one_hot
from analytics.methods.logistic_fit import fit_logistic
from analytics.methods.network_fit import fit_network
from analytics.methods.outcomes import check_outcomes
from analytics.methods.similar_rows import SimilarRows
from analytics.methods.table_rows import TableRows
from analytics.methods.tabular import TabularEncoder
from analytics.methods.trees_fit import fit_trees

__all__ = ["CandidateFit", "Candidates", "fit_candidates"]

FloatArray = npt.NDArray[np.float64]
Model = CalibratedLogistic | CalibratedModel
Grow = Callable[[TableRows, FloatArray, TabularEncoder, int], Sequence[Estimator]]

LOGISTIC = "logistic_regression"
FOLDS = 5
MARGINS = (0.003, 0.03)  # of the support vectors
FOREST = 150
ROUNDS = (50, 100, 200, 300, 450)  # of boosting


@dataclass(frozen=True)
class CandidateFit:
    """One candidate with the evidence for it.

    Parameters
    ----------
    model : CalibratedLogistic or CalibratedModel
        What would be stored and applied.
    out_of_fold : DataFrame
        One row per tested row, in canonical order under its id: ``outcome``, ``fold``, ``logit``
        (uncalibrated) and ``probability`` (calibrated).
    seconds : float
        Of fitting, folds and all.

    Examples
    --------
    >>> fits = fit_candidates(pd.DataFrame({"source": ["web", "fair"] * 150}),
    ...                       [0, 1, 0, 1, 1, 0] * 50, [Feature("source", "category")],
    ...                       algorithms=["logistic_regression"])
    >>> len(fits.chosen_fit.out_of_fold)
    300
    """

    model: Model
    out_of_fold: pd.DataFrame
    seconds: float


@dataclass(frozen=True)
class Candidates:
    """All candidates, and which of them serves.

    Parameters
    ----------
    fits : mapping of str to CandidateFit
        By name, the simplest first.
    chosen : str
        Name of the simplest within one standard error of the best.
    folds : {"time", "holdout", "stratified"}
        See `cut_folds`.
    has_signal : bool
        Whether the chosen one tells more than luck could; see `beats_chance`.

    Examples
    --------
    >>> fits = fit_candidates(pd.DataFrame({"source": ["web", "fair"] * 150}),
    ...                       [0, 1, 0, 1, 1, 0] * 50, [Feature("source", "category")])
    >>> fits.chosen, len(fits.fits), fits.has_signal
    ('logistic_regression', 5, True)
    """

    fits: Mapping[str, CandidateFit]
    chosen: str
    folds: FoldKind
    has_signal: bool

    @property
    def chosen_fit(self) -> CandidateFit:
        """The one that serves."""
        return self.fits[self.chosen]


def fit_candidates(
    frame: pd.DataFrame,
    outcomes: npt.ArrayLike,
    features: Sequence[Feature],
    *,
    order: npt.ArrayLike | None = None,
    seed: int = 0,
    holdout: float = 0.0,
    missing_values: Collection[str] = (),
    min_class: int = 50,
    algorithms: Collection[str] = (),
    begins: Callable[[str], None] | None = None,
    clusters: npt.ArrayLike | None = None,
) -> Candidates:
    """Fit every candidate, calibrate it out of fold, and choose.

    All read the same states (`TabularEncoder`, learnt without the outcomes), in which rare levels
    are merged and missing is an answer of its own; trees see numbers as they are. Nothing is
    weighted by class: each minimises its loss and is calibrated, so a rate of a few per cent
    stays a rate of a few per cent.

    Parameters
    ----------
    frame : DataFrame, shape (n, m)
        Closed leads, raw cells; the index holds their ids.
    outcomes : array_like of {0, 1}, shape (n,)
        1 converted, 0 not.
    features : sequence of Feature
        Fields to use.
    order : array_like, shape (n,), optional
        Time of each lead.
    seed : int
        Of folds and fits.
    holdout : float
        See `cut_folds`.
    missing_values : collection of str
        Words that mean "not answered".
    min_class : int
        Fewest positives, and fewest negatives.
    algorithms : collection of str
        Which ones; all if empty.
    begins : callable, optional
        Is told the name of each before it is fitted; what it raises ends the fitting.
    clusters : array_like, shape (n,), optional
        Equal values mark rows that are alike, such as moments of one lead: they are kept together
        where luck and uncertainty are told.

    Returns
    -------
    Candidates

    Raises
    ------
    InsufficientData, InvalidData
        As `fit_logistic`.

    Examples
    --------
    >>> frame = pd.DataFrame({"source": ["web", "fair"] * 150})
    >>> fit_candidates(frame, [0, 1, 0, 1, 1, 0] * 50, [Feature("source", "category")],
    ...                algorithms=["gradient_boosting"]).chosen
    'gradient_boosting'
    """
    y = check_outcomes(frame, outcomes, min_class)
    wanted = list(algorithms) or [LOGISTIC, *GROWN]
    rows = canonical_order(frame.index, order)
    ordered, y, alike = frame.iloc[rows], y[rows], cluster_numbers(clusters, rows)
    encoder = TabularEncoder.fit(ordered, features, missing_values=missing_values)
    read = TableRows.of(encoder, ordered)
    kind, parts = cut_folds(
        y,
        in_time=order is not None,
        folds=min(FOLDS, min_class),
        seed=seed,
        holdout=holdout,
        clusters=alike,
    )
    begins = begins or _nothing
    fits = {}
    if LOGISTIC in wanted:
        begins(LOGISTIC)
        fits[LOGISTIC] = _logistic(
            frame, outcomes, features, order, seed, holdout, missing_values, min_class, clusters
        )
    for name, grow in GROWN.items():
        if name in wanted:
            begins(name)
            fits[name] = _grown(name, grow, encoder, read, y, parts, seed, ordered.index)
    logits = np.stack([fit.out_of_fold["logit"].to_numpy() for fit in fits.values()])
    tested = np.sort(np.concatenate([test for _train, test in parts]))
    number = choose_simplest(logits, y[tested], None if alike is None else alike[tested]).chosen
    chosen, said = list(fits)[number], np.full(len(y), np.nan)
    said[tested] = logits[number]
    design = centred_one_hot(read.codes, encoder)
    has_signal = fits[chosen].model.has_signal and beats_chance(design, y, parts, said, seed, alike)
    return Candidates(fits, chosen, kind, has_signal)


def _nothing(_name: str) -> None:
    pass


def _logistic(
    frame: pd.DataFrame,
    outcomes: npt.ArrayLike,
    features: Sequence[Feature],
    order: npt.ArrayLike | None,
    seed: int,
    holdout: float,
    missing_values: Collection[str],
    min_class: int,
    clusters: npt.ArrayLike | None,
) -> CandidateFit:
    began = time.perf_counter()
    fit = fit_logistic(
        frame,
        outcomes,
        features,
        order=order,
        seed=seed,
        holdout=holdout,
        missing_values=missing_values,
        min_class=min_class,
        clusters=clusters,
    )
    return CandidateFit(fit.model, fit.out_of_fold, time.perf_counter() - began)


def _grown(
    name: str,
    grow: Grow,
    encoder: TabularEncoder,
    rows: TableRows,
    y: FloatArray,
    parts: Folds,
    seed: int,
    ids: "pd.Index[int]",
) -> CandidateFit:
    """Each variant out of fold, the best of them on all rows."""
    began = time.perf_counter()
    fold_of = np.full(len(y), -1)
    said: list[FloatArray] = []
    for fold, (train, test) in enumerate(parts):
        fold_of[test] = fold
        variants = grow(rows.take(train), y[train], encoder, seed)
        said = said or [np.full(len(y), np.nan) for _variant in variants]
        for logits, variant in zip(said, variants, strict=True):
            logits[test] = variant.logits(rows.take(test))
    tested = fold_of >= 0
    found = np.stack(said)[:, tested]
    chosen = int(choose_simplest(found, y[tested]).log_loss.argmin())
    sigmoid = fit_sigmoid(found[chosen], y[tested])
    calibrated = sigmoid.apply(found[chosen])
    model = CalibratedModel(
        algorithm=name,
        encoder=encoder,
        estimator=grow(rows, y, encoder, seed)[chosen],
        sigmoid=sigmoid,
        similar=SimilarRows.fit(calibrated, y[tested]),
        base_rate=float(y.mean()),
        rows=len(y),
    )
    out_of_fold = pd.DataFrame(
        {
            "outcome": y[tested].astype(np.int64),
            "fold": fold_of[tested],
            "logit": found[chosen],
            "probability": expit(calibrated),
        },
        index=ids[tested],
    )
    return CandidateFit(model, out_of_fold, time.perf_counter() - began)


def _support_vectors(
    rows: TableRows, y: FloatArray, encoder: TabularEncoder, seed: int
) -> Sequence[Estimator]:
    design = centred_one_hot(rows.codes, encoder)
    found = []
    for margin in MARGINS:
        solver = LinearSVC(C=margin, dual=False, random_state=seed).fit(design, y)
        weights = np.asarray(solver.coef_[0], dtype=np.float64)
        found.append(Linear.of(float(solver.intercept_[0]), weights, encoder))
    return found


def _forest(
    rows: TableRows, y: FloatArray, _encoder: TabularEncoder, seed: int
) -> Sequence[Estimator]:
    return [fit_trees(rows, y, "forest", FOREST, seed)]


def _boosting(
    rows: TableRows, y: FloatArray, _encoder: TabularEncoder, seed: int
) -> Sequence[Estimator]:
    trees = fit_trees(rows, y, "boosting", ROUNDS[-1], seed)
    return [trees.first(count) for count in ROUNDS]


def _network(
    rows: TableRows, y: FloatArray, encoder: TabularEncoder, seed: int
) -> Sequence[Estimator]:
    return [fit_network(rows, y, encoder, seed)]


# The simplest first; the logistic regression comes before all.
GROWN: dict[str, Grow] = {
    "support_vectors": _support_vectors,
    "random_forest": _forest,
    "gradient_boosting": _boosting,
    "neural_network": _network,
}
