"""Learners of what a message changes: two models, a transformed outcome, one field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression, RidgeCV

from analytics.methods.errors import InvalidData
from analytics.methods.logistic import centred_one_hot
from analytics.methods.states import Codes
from analytics.methods.tabular import TabularEncoder
from analytics.methods.uplift.qini import qini_curve

__all__ = ["UpliftModel", "fit_learner"]

FloatArray = npt.NDArray[np.float64]
Learner = Literal["one_field", "transformed", "two_models"]

# The simplest first.
LEARNERS: tuple[Learner, ...] = ("one_field", "transformed", "two_models")
STRENGTH = 0.1  # inverse penalty of the logistic models
PENALTIES = tuple(np.logspace(1, 5, 13).tolist())


@dataclass(frozen=True)
class UpliftModel:
    """What a message changes for a person, as one sum over field states or the gap between two.

    Parameters
    ----------
    learner : {"one_field", "transformed", "two_models"}
        How it was learnt.
    encoder : TabularEncoder
        Fields and their states.
    treated : ndarray, shape (1 + p,)
        Constant and weights of the states; alone it says the change itself.
    others : ndarray, shape (1 + p,), or None
        The same for people without the message: the change is the gap.
    is_share : bool
        Whether outcomes are yes or no; then two models say log-odds.
    field : str
        The one field of ``one_field``.

    See Also
    --------
    fit_learner : how one is made.

    Examples
    --------
    >>> from analytics.methods.features import Feature
    >>> frame = pd.DataFrame({"source": ["web"] * 30 + ["fair"] * 30})
    >>> encoder = TabularEncoder.fit(frame, [Feature("source", "category")])
    >>> model = UpliftModel("one_field", encoder, np.array([0.5, 0.2, -0.2]), None, True, "source")
    >>> model.predict(frame.iloc[[0]]).tolist()
    [0.3]
    """

    learner: Learner
    encoder: TabularEncoder
    treated: FloatArray
    others: FloatArray | None
    is_share: bool
    field: str = ""

    def predict(self, frame: pd.DataFrame) -> FloatArray:
        """The change for each row, in outcomes per person, shape (n,)."""
        return self.of_codes(self.encoder.transform(frame))

    def of_codes(self, codes: Codes) -> FloatArray:
        """The same for rows that are encoded already."""
        design = centred_one_hot(codes, self.encoder)
        with_it = self.treated[0] + design @ self.treated[1:]
        if self.others is None:
            return np.asarray(with_it)
        without = self.others[0] + design @ self.others[1:]
        if self.is_share:
            with_it, without = expit(with_it), expit(without)
        return np.asarray(with_it - without)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; `from_dict` gives the same model back."""
        return {
            "learner": self.learner,
            "encoder": self.encoder.to_dict(),
            "treated": self.treated.tolist(),
            "others": None if self.others is None else self.others.tolist(),
            "is_share": self.is_share,
            "field": self.field,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "UpliftModel":
        """Rebuild a model from `to_dict`.

        Raises
        ------
        InvalidData
            ``bad_artifact`` if the form is not one of ours.
        """
        try:
            encoder = TabularEncoder.from_dict(stored["encoder"])
            treated = np.array(stored["treated"], dtype=np.float64)
            others = stored["others"]
            other = None if others is None else np.array(others, dtype=np.float64)
            is_share, field = bool(stored["is_share"]), str(stored["field"])
            learner: Learner = stored["learner"]
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidData("bad_artifact", f"not a stored model: {error!r}") from error
        if learner not in LEARNERS or len(treated) != 1 + len(encoder.shares):
            raise InvalidData("bad_artifact", "weights and states do not fit together")
        return cls(learner, encoder, treated, other, is_share, field)


def fit_learner(
    learner: Learner, encoder: TabularEncoder, codes: Codes, treated: FloatArray, y: FloatArray
) -> UpliftModel:
    """Learn from people of whom a part was treated by chance.

    Parameters
    ----------
    learner : {"one_field", "transformed", "two_models"}
        ``two_models``: one for the treated, one for the others (ridge logistic regressions, ridge
        regressions for amounts). ``transformed``: a ridge regression on an outcome whose mean
        given the fields is the change. ``one_field``: the change by states of the one field that
        orders people best, drawn towards the change of all.
    encoder : TabularEncoder
        Of the rows.
    codes : ndarray of int, shape (n, f)
        From its `transform`.
    treated : ndarray of {0.0, 1.0}, shape (n,)
        Who was.
    y : ndarray of float, shape (n,)
        Outcomes.

    Returns
    -------
    UpliftModel

    References
    ----------
    N. J. Radcliffe, P. D. Surry (1999), "Differential response analysis" (two models); S. Athey,
    G. W. Imbens (2015), "Machine Learning Methods for Estimating Heterogeneous Causal Effects",
    arXiv 1504.01132 (transformed outcome); R. DerSimonian, N. Laird (1986), Controlled Clinical
    Trials 7, 177–188 (states drawn towards all).

    Examples
    --------
    >>> from analytics.methods.features import Feature
    >>> frame = pd.DataFrame({"source": ["web", "web", "fair", "fair"] * 50})
    >>> encoder = TabularEncoder.fit(frame, [Feature("source", "category")])
    >>> treated, y = np.array([1.0, 0.0] * 100), np.array([1.0, 0.0, 0.0, 0.0] * 50)
    >>> model = fit_learner("transformed", encoder, encoder.transform(frame), treated, y)
    >>> model.predict(frame.iloc[[0, 2]]).round(1).tolist()
    [1.0, 0.0]
    """
    is_share = bool(np.isin(y, (0.0, 1.0)).all())
    if learner == "one_field":
        return _one_field(encoder, codes, treated, y, is_share)
    design = centred_one_hot(codes, encoder)
    if learner == "transformed":
        return UpliftModel(learner, encoder, _transformed(design, treated, y), None, is_share)
    with_it, without = (
        _model(design[rows], y[rows], is_share=is_share) for rows in (treated == 1, treated == 0)
    )
    return UpliftModel(learner, encoder, with_it, without, is_share)


def _transformed(design: FloatArray, treated: FloatArray, y: FloatArray) -> FloatArray:
    # The mean is taken off first: the expectation stays, the variance falls.
    share = treated.mean()
    changed = (y - y.mean()) * (treated - share) / (share * (1 - share))
    return _ridge(design, changed)


def _model(design: FloatArray, y: FloatArray, *, is_share: bool) -> FloatArray:
    if not is_share or y.min() == y.max():
        return _ridge(design, y) if not is_share else _constant(design, y)
    found = LogisticRegression(C=STRENGTH, max_iter=1_000).fit(design, y)
    return np.append(found.intercept_, found.coef_[0])


def _constant(design: FloatArray, y: FloatArray) -> FloatArray:
    """Where all did the same: log-odds that are nearly sure."""
    odds = (y.sum() + 0.5) / (len(y) - y.sum() + 0.5)
    return np.append(np.log(odds), np.zeros(design.shape[1]))


def _ridge(design: FloatArray, y: FloatArray) -> FloatArray:
    found = RidgeCV(PENALTIES).fit(design, y)
    return np.append(found.intercept_, found.coef_)


def _one_field(
    encoder: TabularEncoder, codes: Codes, treated: FloatArray, y: FloatArray, is_share: bool
) -> UpliftModel:
    """The field is chosen on halves: its states learnt on one, the order tried on the other."""
    halves = _halves(treated)
    tried = []
    for column, field in enumerate(encoder.fields):
        own, size = codes[:, column], len(field.counts)
        found = 0.0
        for half in (0, 1):
            learnt, asked = halves == half, halves != half
            change = _by_state(own[learnt], size, treated[learnt], y[learnt])
            scores = np.append(change, 0.0)[own[asked]]
            found += qini_curve(scores, treated[asked], y[asked]).coefficient
        tried.append(found)
    best = int(np.argmax(tried))
    field = encoder.fields[best]
    block = encoder.columns[field.feature.name]
    change = _by_state(codes[:, best], len(field.counts), treated, y)
    weights = np.zeros(1 + len(encoder.shares))
    weights[0] = change @ encoder.shares[block]
    weights[1:][block] = change
    return UpliftModel("one_field", encoder, weights, None, is_share, field.feature.name)


def _halves(treated: FloatArray) -> npt.NDArray[np.int64]:
    """0 and 1 by turns within each arm: whoever put every other person into an arm has both arms in both halves."""
    halves = np.zeros(len(treated), dtype=np.int64)
    for arm in (0.0, 1.0):
        rows = np.flatnonzero(treated == arm)
        halves[rows] = np.arange(len(rows)) % 2
    return halves


def _by_state(codes: npt.NDArray[np.int64], size: int, t: FloatArray, y: FloatArray) -> FloatArray:
    """Change in each state, drawn towards the change of all by how sure it is."""
    means, errors = [], []
    for arm in (1.0, 0.0):
        rows = (codes >= 0) & (t == arm)
        count = np.bincount(codes[rows], minlength=size)
        total = np.bincount(codes[rows], y[rows], minlength=size)
        means.append(np.divide(total, count, out=np.zeros(size), where=count > 0))
        spread = y[t == arm].var()
        errors.append(np.divide(spread, count, out=np.full(size, np.inf), where=count > 0))
    change, error = means[0] - means[1], errors[0] + errors[1]
    overall = float(y[t == 1].mean() - y[t == 0].mean())
    known = np.isfinite(error) & (error > 0)
    if known.sum() < 2:
        return np.full(size, overall)
    weights = 1 / error[known]
    middle = float(weights @ change[known] / weights.sum())
    apart = float(weights @ (change[known] - middle) ** 2)
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    between = max(0.0, (apart - (known.sum() - 1)) / scale) if scale > 0 else 0.0
    found = np.full(size, middle)
    found[known] += between / (between + error[known]) * (change[known] - middle)
    return found
