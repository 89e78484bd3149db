"""The lead score as one object: fields, classifier and reference, trained, stored, applied."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from analytics.methods.errors import InsufficientData
from analytics.methods.evaluation import count_equal_rows, evaluate
from analytics.methods.features import Feature, guess_feature
from analytics.methods.leakage import FieldEvidence, weigh_leaks
from analytics.methods.logistic import CalibratedLogistic, Prediction
from analytics.methods.logistic_fit import LogisticFit, fit_logistic
from analytics.methods.percentile_score import (
    PercentileScore,
    grade_scores,
    score_points,
    top_reasons,
)
from analytics.methods.reliability import lift_table, reliability_table

# An unanswered drop-down is missing, not an answer.
MISSING_WORDS = ("select", "please select", "n/a", "none", "请选择")
MAX_REASONS = 6
DRIVER_ROWS = 5_000
SMALLEST_POINTS = 0.05


@dataclass(frozen=True)
class Scores:
    """Scores of a frame of leads, row by row."""

    frame: pd.DataFrame
    prediction: Prediction
    scores: Any
    grades: Any
    average_score: float
    reasons: list[list[dict[str, Any]]]
    rest: Any

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Id, score, grade, probability, low, high, reasons, points of the rest."""
        return zip(
            self.frame.index,
            np.rint(self.scores),
            self.grades,
            self.prediction.probability,
            self.prediction.lower,
            self.prediction.upper,
            self.reasons,
            self.rest,
            strict=True,
        )


