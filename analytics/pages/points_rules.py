"""The page of the points rules and the page of one rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.choices import RuleGroup
from analytics.models import PointsRule
from analytics.models.points_rules import LEAD
from analytics.pages.points_trials import Trial, try_rules
from analytics.queries.lead_scores import KIND, conversions
from analytics.queries.points_rules import SaidRule, book_of_leads, rules_of_leads, said_of
from core import permissions
from core.choices import RunState, VersionState
from core.conditions import Viewpoint
from core.models import JobRun, ModelVersion
from core.registries import record_types
from core.registries.records import Behaviour
from crm.queries.scores import POINTS_RULES

CONDITION = "condition"  # in the address of a new engagement rule


@dataclass(frozen=True)
class ShownRule:
    """A rule as the page lists it; `held` is of how many of the tried leads it holds."""

    rule: PointsRule
    said: SaidRule
    held: int | None


@dataclass(frozen=True)
class ShownGroup:
    """The rules of a group; `ways` are the kinds of rules that can be added to it."""

    key: str
    title: Any
    sub: Any
    limit: int
    rules: Sequence[ShownRule]
    ways: Sequence[tuple[str, Any]]


def points_page(view: Viewpoint) -> dict[str, Any]:
    """All rules with what they hold of, the grid they make, and whether they serve."""
    access = permissions.access_of(view.user)
    book, rules = book_of_leads(), rules_of_leads()
    trial = try_rules(rules, book, view)
    live = ModelVersion.objects.filter(kind=KIND, state=VersionState.CHAMPION).first()
    is_serving = live is not None and live.algorithm == POINTS_RULES
    return {
        "book": book,
        "groups": _groups(rules, trial, book.limits, view),
        "has_rules": bool(rules),
        "has_used": any(rule.is_enabled for rule in rules),
        "trial": trial,
        "live": live,
        "is_serving": is_serving,
        "is_ousted": live is not None and not is_serving,
        "is_stale": is_serving and _is_stale(book.changed_at),
        "kind": KIND,
        "last_run": JobRun.objects.filter(kind=KIND).order_by("-pk").first(),
        "may_run": access.may("analytics.lead_score.run"),
        "may_see_jobs": access.may("core.job.view"),
        **conversions(),
    }


def _is_stale(changed_at: datetime | None) -> bool:
    """Whether the rules changed after the last run that scored with them."""
    if changed_at is None:
        return False
    runs = JobRun.objects.filter(kind=KIND, state=RunState.SUCCEEDED, as_of__gte=changed_at)
    return not runs.exists()


def _groups(
    rules: Sequence[PointsRule], trial: Trial, limits: dict[str, Any], view: Viewpoint
) -> list[ShownGroup]:
    shown = [
        ShownRule(rule, said_of(rule, view), trial.held.get(place))
        for place, rule in enumerate(rules)
    ]
    behaviours = record_types[LEAD].behaviour.values()
    ways = [(each.name, each.label) for each in behaviours]
    return [
        ShownGroup(
            RuleGroup.FIT,
            RuleGroup.FIT.label,
            _("who they are"),
            limits["fit"],
            [each for each in shown if each.rule.is_fit],
            [(RuleGroup.FIT, _("Add a rule"))],
        ),
        ShownGroup(
            RuleGroup.ENGAGEMENT,
            RuleGroup.ENGAGEMENT.label,
            _("what they do"),
            limits["engagement"],
            [each for each in shown if not each.rule.is_fit],
            [*ways, (CONDITION, _("Condition"))],
        ),
    ]


def new_rule(kind: str) -> PointsRule | None:
    """An empty rule of a kind: fit, a condition of engagement, or something that is counted."""
    if kind == RuleGroup.FIT:
        return PointsRule(group=RuleGroup.FIT, points=10)
    if kind == CONDITION:
        return PointsRule(group=RuleGroup.ENGAGEMENT, points=5)
    if kind in record_types[LEAD].behaviour:
        return PointsRule(
            group=RuleGroup.ENGAGEMENT, points=5, behaviour=kind, half_life=30, most_points=20
        )
    return None


def behaviour_of_rule(rule: PointsRule) -> Behaviour | None:
    """What the rule counts; none for a rule with a condition, or when it is not known any more."""
    return record_types[LEAD].behaviour.get(rule.behaviour)


@dataclass(frozen=True)
class RuleTrial:
    """What a rule does before it is saved: of how many leads it holds, and the grid without and with it."""

    held: int | None
    before: Trial
    after: Trial

    @property
    def moved(self) -> int:
        """How many of the leads would stand in another cell."""
        both = zip(self.before.cells, self.after.cells, strict=False)
        return sum(1 for old, new in both if old != new)


def try_rule(rule: PointsRule, view: Viewpoint) -> RuleTrial:
    """The rules as they are, and with this one in its new form."""
    book, rules = book_of_leads(), rules_of_leads()
    others = [each for each in rules if each.pk != rule.pk]
    after = try_rules([*others, rule], book, view)
    return RuleTrial(after.held.get(len(others)), try_rules(rules, book, view), after)
