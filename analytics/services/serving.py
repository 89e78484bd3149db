"""The model of a version, ready to score: loaded once in each process."""

import json
from dataclasses import dataclass
from functools import lru_cache

from analytics.methods.closed_cases import ClosedCases
from analytics.methods.lead_score import LeadScoreModel
from core.models import ModelVersion
from core.services.model_versions import load_artifact

MOST_KEPT = 3  # the champion, and those that leads were still scored by


@dataclass(frozen=True)
class Served:
    """A model with its closed leads; versions of earlier releases have none."""

    model: LeadScoreModel
    cases: ClosedCases | None


def served(version: ModelVersion) -> Served:
    """The model of a version; refused when it isn't what was published."""
    return _served(version.pk, version.artifact_sha256)


@lru_cache(maxsize=MOST_KEPT)
def _served(version: int, _checksum: str) -> Served:
    """The checksum is a part of the key: another artifact is read, and checked, anew."""
    stored = json.loads(load_artifact(ModelVersion.objects.get(pk=version)))
    cases = ClosedCases.from_dict(stored["cases"]) if "cases" in stored else None
    return Served(LeadScoreModel.from_dict(stored), cases)
