"""A first guard against fields that know the outcome because the outcome wrote them."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.cells import MISSING, Column, level_keys
from analytics.methods.features import Feature
from analytics.methods.folds import Folds, canonical_order, stratified_folds
from analytics.methods.intervals import auc_interval
from analytics.methods.leak_words import NameHint, name_hint, value_speaks
from analytics.methods.outcomes import check_outcomes
from analytics.methods.states import Codes, fit_field
from analytics.methods.tabular import check_columns

__all__ = ["FieldEvidence", "weigh_leaks"]

FloatArray = npt.NDArray[np.float64]
Severity = Literal["strong", "weak", ""]

# On X Education honest fields reach .75 alone, the late ones between .55 and .92.
AUC_STRONG = 0.85
AUC_WEAK = 0.75
AUC_WITH_NAME = 0.65
FILL_GAP = 0.25
ONE_CLASS_WEAK = 0.05
ONE_CLASS_STRONG = 0.25
ONE_CLASS_CHANCE = 1e-4
VALUES_SHARE = 0.01
SMOOTHING = 5.0
FOLDS = 5


@dataclass(frozen=True)
class FieldEvidence:
    """What speaks for one field knowing the outcome.

    Parameters
    ----------
    name : str
        The field.
    severity : {"strong", "weak", ""}
        Strong suspects are left out until a person says otherwise; weak ones are asked about.
    reasons : tuple of str
        ``separates_alone``, ``separates_well``, ``one_class_levels``, ``fill_gap``,
        ``outcome_name``, ``moving_name`` (a value that is overwritten as time goes on),
        ``outcome_values``.
    auc : float
        Cross-validated ROC-AUC of this field alone.
    fill_gap : float
        Share filled among the positives less that among the negatives.
    one_class_share : float
        Share of the rows on levels that occur in one class only, more often than chance allows.
    outcome_values_share : float
        Share of the rows on levels that speak of an outcome.

    Examples
    --------
    >>> FieldEvidence("tags", "strong", ("separates_alone",), 0.92, 0.2, 0.0, 0.1).to_dict()["auc"]
    0.92
    """

    name: str
    severity: Severity
    reasons: tuple[str, ...]
    auc: float
    fill_gap: float
    one_class_share: float
    outcome_values_share: float

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form."""
        return asdict(self) | {"reasons": list(self.reasons)}


def weigh_leaks(
    frame: pd.DataFrame,
    outcomes: npt.ArrayLike,
    features: Sequence[Feature],
    *,
    missing_values: Collection[str] = (),
    seed: int = 0,
    min_class: int = 50,
) -> list[FieldEvidence]:
    """Weigh for every field whether it was written after, or because of, the outcome.

    A single snapshot cannot prove a leak, nor its absence: a field that separates well may be an
    honest, strong one, and a harmless looking one may have been filled in afterwards. This names
    suspects with figures, so that a person who knows how the field is filled can decide. Time of
    filling, where an audit trail knows it, is stronger evidence and is not looked at here.

    Parameters
    ----------
    frame : DataFrame, shape (n, m)
        Closed leads, raw cells; the index holds their ids.
    outcomes : array_like of {0, 1}, shape (n,)
        1 converted, 0 not.
    features : sequence of Feature
        Fields to weigh.
    missing_values : collection of str
        Words that mean "not answered".
    seed : int
        Of the folds behind the single-field AUC.
    min_class : int
        Fewest positives, and fewest negatives.

    Returns
    -------
    list of FieldEvidence
        Every field, the suspects first, then by AUC. Strong: AUC alone ≥ .85; or ≥ .65 under a
        name that speaks of an outcome; or a quarter of the rows on one-class levels. Weak: AUC
        ≥ .75; filling differs by 25 points between the classes; 5 % of the rows on one-class
        levels; the name, or values of 1 % of the rows, speak of an outcome.

    Raises
    ------
    InsufficientData
        ``empty``, ``one_class``, ``few_positives``, ``few_negatives``.
    InvalidData
        As `fit_logistic`.

    References
    ----------
    S. Kaufman, S. Rosset, C. Perlich, O. Stitelman (2012), "Leakage in data mining: formulation,
    detection, and avoidance", ACM TKDD 6(4).

    Examples
    --------
    >>> won = [0, 1] * 100
    >>> frame = pd.DataFrame({"Lead status": ["lost", "won"] * 100, "city": ["A", "A", "B"] * 66 + ["B"] * 2})
    >>> found = weigh_leaks(frame, won, [Feature("Lead status", "category"), Feature("city", "category")])
    >>> [(one.name, one.severity) for one in found]
    [('Lead status', 'strong'), ('city', '')]
    """
    check_columns(frame, features)
    y = check_outcomes(frame, outcomes, min_class)
    rows = canonical_order(frame.index)
    ordered, y = frame.iloc[rows], y[rows]
    folds = stratified_folds(y, min(FOLDS, int(min(y.sum(), (1 - y).sum()))), seed)
    found = [
        _weigh(feature, ordered[feature.name], y, folds, missing_values) for feature in features
    ]
    rank = {"strong": 0, "weak": 1, "": 2}
    return sorted(found, key=lambda one: (rank[one.severity], -one.auc, one.name))


