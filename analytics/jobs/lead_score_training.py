"""From closed leads to a version: which fields, which are refused, what is recorded."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from analytics.choices import NEEDED_CONVERSIONS
from analytics.jobs.lead_score_drift import reference_of
from analytics.jobs.lead_score_fairness import compared_groups
from analytics.methods.calibrated import CalibratedModel
from analytics.methods.errors import InsufficientData
from analytics.methods.evaluation import evaluate
from analytics.methods.features import Feature, guess_feature
from analytics.methods.lead_score import LeadScoreModel
from analytics.methods.lead_score_fit import LeadScoreFit, fit_lead_score
from analytics.methods.leakage import FieldEvidence, weigh_leaks
from analytics.methods.logistic import CalibratedLogistic
from analytics.methods.reliability import lift_table, reliability_table

# An unanswered drop-down is missing, not an answer.
MISSING_WORDS = ("select", "please select", "n/a", "none", "请选择")
DRIVER_ROWS = 5_000
SMALLEST_CLASS = NEEDED_CONVERSIONS


@dataclass(frozen=True)
class Trained:
    """A trained model with everything its version records."""

    model: LeadScoreModel
    algorithm: str
    parameters: dict[str, Any]
    features: list[dict[str, Any]]
    metrics: dict[str, Any]
    rows: int
    fingerprint: str

    @property
    def has_signal(self) -> bool:
        """Whether it tells more than luck could."""
        return bool(self.metrics["has_signal"])


@dataclass(frozen=True)
class Fields:
    """The fields to use, what the leak guard says of all, and why others cannot be used."""

    used: list[Feature]
    evidence: list[FieldEvidence]
    unusable: dict[str, str]


def train(
    frame: pd.DataFrame,
    outcomes: "pd.Series[int]",
    *,
    order: "pd.Series[Any] | None",
    seed: int,
    leads: "pd.Series[int]",
    decided: Mapping[str, str],
    groups: pd.DataFrame | None,
) -> Trained:
    """Choose fields, refuse those that know the outcome, fit, calibrate, measure.

    `leads` are the leads of the rows; `decided` says of fields that people know them to be filled in "before"
    or "after" the outcome; `groups` holds the fields whose groups of leads are compared.

    Raises
    ------
    InsufficientData
        Of `analytics.methods`, when there is too little to learn from.
    """
    late = [name for name, known in decided.items() if known == "after"]
    frame = frame.drop(columns=late, errors="ignore")
    fields = split_fields(frame, outcomes, seed=seed, known_before=set(decided) - set(late))
    if not fields.used:
        raise InsufficientData("no_usable_field", needed=1, found=0)
    fit = fit_lead_score(
        frame,
        outcomes,
        fields.used,
        order=order,
        seed=seed,
        missing_values=MISSING_WORDS,
        min_class=SMALLEST_CLASS,
        clusters=leads,
    )
    model = fit.model.model
    return Trained(
        fit.model,
        fit.candidates.chosen,
        {"folds": fit.candidates.folds, "seed": seed, "candidates": list(fit.candidates.fits)},
        [{"name": feature.name, "kind": feature.kind} for feature in fields.used],
        {
            **metrics_of(fit, frame, leads),
            "window": _window(order),
            "leads": leads.nunique(),
            "tested_on": _tested_on(outcomes, leads, order),
            "left_out": _left_out(fields.evidence, fields.unusable | dict(model.encoder.dropped)),
            "suspects": [one.to_dict() for one in fields.evidence if one.severity == "weak"],
            "reference": reference_of(fit.model, fit.reference_scores),
            "fairness": compared_groups(groups, fit.candidates.chosen_fit.out_of_fold),
        },
        len(frame),
        _fingerprint(frame, outcomes),
    )


def split_fields(
    frame: pd.DataFrame,
    outcomes: "pd.Series[int]",
    *,
    seed: int,
    known_before: Collection[str] = (),
) -> Fields:
    """The columns to learn from: what can be used and is not known to be told by the outcome.

    Of fields that a person knows to be `known_before` the guard has nothing to say.
    """
    usable, unusable = _usable(frame)
    doubted = [each for each in usable if each.name not in known_before]
    evidence = weigh_leaks(frame, outcomes, doubted, missing_values=MISSING_WORDS, seed=seed)
    strong = {one.name for one in evidence if one.severity == "strong"}
    return Fields([each for each in usable if each.name not in strong], evidence, unusable)


def _usable(frame: pd.DataFrame) -> tuple[list[Feature], dict[str, str]]:
    """Fields a model can use, and why it cannot use the others."""
    guesses = [guess_feature(frame[name], MISSING_WORDS) for name in frame.columns]
    features = [guess.feature for guess in guesses if guess.feature is not None]
    return features, {guess.name: guess.reason for guess in guesses if guess.feature is None}


def metrics_of(
    fit: LeadScoreFit, frame: pd.DataFrame, leads: "pd.Series[int] | None" = None
) -> dict[str, Any]:
    """What is known of a fit without its fields: figures, tables, candidates, drivers.

    `leads` are the leads of the rows, where several may be of one.
    """
    drivers = _drivers(fit.model.model, frame)
    has_signal = fit.candidates.has_signal
    return {
        **_figures(fit),
        "has_signal": has_signal,
        "candidates": _compared(fit, leads),
        "drivers": drivers,
    }


def _figures(fit: LeadScoreFit) -> dict[str, Any]:
    """Out-of-fold figures, tables and the spread of the chances."""
    tested = fit.candidates.chosen_fit.out_of_fold
    outcome, probability = tested["outcome"].to_numpy(), tested["probability"].to_numpy()
    spread, _edges = np.histogram(probability, bins=10, range=(0, 1))
    without = fit.evaluation_without_equal
    return {
        **fit.evaluation.to_dict(),
        "equal_rows": fit.equal_rows,
        "roc_auc_without_equal_rows": without.roc_auc if without else None,
        "reliability": _records(reliability_table(outcome, probability)),
        "lift": _records(lift_table(outcome, probability)),
        "spread": spread.tolist(),
    }


def _compared(fit: LeadScoreFit, leads: "pd.Series[int] | None") -> list[dict[str, Any]]:
    """The figures of each candidate on the same folds, the simplest first."""
    return [
        {
            "name": name,
            "seconds": round(each.seconds, 2),
            **evaluate(
                each.out_of_fold["outcome"],
                each.out_of_fold["probability"],
                clusters=None if leads is None else leads.loc[each.out_of_fold.index],
            ).to_dict(),
        }
        for name, each in fit.candidates.fits.items()
    ]


def _window(order: "pd.Series[Any] | None") -> dict[str, str] | None:
    """When the first and the last of the leads came in, where all have a moment; numbers are milliseconds."""
    if order is None:
        return None
    ends = [order.min(), order.max()]
    first, last = (
        end if isinstance(end, datetime) else datetime.fromtimestamp(end / 1000, UTC)
        for end in ends
    )
    return {"from": first.isoformat(), "to": last.isoformat()}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(table.to_json(orient="records"))
    return records


def _drivers(
    model: CalibratedLogistic | CalibratedModel, frame: pd.DataFrame
) -> list[dict[str, Any]]:
    """Mean absolute contribution of each field to the log-odds, the largest first."""
    prediction = model.predict(frame.head(DRIVER_ROWS))
    weights = np.abs(prediction.contributions).mean(axis=0)
    order = np.argsort(-weights, kind="stable")
    return [{"field": prediction.fields[i], "weight": float(weights[i])} for i in order]


def _left_out(evidence: list[FieldEvidence], unusable: Mapping[str, str]) -> list[dict[str, Any]]:
    """Fields the score does not use, each with its reasons."""
    strong = [
        {"field": one.name, "reasons": list(one.reasons), "auc": one.auc}
        for one in evidence
        if one.severity == "strong"
    ]
    return strong + [{"field": name, "reasons": [reason]} for name, reason in unusable.items()]


def _tested_on(
    outcomes: "pd.Series[int]", leads: "pd.Series[int]", order: "pd.Series[Any] | None"
) -> str:
    """What the folds hang on: versions with the same digest were tested on the same rows alike."""
    digest = hashlib.sha256()
    for column in (outcomes, leads, order):
        digest.update(b"" if column is None else column.to_csv().encode())
    return digest.hexdigest()


def _fingerprint(frame: pd.DataFrame, outcomes: "pd.Series[int]") -> str:
    digest = hashlib.sha256(outcomes.to_csv().encode())
    digest.update(frame.to_csv().encode())
    return digest.hexdigest()