@dataclass(frozen=True)
class LeadScoreModel:
    """What serves: the calibrated classifier and the reference of its percentiles."""

    classifier: CalibratedLogistic
    reference: PercentileScore

    def score(self, frame: pd.DataFrame) -> Scores:
        """Probability, interval, percentile score, grade and reasons of each row."""
        prediction = self.classifier.predict(frame)
        points = score_points(prediction.contributions, prediction.mean_logit, self.reference)
        top = top_reasons(points, MAX_REASONS)
        scores = self.reference.score(prediction.probability)
        average = self.reference.score(expit(np.array([prediction.mean_logit])))
        return Scores(
            frame,
            prediction,
            scores,
            grade_scores(np.rint(scores)),
            float(average[0]),
            _reasons(frame, prediction.fields, top.fields, top.points),
            top.rest,
        )

    def to_bytes(self) -> bytes:
        stored = {"classifier": self.classifier.to_dict(), "reference": self.reference.to_dict()}
        return json.dumps(stored, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "LeadScoreModel":
        stored = json.loads(content)
        return cls(
            CalibratedLogistic.from_dict(stored["classifier"]),
            PercentileScore.from_dict(stored["reference"]),
        )


@dataclass(frozen=True)
class Trained:
    """A trained model with everything its version records."""

    model: LeadScoreModel
    parameters: dict[str, Any]
    features: list[dict[str, Any]]
    metrics: dict[str, Any]
    rows: int
    fingerprint: str


def train(
    frame: pd.DataFrame, outcomes: "pd.Series[int]", *, order: Any | None, seed: int
) -> Trained:
    """Choose fields, refuse those that know the outcome, fit, calibrate, measure.

    Raises
    ------
    InsufficientData
        Of `analytics.methods`, when there is too little to learn from.
    """
    usable, unusable = _usable(frame)
    evidence = weigh_leaks(frame, outcomes, usable, missing_values=MISSING_WORDS, seed=seed)
    strong = {one.name for one in evidence if one.severity == "strong"}
    features = [feature for feature in usable if feature.name not in strong]
    if not features:
        raise InsufficientData("no_usable_field", needed=1, found=0)
    fit = fit_logistic(
        frame, outcomes, features, order=order, seed=seed, missing_values=MISSING_WORDS
    )
    tested = fit.out_of_fold
    model = LeadScoreModel(fit.model, PercentileScore.fit(tested["probability"].to_numpy()))
    metrics = _metrics(fit, frame[[feature.name for feature in features]])
    metrics["drivers"] = _drivers(fit.model, frame)
    metrics["left_out"] = _left_out(evidence, unusable, fit.model.encoder.dropped)
    metrics["suspects"] = [one.to_dict() for one in evidence if one.severity == "weak"]
    return Trained(
        model,
        {"inverse_penalty": fit.model.inverse_penalty, "folds": fit.folds, "seed": seed},
        [{"name": feature.name, "kind": feature.kind} for feature in features],
        metrics,
        len(frame),
        _fingerprint(frame, outcomes),
    )


def _usable(frame: pd.DataFrame) -> tuple[list[Feature], dict[str, str]]:
    """Fields a model can use, and why it cannot use the others."""
    guesses = [guess_feature(frame[name], MISSING_WORDS) for name in frame.columns]
    features = [guess.feature for guess in guesses if guess.feature is not None]
    if not features and len(frame):
        raise InsufficientData("no_usable_field", needed=1, found=0)
    return features, {guess.name: guess.reason for guess in guesses if guess.feature is None}


def _metrics(fit: LogisticFit, frame: pd.DataFrame) -> dict[str, Any]:
    tested = fit.out_of_fold
    outcome, probability = tested["outcome"].to_numpy(), tested["probability"].to_numpy()
    figures = evaluate(outcome, probability).to_dict()
    equal, is_repeat = count_equal_rows(frame.loc[tested.index])
    figures["equal_rows"] = equal
    if equal and len(set(outcome[~is_repeat])) > 1:
        figures["roc_auc_without_equal_rows"] = evaluate(
            outcome[~is_repeat], probability[~is_repeat]
        ).roc_auc
    figures["reliability"] = _records(reliability_table(outcome, probability))
    figures["lift"] = _records(lift_table(outcome, probability))
    spread, _edges = np.histogram(probability, bins=10, range=(0, 1))
    figures["spread"] = spread.tolist()
    return figures


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(table.to_json(orient="records"))
    return records


def _drivers(model: CalibratedLogistic, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Mean absolute contribution of each field to the log-odds, the largest first."""
    prediction = model.predict(frame.head(DRIVER_ROWS))
    weights = np.abs(prediction.contributions).mean(axis=0)
    order = np.argsort(-weights, kind="stable")
    return [{"field": prediction.fields[i], "weight": float(weights[i])} for i in order]


def _left_out(
    evidence: list[FieldEvidence], unusable: dict[str, str], dropped: Any
) -> list[dict[str, Any]]:
    """Fields the score does not use, each with its reasons."""
    strong = [
        {"field": one.name, "reasons": list(one.reasons), "auc": one.auc}
        for one in evidence
        if one.severity == "strong"
    ]
    others = [
        {"field": name, "reasons": [reason]} for name, reason in (unusable | dict(dropped)).items()
    ]
    return strong + others


def _reasons(
    frame: pd.DataFrame, fields: tuple[str, ...], chosen: Any, points: Any
) -> list[list[dict[str, Any]]]:
    cells = frame.loc[:, list(fields)].to_numpy(dtype=object)
    return [
        [
            {"field": fields[column], "value": _plain(row[column]), "points": round(value, 1)}
            for column, value in zip(columns, values, strict=True)
            if abs(value) >= SMALLEST_POINTS
        ]
        for row, columns, values in zip(cells, chosen.tolist(), points.tolist(), strict=True)
    ]


def _plain(cell: Any) -> Any:
    """A cell as JSON; an unanswered one is None."""
    if cell is None or cell == "" or (isinstance(cell, float) and np.isnan(cell)):
        return None
    return cell if isinstance(cell, bool | int | float) else str(cell)[:100]


def _fingerprint(frame: pd.DataFrame, outcomes: "pd.Series[int]") -> str:
    digest = hashlib.sha256(outcomes.to_csv().encode())
    digest.update(frame.to_csv().encode())
    return digest.hexdigest()
