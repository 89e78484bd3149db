"""Reasons of lead scores, as far as somebody may read them."""

from collections.abc import Mapping
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
LEAD = "crm.lead"


class Reasons:
    """Puts reasons into words for one reader; versions are read once.

    A reason that a model found is a field and its value; one that has no name here, such as a field
    that is gone, is not told. One by points is a rule: whoever may not see
    a field that the rule asks for, or a record that it looks at, does not read of it.
    """

    def __init__(self, user: User, now: datetime, labels: Mapping[str, Any] | None = None) -> None:
        """`labels` name what a model learns from, by full names; as sales knows them, unless given."""
        self.view = Viewpoint(user, now)
        self._given_labels = labels
        self._versions: dict[int, ModelVersion] = {}
        self._asked: dict[tuple[int, int], Condition | None] = {}

    def of(self, lead: Lead, score: LeadScore) -> list[dict[str, Any]]:
        """The reasons of a lead's score that may be read, the largest first."""
        return [
            self._in_words(reason) for reason in score.reasons if self._is_told(reason, lead, score)
        ]

    def version_of(self, score: LeadScore) -> ModelVersion:
        if score.version_id not in self._versions:
            self._versions[score.version_id] = score.version
        return self._versions[score.version_id]

    @cached_property
    def labels(self) -> Mapping[str, Any]:
        """Labels of the fields a model learns from, by their full names."""
        if self._given_labels is not None:
            return self._given_labels
        kind = record_types[LEAD]
        found: dict[str, Any] = {
            kind.field_name(name): label for name, label in kind.labels.items()
        }
        return found | labels_of(kind.key)

    def _in_words(self, reason: dict[str, Any]) -> dict[str, Any]:
        if "rule" in reason:
            return {**reason, "detail": ""}
        label = self.labels[reason["field"]]
        return {**reason, "label": label, "detail": in_words(reason["value"])}

    def _is_told(self, reason: dict[str, Any], lead: Lead, score: LeadScore) -> bool:
        if "rule" not in reason:
            return reason["field"] in self.labels and self.view.access.sees(reason["field"])
        key = (score.version_id, reason["rule"])
        if key not in self._asked:
            self._asked[key] = self._condition(self.version_of(score), reason["rule"])
        condition = self._asked[key]
        return condition is not None and self._reaches(lead, condition)

    def _condition(self, version: ModelVersion, number: int) -> Condition | None:
        """What the rule of a version asks; nothing where the reader may not ask it."""
        rules = {rule["id"]: rule for rule in version.parameters.get("rules", ())}
        rule = rules.get(number)
        try:
            return rule and checked(_condition_in(rule), record_types[LEAD], self.view)
        except Refused:
            return None

    def _reaches(self, lead: Lead, condition: Condition) -> bool:
        """Whether the reader may see each record that the condition looks at."""
        kind = record_types[LEAD]
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
