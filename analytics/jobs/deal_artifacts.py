"""What a version of the win probability stores: the history of closings, and a model if one has a signal."""

import json
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from analytics.jobs.lead_score_training import Trained
from analytics.methods.closing_history import ClosingHistory
from analytics.methods.lead_score import LeadScoreModel
from analytics.methods.percentile_score import PercentileScore
from core.models import ModelVersion
from core.services.model_versions import load_artifact

MOST_KEPT = 2
# The score of a deal is its chance in hundredths, so that reasons are points of 100.
HUNDREDTHS = PercentileScore(np.linspace(0, 1, 101), np.linspace(0, 100, 101))


@dataclass(frozen=True)
class Outlooks:
    """All that is needed to say how a deal stands."""

    history: ClosingHistory
    model: LeadScoreModel | None


def artifact_of(history: ClosingHistory, trained: Trained | None) -> bytes:
    """The bytes of the version."""
    model = None if trained is None else replace(trained.model, reference=HUNDREDTHS).to_dict()
    stored = {"history": history.to_dict(), "model": model}
    return json.dumps(stored, separators=(",", ":")).encode()


def outlooks_of(version: ModelVersion) -> Outlooks:
    """What the version says; refused when it isn't what was published."""
    return _outlooks(version.pk, version.artifact_sha256)


@lru_cache(maxsize=MOST_KEPT)
def _outlooks(version: int, _checksum: str) -> Outlooks:
    """The checksum is a part of the key: another artifact is read, and checked, anew."""
    stored = json.loads(load_artifact(ModelVersion.objects.get(pk=version)))
    model = stored["model"]
    return Outlooks(
        ClosingHistory.from_dict(stored["history"]),
        None if model is None else LeadScoreModel.from_dict(model),
    )
