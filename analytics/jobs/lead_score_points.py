"""The lead score by points rules: what serves until there is enough to learn from."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.utils.translation import gettext_noop

from analytics.datasets.points import (
    PointsTable,
    grid_of,
    limits_of,
    points_table,
    readable_rules,
)
from analytics.methods.percentile_score import grade_scores
from analytics.models import PointsBook, PointsRule
from core.jobs.context import RunContext
from core.jobs.kinds import Plan
from core.models import JobRun, ModelVersion
from core.services.model_versions import (
    champion_of,
    load_artifact,
    promote_version,
    publish_version,
)
from core.services.quality import viewpoint_of_all
from crm.queries.scores import POINTS_RULES
from crm.services.lead_scores import ScoredLead

MOST_REASONS = 6


def points_plan(run: RunContext, ranges: Sequence[dict[str, int]]) -> Plan | None:
    """Scoring by points, where there are rules to score by."""
    rules = PointsRule.objects.filter(book__object_type="crm.lead", is_enabled=True)
    book = PointsBook.objects.filter(object_type="crm.lead").first()
    readable = readable_rules(list(rules), viewpoint_of_all(run.as_of))
    if book is None or not readable:
        return None
    run.step(gettext_noop("Score the open leads"))
    run.detail(
        gettext_noop("There is too little to learn from: %(rules)s points rules serve instead"),
        rules=len(readable),
    )
    content = {"limits": book.limits, "rules": [rule.as_json() for rule in readable]}
    return Plan(ranges, save=lambda: _publish(content, run))


def _publish(content: dict[str, Any], run: RunContext) -> None:
    """Let the rules serve as a version; the same rules are the same version.

    A model that another run has put in place meanwhile stays, and scores.
    """
    artifact = json.dumps(content, separators=(",", ":"), sort_keys=True).encode()
    live = champion_of(run.run.kind)
    digest = hashlib.sha256(artifact).hexdigest()
    if live is None or (live.algorithm == POINTS_RULES and live.artifact_sha256 != digest):
        live = publish_version(
            kind=run.run.kind,
            artifact=artifact,
            algorithm=POINTS_RULES,
            parameters=json.loads(artifact),
            fingerprint="",
        )
        promote_version(version=live, by=None, reason="points")
    JobRun.objects.filter(pk=run.run.pk).update(model_version=live)


class PointsScorer:
    """The rules of a version, applied to leads."""

    def __init__(self, version: ModelVersion) -> None:
        self.version = version.pk
        content = json.loads(load_artifact(version))
        self.rules = [PointsRule(**rule) for rule in content["rules"]]
        self.limits = limits_of(content["limits"])

    def read(self, leads: Any, as_of: datetime) -> PointsTable:
        """What the rules give these leads."""
        view = viewpoint_of_all(as_of)
        return points_table(leads, readable_rules(self.rules, view), view)

    def states(self, _table: PointsTable) -> Counter[str]:
        """Rules learned from nothing that could drift."""
        return Counter()

    def scored(self, table: PointsTable, run: int | None, as_of: datetime) -> Iterator[ScoredLead]:
        found = grid_of(table, self.limits)
        grades = grade_scores(found.total)
        for row, pk in enumerate(table.ids):
            reasons = _reasons(table, row)
            total = int(found.total[row])
            yield ScoredLead(
                lead=pk,
                version=self.version,
                run=run,
                as_of=as_of,
                score=total,
                grade=str(grades[row]),
                probability=None,
                low=None,
                high=None,
                reasons=reasons,
                rest_points=total - sum(reason["points"] for reason in reasons),
                average_score=0,
                fit=int(found.fit[row]),
                engagement=int(found.engagement[row]),
                cell=str(found.cells[row]),
            )


def _reasons(table: PointsTable, row: int) -> list[dict[str, Any]]:
    """The rules that gave or took most, the largest first; who may read them is asked when shown."""
    points = table.points[row]
    largest = np.argsort(-np.abs(points), kind="stable")[:MOST_REASONS]
    return [
        {
            "field": "",
            "value": None,
            "rule": table.rules[column].pk,
            "label": table.rules[column].name,
            "points": int(points[column]),
        }
        for column in largest
        if points[column]
    ]
