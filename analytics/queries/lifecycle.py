"""The policy that serves, and what it says of a stage."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log
from typing import Any

from core.models import JobRun, ModelVersion
from core.services.model_versions import champion_of, load_artifact
from crm.choices import LifeAction

KIND = "analytics.lifecycle"
SCORES = "analytics.lifecycle_scores"
SURE = 0.5  # chance of a gain that a suggestion needs
MOST_KEPT = 2
LEAST_CHANCE = 1e-4


@dataclass(frozen=True)
class Weighed:
    """An action that was tried often enough in a stage, and what it gains over doing nothing once.

    `followed` are the stages that most often followed: number of the stage, how often.
    """

    state: str
    action: str
    value: float
    gain: float
    low: float
    high: float
    sure: float
    trials: int
    followed: Sequence[tuple[int, int]] = ()

    @property
    def label(self) -> Any:
        return LifeAction(self.action).label

    @property
    def is_worth_it(self) -> bool:
        return self.gain > 0 and self.sure >= SURE


@dataclass(frozen=True)
class Policy:
    """What a version says: `told` is its artifact as the job wrote it."""

    version: int
    told: dict[str, Any]

    @property
    def stages(self) -> list[int]:
        return [stage["pk"] for stage in self.told["stages"]]

    def value_of(self, stage: int) -> float | None:
        """What a contact in the stage is worth on average."""
        found = next((each for each in self.told["best"] if each["state"] == str(stage)), None)
        return found["value"] if found else None

    def best_of(self, stage: int) -> Weighed | None:
        """The best action of the stage; doing nothing where nothing is better on evidence."""
        found = (each for each in self.told["best"] if each["state"] == str(stage))
        return next((Weighed(**each) for each in found), None)

    def weighed_of(self, stage: int) -> list[Weighed]:
        """The actions of the stage that were tried often enough, the largest gain first."""
        return [Weighed(**each) for each in self.told["weighed"] if each["state"] == str(stage)]

    def share_of(self, stage: int, chance: float | None, risk: float | None) -> float:
        """How much more, or less, than an average contact of the stage somebody is worth.

        By the chance to convert of whoever has not bought yet, by the one to have left of whoever has.
        """
        return self._conversion_share(stage, chance) * self._churn_share(stage, risk)

    def usual_risk(self, stage: int) -> float | None:
        """The mean chance to have left of those in the stage of whom one is known."""
        found: float | None = self.told.get("usual_risks", {}).get(str(stage))
        return found

    def _churn_share(self, stage: int, risk: float | None) -> float:
        """The own chance to be still there over the usual one: whoever has left brings nothing more.

        Its mean over the stage is one, so that the stage as a whole is worth what it was.
        """
        usual = self.usual_risk(stage)
        if risk is None or usual is None or 1 - usual < LEAST_CHANCE:
            return 1.0
        return (1 - risk) / (1 - usual)

    def _conversion_share(self, stage: int, chance: float | None) -> float:
        """The chance of becoming a customer within a year moves as far, in log odds, as the own chance
        lies from the usual one of the stage."""
        usual = self.told["usual_chances"].get(str(stage))
        if chance is None or not usual or stage not in self.stages:
            return 1.0
        ever: float = self.told["ever"][self.stages.index(stage)]
        if not 0 < ever < 1:
            return 1.0
        own = _odds(ever) + _odds(chance) - _odds(usual)
        return 1 / (1 + exp(-own)) / ever


def _odds(chance: float) -> float:
    within = min(max(chance, LEAST_CHANCE), 1 - LEAST_CHANCE)
    return log(within / (1 - within))


def policy() -> Policy | None:
    """The one that serves, read once in each process."""
    live = champion_of(KIND)
    return _read(live.pk, live.artifact_sha256) if live is not None else None


@lru_cache(maxsize=MOST_KEPT)
def _read(version: int, _checksum: str) -> Policy:
    """The checksum is a part of the key: another artifact is read, and checked, anew."""
    told = json.loads(load_artifact(ModelVersion.objects.get(pk=version)))
    return Policy(version, told)


def last_run() -> JobRun | None:
    return JobRun.objects.filter(kind=KIND).order_by("-pk").first()
