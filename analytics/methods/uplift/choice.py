"""Which learner serves: the simplest that is not surely worse than the best, or none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.features import Feature
from analytics.methods.folds import Folds, canonical_order, stratified_folds
from analytics.methods.states import Codes
from analytics.methods.tabular import TabularEncoder
from analytics.methods.uplift.learners import LEARNERS, Learner, UpliftModel, fit_learner
from analytics.methods.uplift.qini import QiniCurve, qini_curve, qini_draws

__all__ = ["TriedLearner", "UpliftFit", "fit_uplift"]

FloatArray = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

HELD_OUT = 3  # the first of three folds is never learnt from before the end
FOLDS = 5
LEAST = 50  # people of each arm with the outcome, and without


@dataclass(frozen=True)
class TriedLearner:
    """How one learner orders people whom it has not seen.

    Parameters
    ----------
    learner : str
        Which.
    field : str
        The field of ``one_field``.
    folds : float
        Qini coefficient over the folds that it was chosen by.
    behind, error : float
        By how much it lies behind the best one there, and the standard error of that.
    least : float
        Lower end of the coefficient there, 95 %.
    curve : QiniCurve
        On the held-out third.
    lower, upper : float
        Of its coefficient, 95 %.

    Examples
    --------
    >>> curve = QiniCurve(np.array([0.0, 1.0]), np.array([0.0, 0.1]), 0.0)
    >>> TriedLearner("one_field", "web", 0.1, 0.0, 0.0, 0.05, curve, 0.05, 0.15).is_better_than_chance
    True
    """

    learner: Learner
    field: str
    folds: float
    behind: float
    error: float
    least: float
    curve: QiniCurve
    lower: float
    upper: float

    @property
    def is_better_than_chance(self) -> bool:
        """Whether it orders people better than by chance, by the folds."""
        return self.least > 0


@dataclass(frozen=True)
class UpliftFit:
    """What was learnt, and the evidence for it.

    Parameters
    ----------
    model : UpliftModel or None
        What serves, learnt from all rows; None where no learner is surely better than chance.
    tried : tuple of TriedLearner
        All learners, the simplest first.
    rows, held_out : int
        All people, and those of the held-out third.
    overall : float
        What the message changes on the whole, per person.

    Examples
    --------
    >>> UpliftFit(None, (), 300, 100, 0.0).chosen is None
    True
    """

    model: UpliftModel | None
    tried: tuple[TriedLearner, ...]
    rows: int
    held_out: int
    overall: float

    @property
    def chosen(self) -> Learner | None:
        """The learner that serves."""
        return None if self.model is None else self.model.learner

    @property
    def best(self) -> TriedLearner:
        """Of the folds, whether it serves or not."""
        return max(self.tried, key=lambda each: each.folds)


def fit_uplift(
    frame: pd.DataFrame,
    treated: npt.ArrayLike,
    outcomes: npt.ArrayLike,
    features: Sequence[Feature],
    *,
    seed: int = 0,
    missing_values: Sequence[str] = (),
    draws: int = 200,
) -> UpliftFit:
    """Learn for whom a message changes most, and measure it on people not seen.

    A third is held out. On the rest the learners are compared over five folds by their Qini
    coefficients; the simplest within one standard error of the best serves, if the best is better
    than a random order. The held-out third then says how good each is; it chooses nothing.

    Parameters
    ----------
    frame : DataFrame, shape (n, m)
        Raw cells as they were before the message; the index holds ids.
    treated : array_like of {0, 1}, shape (n,)
        Who got the message, drawn by chance.
    outcomes : array_like of float, shape (n,)
        0 or 1, or an amount.
    features : sequence of Feature
        Fields to use.
    seed : int
        Of the folds and draws.
    missing_values : sequence of str
        See `TabularEncoder.fit`.
    draws : int
        For intervals.

    Returns
    -------
    UpliftFit

    Raises
    ------
    InsufficientData
        ``empty``; ``one_class`` without one of the arms; ``few_positives`` or ``few_negatives``
        with fewer than 50 outcomes, or people without, in an arm; ``no_usable_field``.
    InvalidData
        ``unequal_lengths``, ``unknown_target``, ``not_finite``, ``duplicate_ids``.

    References
    ----------
    See `qini_curve` and `fit_learner`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> frame = pd.DataFrame({"source": rng.choice(["web", "fair"], 4_000)})
    >>> treated = rng.integers(0, 2, 4_000)
    >>> chance = 0.1 + 0.2 * treated * (frame["source"] == "fair")
    >>> found = fit_uplift(frame, treated, rng.random(4_000) < chance,
    ...                    [Feature("source", "category")])
    >>> found.chosen, found.model.field
    ('one_field', 'source')
    """
    t, y = _checked(frame, treated, outcomes)
    rows = canonical_order(frame.index)
    ordered, t, y = frame.iloc[rows], t[rows], y[rows]
    encoder = TabularEncoder.fit(ordered, features, missing_values=tuple(missing_values))
    codes = encoder.transform(ordered)
    people = _People(encoder, codes, t, y)
    known, held_out = people.folds(np.arange(len(y)), HELD_OUT, seed)[0]
    tried = _tried(people, known, held_out, seed, draws)
    served = _served(tried)
    model = None if served is None else people.fit(served, np.arange(len(y)))
    overall = float(y[t == 1].mean() - y[t == 0].mean())
    return UpliftFit(model, tuple(tried), len(y), len(held_out), overall)


@dataclass(frozen=True)
class _People:
    """Rows in canonical order, as learners take them."""

    encoder: TabularEncoder
    codes: Codes
    treated: FloatArray
    outcomes: FloatArray

    def fit(self, learner: Learner, rows: Rows) -> UpliftModel:
        return fit_learner(
            learner, self.encoder, self.codes[rows], self.treated[rows], self.outcomes[rows]
        )

    def curve(self, scores: FloatArray, rows: Rows) -> QiniCurve:
        return qini_curve(scores, self.treated[rows], self.outcomes[rows])

    def drawn(self, scores: FloatArray, rows: Rows, draws: int, seed: int) -> FloatArray:
        return qini_draws(scores, self.treated[rows], self.outcomes[rows], draws=draws, seed=seed)

    def folds(self, rows: Rows, folds: int, seed: int) -> Folds:
        """With both arms, and both outcomes, in each as in all."""
        kinds = 2 * self.treated[rows] + (self.outcomes[rows] != 0)
        return [(rows[a], rows[b]) for a, b in stratified_folds(kinds, folds, seed)]

    def across_folds(
        self, learner: Learner, rows: Rows, draws: int, seed: int
    ) -> tuple[float, FloatArray]:
        """Mean coefficient of models on people they have not seen, and its draws.

        Each fold is ordered on its own: levels of different models say nothing of each other.
        """
        found, drawn = [], []
        for number, (train, test) in enumerate(self.folds(rows, FOLDS, seed)):
            scores = self.fit(learner, train).of_codes(self.codes[test])
            found.append(self.curve(scores, test).coefficient)
            drawn.append(self.drawn(scores, test, draws, seed + number))
        return float(np.mean(found)), np.mean(drawn, axis=0)


def _tried(
    people: _People, known: Rows, held_out: Rows, seed: int, draws: int
) -> list[TriedLearner]:
    said = {each: people.across_folds(each, known, draws, seed) for each in LEARNERS}
    at = {each: found for each, (found, _drawn) in said.items()}
    drawn = {each: draws_of for each, (_found, draws_of) in said.items()}
    best = max(LEARNERS, key=lambda each: at[each])
    tried = []
    for each in LEARNERS:
        model = people.fit(each, known)
        scores = model.of_codes(people.codes[held_out])
        ends = np.quantile(people.drawn(scores, held_out, draws, seed), (0.025, 0.975))
        tried.append(
            TriedLearner(
                learner=each,
                field=model.field,
                folds=at[each],
                behind=at[best] - at[each],
                error=float((drawn[best] - drawn[each]).std()),
                least=float(np.quantile(drawn[each], 0.025)),
                curve=people.curve(scores, held_out),
                lower=float(ends[0]),
                upper=float(ends[1]),
            )
        )
    return tried


def _checked(
    frame: pd.DataFrame, treated: npt.ArrayLike, outcomes: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    t, y = (np.asarray(each, dtype=np.float64) for each in (treated, outcomes))
    if not len(frame) == len(t) == len(y):
        raise InvalidData("unequal_lengths", "each row has an arm and an outcome")
    if not len(t):
        raise InsufficientData("empty", needed=4 * LEAST, found=0)
    if not np.isin(t, (0.0, 1.0)).all():
        raise InvalidData("unknown_target", "treated must be 0 or 1, none missing")
    if not np.all(np.isfinite(y)):
        raise InvalidData("not_finite", "outcomes must be finite")
    if t.min() == t.max():
        raise InsufficientData("one_class", needed=2, found=1)
    _check_counts(t, y)
    return t, y


def _check_counts(t: FloatArray, y: FloatArray) -> None:
    is_share = bool(np.isin(y, (0.0, 1.0)).all())
    for arm in (1.0, 0.0):
        own = y[t == arm]
        positives = int((own != 0).sum())
        if positives < LEAST:
            raise InsufficientData("few_positives", needed=LEAST, found=positives)
        if is_share and len(own) - positives < LEAST:
            raise InsufficientData("few_negatives", needed=LEAST, found=len(own) - positives)


def _served(tried: Sequence[TriedLearner]) -> Learner | None:
    if not max(tried, key=lambda each: each.folds).is_better_than_chance:
        return None
    near = (each for each in tried if each.behind <= each.error and each.is_better_than_chance)
    return next(near).learner
