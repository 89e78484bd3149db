"""The stages of the lifecycle as the replay asks them: distinct tests, and what each stage makes of them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.methods.lifecycle.replay import Asked
from core.conditions import Condition, Criterion, Happened, Joined, Viewpoint
from core.errors import Refused
from crm.choices import LifeRole
from crm.models import LifeStage

Leaf = Criterion | Happened


def key_of(leaf: Leaf) -> str:
    """What tells tests apart."""
    return json.dumps(leaf.as_json(), sort_keys=True, ensure_ascii=False)


@dataclass(frozen=True)
class Rules:
    """The stages in use, in their order, with what they ask."""

    stages: Sequence[LifeStage]
    asked: Sequence[Asked]
    leaves: Sequence[Leaf]

    @classmethod
    def of(cls, stages: Iterable[LifeStage], view: Viewpoint) -> "Rules":
        """Stages out of use, and those that ask for what is gone, hold for nobody."""
        found: list[LifeStage] = []
        asked: list[Asked] = []
        leaves: dict[str, Leaf] = {}
        for stage in stages:
            if not stage.is_enabled:
                continue
            try:
                condition = stage.asked(view)
            except Refused:
                continue
            found.append(stage)
            asked.append(_asked(condition, leaves))
        return cls(found, asked, list(leaves.values()))

    @property
    def fields(self) -> list[tuple[int, Criterion]]:
        """Tests that ask for a field, with their numbers."""
        return [(n, leaf) for n, leaf in enumerate(self.leaves) if isinstance(leaf, Criterion)]

    @property
    def customers(self) -> list[int]:
        """The places of the stages of customers."""
        return [n for n, stage in enumerate(self.stages) if stage.role == LifeRole.CUSTOMER]

    def as_json(self) -> list[dict[str, Any]]:
        """What a run keeps of the stages, so that all who work at it go by the same."""
        return [
            {
                "pk": stage.pk,
                "names": stage.names,
                "role": stage.role,
                "tone": stage.tone,
                "condition": stage.condition,
                "margin": float(stage.margin),
                "cost": float(stage.cost),
            }
            for stage in self.stages
        ]


def rules_from(kept: Iterable[dict[str, Any]], view: Viewpoint) -> Rules:
    """The rules that a run keeps."""
    return Rules.of([LifeStage(**told) for told in kept], view)


def _asked(condition: Condition, leaves: dict[str, Leaf]) -> Asked:
    if isinstance(condition, Joined):
        return Asked(condition.join, tuple(_asked(part, leaves) for part in condition.parts))
    if isinstance(condition, Criterion | Happened):
        key = key_of(condition)
        leaves.setdefault(key, condition)
        return Asked("test", number=list(leaves).index(key))
    return Asked("not", (_asked(condition.part, leaves),))
