"""What the leads looked like at training, how those that are scored look, and how far that is apart."""

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.choices import TIMELINE
from analytics.methods.drift import population_stability, stability_noise
from analytics.methods.lead_score import LeadScoreModel
from core.models import JobRun, ModelVersion

SCORE_BINS = 10
HIGHEST = 100
MOST_MOVES = 2
COUNTED = ("state_", "score_")


def score_bin(score: float) -> int:
    """Which tenth of the scores."""
    return min(int(score * SCORE_BINS / HIGHEST), SCORE_BINS - 1)


def reference_of(model: LeadScoreModel, scores: npt.NDArray[np.float64]) -> dict[str, Any]:
    """The states of each field with their training rows, and the training rows by tenth of the score."""
    tenths, _edges = np.histogram(scores, bins=SCORE_BINS, range=(0, HIGHEST))
    return {
        "fields": [
            {
                "field": field.feature.name,
                "states": list(field.states),
                "counts": list(field.counts),
                "has_rare": field.has_rare,
                "has_missing": field.has_missing,
            }
            for field in model.model.encoder.fields
        ],
        "scores": tenths.tolist(),
    }


def count_states(model: LeadScoreModel, frame: pd.DataFrame) -> Counter[str]:
    """Rows per state of each field, under names that add up over partitions.

    `state_3_1` is the second state of the fourth field, `state_3_-1` one that training never saw.
    """
    codes = model.model.encoder.transform(frame)
    counts: Counter[str] = Counter()
    for field, column in enumerate(codes.T):
        for state, rows in enumerate(np.bincount(column + 1).tolist(), start=-1):
            if rows:
                counts[f"state_{field}_{state}"] = rows
    return counts


def store_drift(run: JobRun) -> None:
    """All partitions are scored: from the counts of states comes how far each field has moved.

    The counts themselves go; what a page needs of them stays in the run's result.
    """
    version, counted = run.model_version, run.result
    kept: dict[str, Any] = {k: v for k, v in counted.items() if not k.startswith(COUNTED)}
    now = [counted.get(f"score_{tenth}", 0) for tenth in range(SCORE_BINS)]
    if version is not None and "reference" in version.metrics and sum(now):
        before = _reference(version, now, counted)
        kept["drift"] = {
            "leads": sum(now),
            "score": _moved(before["scores"], now),
            "fields": [
                {
                    "field": field["field"],
                    **_moved(before["fields"][field["field"]], _states(place, field, counted)),
                }
                for place, field in enumerate(version.metrics["reference"]["fields"])
            ],
        }
    JobRun.objects.filter(pk=run.pk).update(result=kept)


def _reference(version: ModelVersion, now: list[int], counted: dict[str, int]) -> dict[str, Any]:
    """What today is compared with: training, and for what hangs on the age of a lead the first scoring.

    Moments of the past are leads of six ages, open leads are of every age: their timeline differs from
    the first day on, and so does the score.
    """
    reference: dict[str, Any] = version.metrics["reference"]
    fields = {field["field"]: [*field["counts"], 0] for field in reference["fields"]}
    if not version.parameters.get("has_moments"):
        return {"scores": reference["scores"], "fields": fields}
    if "first" not in reference:
        places = {
            field["field"]: _states(place, field, counted)
            for place, field in enumerate(reference["fields"])
            if field["field"] in TIMELINE
        }
        reference["first"] = {"scores": now, "fields": places}
        version.save(update_fields=["metrics"])
    first = reference["first"]
    return {"scores": first["scores"], "fields": fields | first["fields"]}


def _states(place: int, field: dict[str, Any], counted: dict[str, int]) -> list[int]:
    """Rows per state in the order of training; last, those in states it never saw."""
    states = [*range(len(field["counts"])), -1]
    return [counted.get(f"state_{place}_{state}", 0) for state in states]


def _moved(before: list[int], now: list[int]) -> dict[str, Any]:
    """The index, what chance alone would reach, and the states whose share changed most."""
    if not sum(now) or not sum(before):
        return {"psi": 0.0, "noise": 0.0, "moves": []}
    shares = np.array(before) / sum(before), np.array(now) / sum(now)
    change = np.abs(shares[1] - shares[0])
    states = sum(1 for pair in zip(before, now, strict=True) if any(pair))
    return {
        "psi": population_stability(before, now),
        "noise": stability_noise(states, sum(before), sum(now)),
        "moves": [
            {"state": state, "before": float(shares[0][state]), "now": float(shares[1][state])}
            for state in np.argsort(-change, kind="stable")[:MOST_MOVES].tolist()
            if change[state] > 0
        ],
    }