def _weigh(
    feature: Feature, values: Column, y: FloatArray, folds: Folds, missing_values: Collection[str]
) -> FieldEvidence:
    field = fit_field(feature, values, missing_values)
    codes, keys, _ = level_keys(values, missing_values)
    filled = np.array([key != MISSING for key in keys], dtype=bool)[codes]
    gap = float(filled[y == 1].mean() - filled[y == 0].mean())
    speaking = np.array([value_speaks(key) for key in keys], dtype=bool)[codes]
    auc = _single_field_auc(field.encode(values, missing_values), y, folds)
    # A number's single values are too many to each say something: only its bins count.
    levels = field.encode(values, missing_values) if feature.kind == "numeric" else codes
    one_class = _one_class_share(levels, y)
    reasons = _reasons(auc, gap, one_class, float(speaking.mean()), name_hint(feature.name))
    return FieldEvidence(
        name=feature.name,
        severity=_severity(reasons, auc, one_class),
        reasons=reasons,
        auc=auc,
        fill_gap=gap,
        one_class_share=one_class,
        outcome_values_share=float(speaking.mean()),
    )


def _reasons(
    auc: float, gap: float, one_class: float, speaking: float, hint: NameHint
) -> tuple[str, ...]:
    tests = {
        "separates_alone": auc >= AUC_STRONG,
        "separates_well": AUC_WEAK <= auc < AUC_STRONG,
        "one_class_levels": one_class >= ONE_CLASS_WEAK,
        "fill_gap": abs(gap) >= FILL_GAP,
        "outcome_name": hint == "outcome",
        "moving_name": hint == "moving",
        "outcome_values": speaking >= VALUES_SHARE,
    }
    return tuple(code for code, holds in tests.items() if holds)


def _severity(reasons: tuple[str, ...], auc: float, one_class: float) -> Severity:
    named = "outcome_name" in reasons and auc >= AUC_WITH_NAME
    if "separates_alone" in reasons or named or one_class >= ONE_CLASS_STRONG:
        return "strong"
    return "weak" if reasons else ""


def _single_field_auc(codes: Codes, y: FloatArray, folds: Folds) -> float:
    states = codes + 1  # neutral first
    size = int(states.max()) + 1
    rates = np.empty(len(y))
    for train, test in folds:
        rows = np.bincount(states[train], minlength=size)
        wins = np.bincount(states[train], weights=y[train], minlength=size)
        smoothed = (wins + SMOOTHING * y[train].mean()) / (rows + SMOOTHING)
        rates[test] = smoothed[states[test]]
    # An uninformative field's folds differ only in their base rates, which would order the rows
    # against the outcome and push the area below one half.
    return max(auc_interval(y, rates).auc, 0.5)


def _one_class_share(levels: npt.NDArray[Any], y: FloatArray) -> float:
    states = levels - levels.min()
    rows = np.bincount(states)
    wins = np.bincount(states, weights=y)
    rate = float(y.mean())
    chance = np.where(wins == rows, rate**rows, (1 - rate) ** rows)
    pure = ((wins == rows) | (wins == 0)) & (rows > 0) & (chance < ONE_CLASS_CHANCE)
    return float(rows[pure].sum() / len(y))
