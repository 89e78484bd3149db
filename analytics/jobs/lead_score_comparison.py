"""How the scores of the open leads would change from one version to another, on a bounded sample."""

import json
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext_noop

from analytics.datasets.leads import id_ranges, open_leads
from analytics.datasets.timeline import OwnerLoads, knows_timeline
from analytics.methods.agreement import rank_agreement
from analytics.methods.lead_score import LeadScoreModel
from analytics.queries.lead_score_fields import barred_fields
from analytics.queries.lead_scores import KIND
from core.errors import Refused
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import JobRun, ModelVersion
from core.services.model_versions import load_artifact

PARTITION_IDS = 2_000
MOST_PARTITIONS = 5
BIN = 5  # points; the lowest scores of the grades are multiples of it
BINS = 20
GRADES = {"A": range(16, BINS), "B": range(12, 16), "C": range(7, 12), "D": range(7)}
BARRED = gettext_noop(
    "Version %(number)s cannot score today's leads: it learned from fields that may not be used any more."
)


class LeadScoreComparison(Job):
    """Scores some open leads with both versions and counts the pairs; nothing is stored on leads."""

    def __init__(self) -> None:
        self._models: list[LeadScoreModel] = []
        self._loads: OwnerLoads | None = None

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Choose open leads"))
        for version in self._versions(run):
            if barred_fields(version):
                raise Refused.by_msgid(BARRED, number=version.number)
        ranges = id_ranges(PARTITION_IDS)
        step = max(-(-len(ranges) // MOST_PARTITIONS), 1)
        run.step(gettext_noop("Score them with both versions"))
        return Plan(ranges[::step])

    def load(self, run: RunContext, payload: dict[str, Any]) -> pd.DataFrame:
        if not self._models:
            self._models = [
                LeadScoreModel.from_dict(json.loads(load_artifact(version)))
                for version in self._versions(run)
            ]
            if any(map(knows_timeline, self._versions(run))):
                self._loads = OwnerLoads.read()
        return open_leads(payload["lowest"], payload["highest"], as_of=run.as_of, loads=self._loads)

    def compute(self, run: RunContext, data: pd.DataFrame) -> Counter[str]:
        if data.empty:
            return Counter()
        first, second = (_bins(model, data) for model in self._models)
        return Counter(_key(a, b) for a, b in zip(first, second, strict=True))

    def save(self, run: RunContext, results: Counter[str]) -> Saved:
        return Saved(results.total(), 0, results)

    def finish(self, run: RunContext) -> None:
        """Of the pairs only what people read of them stays."""
        pairs = [[run.run.result.get(_key(a, b), 0) for b in range(BINS)] for a in range(BINS)]
        total = sum(map(sum, pairs))
        change = {
            "leads": total,
            "agreement": _agreement(pairs) if total else None,
            "grades": {
                grade: {other: _between(pairs, GRADES[grade], GRADES[other]) for other in GRADES}
                for grade in GRADES
            },
        }
        JobRun.objects.filter(pk=run.run.pk).update(result={"change": change})

    @staticmethod
    def _versions(run: RunContext) -> list[ModelVersion]:
        numbers = (run.scope["a"], run.scope["b"])
        return [ModelVersion.objects.get(kind=KIND, number=number) for number in numbers]


def _bins(model: LeadScoreModel, data: pd.DataFrame) -> list[int]:
    """The bin of each lead's score, of the whole points that people see."""
    points = np.rint(model.score(data, most_reasons=1).score).astype(int)
    bins: list[int] = np.minimum(points // BIN, BINS - 1).tolist()
    return bins


def _key(first: int, second: int) -> str:
    """The name under which leads are counted by their bins under both versions."""
    return f"pair_{first}_{second}"


def _between(pairs: list[list[int]], rows: range, columns: range) -> int:
    return sum(pairs[a][b] for a in rows for b in columns)


def _agreement(pairs: list[list[int]]) -> float | None:
    """None where a version gives all leads the same."""
    found = rank_agreement(pairs)
    return None if np.isnan(found) else round(found, 4)
