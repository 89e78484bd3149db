"""Scoring leads with a version of the lead score, a model or points rules."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import pandas as pd

from analytics.datasets.leads import cells_of
from analytics.datasets.timeline import OwnerLoads, knows_timeline
from analytics.jobs.lead_score_drift import count_states
from analytics.jobs.lead_score_points import PointsScorer
from analytics.methods.lead_score import LeadScoreModel, LeadScores
from analytics.methods.percentile_score import grade_scores
from core.models import ModelVersion
from core.services.model_versions import load_artifact
from crm.queries.scores import POINTS_RULES
from crm.services.lead_scores import ScoredLead

SMALLEST_POINTS = 0.05


class Scorer(Protocol):
    """Reads leads and says their scores; `states` counts what drift is measured by."""

    def read(self, leads: Any, as_of: datetime) -> Any: ...

    def scored(self, data: Any, run: int | None, as_of: datetime) -> Iterator[ScoredLead]: ...

    def states(self, data: Any) -> Counter[str]: ...


def scorer_of(version: ModelVersion, owners: Sequence[int] | None = None) -> Scorer:
    """The scorer of a version; `owners` are those of the leads to come, where they are few."""
    if version.algorithm == POINTS_RULES:
        return PointsScorer(version)
    return ModelScorer(version, owners)


class ModelScorer:
    """A fitted model, applied to leads."""

    def __init__(self, version: ModelVersion, owners: Sequence[int] | None = None) -> None:
        self.version = version
        self.model = LeadScoreModel.from_dict(json.loads(load_artifact(version)))
        self.loads = OwnerLoads.read(owners) if knows_timeline(version) else None

    def read(self, leads: Any, as_of: datetime) -> pd.DataFrame:
        return cells_of(leads, as_of=as_of, loads=self.loads)

    def states(self, data: pd.DataFrame) -> Counter[str]:
        return Counter() if data.empty else count_states(self.model, data)

    def scored(self, data: pd.DataFrame, run: int | None, as_of: datetime) -> Iterator[ScoredLead]:
        if data.empty:
            return
        frame, said = data, self.model.score(data)
        scores = np.rint(said.score).astype(int)
        columns = (said.probability, said.lower, said.upper, said.reasons.rest)
        for pk, score, grade, (probability, low, high, rest), reasons in zip(
            frame.index,
            scores,
            grade_scores(scores),
            zip(*columns, strict=True),
            reasons_of(frame, said),
            strict=True,
        ):
            yield ScoredLead(
                lead=int(pk),
                version=self.version.pk,
                run=run,
                as_of=as_of,
                score=int(score),
                grade=str(grade),
                probability=float(probability),
                low=float(low),
                high=float(high),
                reasons=reasons,
                rest_points=float(rest),
                average_score=said.average_score,
            )


def reasons_of(frame: pd.DataFrame, said: LeadScores) -> Iterator[list[dict[str, Any]]]:
    """The strongest reasons of each lead: field, value and points."""
    cells = frame.loc[:, list(said.fields)].to_numpy(dtype=object)
    top = said.reasons
    for row, columns, values in zip(cells, top.fields.tolist(), top.points.tolist(), strict=True):
        yield [
            {"field": said.fields[column], "value": _plain(row[column]), "points": round(points, 1)}
            for column, points in zip(columns, values, strict=True)
            if abs(points) >= SMALLEST_POINTS
        ]


def _plain(cell: Any) -> Any:
    """A cell as JSON; an unanswered one is None."""
    if cell is None or cell == "" or (isinstance(cell, float) and np.isnan(cell)):
        return None
    return cell if isinstance(cell, bool | int | float) else str(cell)[:100]
