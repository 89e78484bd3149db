"""The lifecycle: where each contact stood when, what followed on what was done, what is best to do.

Each part works out the way of its contacts anew from what happened, writes what has changed and counts its
months. When all are done, the counts become a version of the policy, which a run of its own then
applies (`analytics.jobs.lifecycle_scores`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Avg, Max, Min
from django.utils.translation import gettext_noop

from analytics.datasets.life_events import milliseconds
from analytics.datasets.life_rules import Rules, rules_from
from analytics.datasets.lives import (
    ACTIONS,
    MONTHS,
    Lives,
    Months,
    Worth,
    month_bounds,
    read_lives,
    read_months,
    stays_tally,
)
from analytics.datasets.said_lives import lives_said
from analytics.jobs.lifecycle_policy import publish_policy
from analytics.models import LifecycleTally, LifecycleTerms
from analytics.services.lives import forget_stale_lives, store_lives
from core.conditions import Viewpoint
from core.currencies import current_rates
from core.errors import InsufficientData
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.services.quality import viewpoint_of_all
from core.upsert import insert_new
from crm.models import Contact, Deal, LifeStage

PARTITION_IDS = 2_000
GOES_BY = 0  # the tally that holds what the whole run goes by

NO_STAGES = gettext_noop(
    "No stage of the lifecycle is in use. Take some into use, or add one; then run it again."
)
NO_CONTACTS = gettext_noop(
    "There are no contacts yet. Add some or import a file; their stages are worked out by themselves."
)


@dataclass(frozen=True)
class _Ground:
    """What a run goes by, the same for all who work at it."""

    view: Viewpoint
    rules: Rules
    bounds: Sequence[datetime]
    worth: Worth


@dataclass(frozen=True)
class _Part:
    """The contacts of one part, and their months."""

    first: int
    lives: Lives | None
    months: Months | None


class LifecycleJob(Job):
    """Ways of contacts by parts, then the policy of what came of it all."""

    prepare_share = 5

    def __init__(self) -> None:
        self._ground: _Ground | None = None

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Read the stages and what actions cost"))
        view = viewpoint_of_all(run.as_of)
        rules = Rules.of(LifeStage.objects.all(), view)
        if not rules.stages:
            raise InsufficientData(NO_STAGES)
        partitions = _id_ranges()
        if not partitions:
            raise InsufficientData(NO_CONTACTS)
        run.detail(
            gettext_noop("%(stages)s stages, the last %(months)s months"),
            stages=len(rules.stages),
            months=MONTHS,
        )
        goes_by = _goes_by(rules)
        run.step(gettext_noop("Work out the stages of contacts, and count their months"))
        return Plan(
            partitions,
            save=lambda: _keep(run.run.pk, GOES_BY, goes_by),
        )

    def load(self, run: RunContext, payload: dict[str, Any]) -> dict[str, Any]:
        if self._ground is None:
            self._ground = _ground_of(run)
        return payload

    def compute(self, run: RunContext, data: dict[str, Any]) -> _Part:
        ground = self._ground or _ground_of(run)
        rows = Contact.objects.filter(pk__gte=data["lowest"], pk__lte=data["highest"])
        lives = read_lives(rows, ground.rules, ground.view)
        if lives is None:
            return _Part(data["lowest"], None, None)
        months = read_months(lives, ground.rules, ground.bounds, ground.worth)
        return _Part(data["lowest"], lives, months)

    def save(self, run: RunContext, results: _Part) -> Saved:
        if results.lives is None or results.months is None or self._ground is None:
            return Saved(0, 0, {"moved": 0})
        rules = self._ground.rules
        said = lives_said(results.lives, rules, results.months.moves)
        changed = store_lives(said, as_of=run.as_of)
        forget_stale_lives(results.lives.ids.tolist(), run.as_of)
        stages = len(rules.stages)
        stays = stays_tally(results.lives, stages, milliseconds(run.as_of))
        _keep(run.run.pk, results.first, results.months.tally(stages) | stays)
        return Saved(len(said), changed, {"moved": changed})

    def finish(self, run: RunContext) -> None:
        ground = _ground_of(run)
        publish_policy(run, ground.rules, LifecycleTerms.current(), ground.bounds)
        LifecycleTally.objects.filter(run=run.run).delete()


def _keep(run: int, first: int, sums: dict[str, Any]) -> None:
    """A part that is saved twice counts once."""
    insert_new(LifecycleTally, [(run, first, sums)], fields=("run", "first", "sums"))


def _id_ranges() -> list[dict[str, int]]:
    """Ranges of numbers of constant width that cover the contacts; they begin at multiples of it."""
    ends = Contact.objects.kept().aggregate(lowest=Min("pk"), highest=Max("pk"))
    if ends["lowest"] is None:
        return []
    start = ends["lowest"] // PARTITION_IDS * PARTITION_IDS
    return [
        {"lowest": max(first, 1), "highest": first + PARTITION_IDS - 1}
        for first in range(start, ends["highest"] + 1, PARTITION_IDS)
    ]


def _goes_by(rules: Rules) -> dict[str, Any]:
    terms = LifecycleTerms.current()
    usual = Deal.objects.kept().won().aggregate(usual=Avg("base_amount"))["usual"]
    return {
        "stages": rules.as_json(),
        "costs": [terms.cost_of(action) for action in ACTIONS],
        "usual_sale": float(usual or 0),
    }


def _ground_of(run: RunContext) -> _Ground:
    kept = LifecycleTally.objects.get(run=run.run, first=GOES_BY).sums
    view = viewpoint_of_all(run.as_of)
    rules = rules_from(kept["stages"], view)
    worth = Worth(
        np.array(kept["costs"]),
        np.array([float(stage.margin) / 100 for stage in rules.stages]),
        np.array([float(stage.cost) for stage in rules.stages]),
        kept["usual_sale"],
        current_rates(),
    )
    return _Ground(view, rules, month_bounds(view), worth)
