"""What may be told of a lead's score."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from core.conditions import Condition, Criterion, Happened, Viewpoint, checked, from_json, leaves
from core.conditions.fields import resolve, value_of
from core.errors import Refused
from core.fields.added import labels_of
from core.models import ModelVersion, User
from core.registries import record_types
from core.values import in_words
from crm.models import Lead, LeadScore

# The algorithm of a version that is no model but rules that somebody wrote.
POINTS_RULES = "points_rules"
# Labels of what is no field of a lead, such as what its timeline tells; whoever learns from it adds them.
MORE_LABELS: dict[str, Any] = {}


@dataclass(frozen=True)
class SeenReasons:
    """The reasons that somebody may see, in words, and the points of all others together."""

    reasons: list[dict[str, Any]]
    rest: float


def reason_labels() -> dict[str, Any]:
    """Labels of the fields that reasons name, by their full names."""
    kind = record_types["crm.lead"]
    labels: dict[str, Any] = {kind.field_name(name): label for name, label in kind.labels.items()}
    return labels | MORE_LABELS | labels_of(kind.key)


def score_row(lead: Lead) -> LeadScore | None:
    """The lead's score, if it has one; pages of leads bring it along."""
    found: LeadScore | None = getattr(lead, "score", None)
    return found


class Reasons:
    """Puts reasons into words for one reader; versions are read once.

    A reason that a model found is a field and its value; one that has no name here, such as a field
    that is gone, is not told. One by points is a rule: whoever may not see
    a field that the rule asks for, or a record that it looks at, does not read of it.
    """

    def __init__(self, user: User, now: datetime) -> None:
        self.view = Viewpoint(user, now)
        self._versions: dict[int, ModelVersion | None] = {}
        self._asked: dict[tuple[int, int], Condition | None] = {}

    def of(self, lead: Lead, score: LeadScore) -> list[dict[str, Any]]:
        """The reasons of a lead's score that may be read, the largest first."""
        return [
            self._in_words(reason) for reason in score.reasons if self._is_told(reason, lead, score)
        ]

    def seen(self, lead: Lead, score: LeadScore) -> SeenReasons:
        """These, and the points of all others together: what may not be read is no reason."""
        told = self.of(lead, score)
        hidden = sum(r["points"] for r in score.reasons) - sum(r["points"] for r in told)
        return SeenReasons(told, score.rest_points + hidden)

    def version_of(self, score: LeadScore) -> ModelVersion | None:
        """The version behind a score; a person's score has none."""
        number = score.version_id or 0
        if number not in self._versions:
            self._versions[number] = score.version
        return self._versions[number]

    @cached_property
    def labels(self) -> Mapping[str, Any]:
        """Labels of the fields a model learns from, by their full names."""
        return reason_labels()

    def _in_words(self, reason: dict[str, Any]) -> dict[str, Any]:
        if "rule" in reason:
            return {**reason, "detail": ""}
        label = self.labels[reason["field"]]
        return {**reason, "label": str(label), "detail": in_words(reason["value"])}

    def _is_told(self, reason: dict[str, Any], lead: Lead, score: LeadScore) -> bool:
        if "rule" not in reason:
            return reason["field"] in self.labels and self.view.access.sees(reason["field"])
        key = (score.version_id or 0, reason["rule"])
        if key not in self._asked:
            self._asked[key] = self._condition(self.version_of(score), reason["rule"])
        condition = self._asked[key]
        return condition is not None and self._reaches(lead, condition)

    def _condition(self, version: ModelVersion | None, number: int) -> Condition | None:
        """What the rule of a version asks; nothing where the reader may not ask it."""
        given = version.parameters.get("rules", ()) if version else ()
        rules = {rule["id"]: rule for rule in given}
        rule = rules.get(number)
        try:
            return rule and checked(_condition_in(rule), record_types["crm.lead"], self.view)
        except Refused:
            return None

    def _reaches(self, lead: Lead, condition: Condition) -> bool:
        """Whether the reader may see each record that the condition looks at."""
        kind = record_types["crm.lead"]
        return all(
            self.view.reaches(hop.record_type, value_of(lead, hop.path))
            for leaf in leaves(condition)
            if isinstance(leaf, Criterion)
            for hop in resolve(kind, leaf.field, self.view).hops
            if value_of(lead, hop.path) is not None
        )


def _condition_in(rule: dict[str, Any]) -> Condition:
    if rule["behaviour"]:
        return Happened(rule["behaviour"], tuple(rule["kinds"]))
    return from_json(rule["condition"])
