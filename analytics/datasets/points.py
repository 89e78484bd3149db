"""What points rules give leads: a question for all conditions, and one for each kind of happening."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import QuerySet

from analytics.methods.points_score import (
    GridScores,
    PointsLimits,
    counted_points,
    grid_scores,
    whole_points,
)
from analytics.models import PointsRule
from analytics.models.points_rules import LEAD
from core.conditions import Condition, Happened, Viewpoint, answers_to
from core.conditions.sql import rows_of
from core.errors import Refused
from core.registries import record_types
from core.registries.records import Behaviour
from crm.models import Lead

DAY_SECONDS = 86_400
# An event is worth nothing after so many half-lives: 100 points are then half a hundredth.
LIVES = 14


@dataclass(frozen=True)
class PointsTable:
    """Whole points of each lead (a row) by each rule (a column), and whether the rule held at all."""

    ids: list[int]
    rules: Sequence[PointsRule]
    points: npt.NDArray[np.int64]
    held: npt.NDArray[np.bool_]


def readable_rules(rules: Sequence[PointsRule], view: Viewpoint) -> list[PointsRule]:
    """Those that can be asked: a field may be gone, or hidden from who asks."""
    return [rule for rule in rules if _asked(rule, view) is not None]


def _asked(rule: PointsRule, view: Viewpoint) -> Condition | None:
    try:
        return rule.asked(view)
    except Refused:
        return None


def points_table(
    leads: "QuerySet[Lead]", rules: Sequence[PointsRule], view: Viewpoint
) -> PointsTable:
    """What the readable rules give the leads as of the viewpoint's moment."""
    asked = {
        f"rule_{column}": rule.asked(view)
        for column, rule in enumerate(rules)
        if not rule.behaviour
    }
    behaviours = record_types[LEAD].behaviour
    counted = {rule.behaviour: behaviours[rule.behaviour] for rule in rules if rule.behaviour}
    rows = _rows(leads, asked, [each.anchor for each in counted.values()], view)
    ids = [row["pk"] for row in rows]
    held = np.zeros((len(ids), len(rules)), dtype=bool)
    points = np.zeros((len(ids), len(rules)), dtype=np.int64)
    for column, rule in enumerate(rules):
        if not rule.behaviour:
            held[:, column] = [row[f"rule_{column}"] for row in rows]
            points[:, column] = held[:, column] * rule.points
    for name, behaviour in counted.items():
        columns = [column for column, rule in enumerate(rules) if rule.behaviour == name]
        places = _places(row[behaviour.anchor] for row in rows)
        events = _events([rules[column] for column in columns], behaviour, places, view)
        for column in columns:
            worth = _worth(events, rules[column], len(ids))
            held[:, column] = worth != 0
            points[:, column] = whole_points(worth)
    return PointsTable(ids, rules, points, held)


def limits_of(stored: Mapping[str, Any]) -> PointsLimits:
    """The limits of a book, or of a version made from one."""
    cells = {name: tuple(stored[name]) for name in ("letters", "digits")}
    return PointsLimits(**{**stored, **cells})


def grid_of(table: PointsTable, limits: PointsLimits) -> GridScores:
    """Fit, engagement and cell of each lead by the rules that are in use."""
    used = [rule.is_enabled for rule in table.rules]
    fits = [rule.is_fit for rule in table.rules if rule.is_enabled]
    return grid_scores(table.points[:, used], fits, limits)


# -- conditions ----------------------------------------------------------------------------------


def _rows(
    leads: "QuerySet[Lead]",
    asked: Mapping[str, Condition],
    anchors: Sequence[str],
    view: Viewpoint,
) -> list[dict[str, Any]]:
    """Each lead with its anchors and an answer to each condition, in the order of their numbers."""
    answers = answers_to(asked, record_types[LEAD], view)
    names = dict.fromkeys(("pk", *anchors, *answers))
    found: list[dict[str, Any]] = list(leads.annotate(**answers).order_by("pk").values(*names))
    return found


# -- what happened -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Events:
    """Who did what, and how many days ago; `rows` are places among the leads."""

    rows: npt.NDArray[np.int64]
    ages: npt.NDArray[np.float64]
    kinds: npt.NDArray[np.object_]


def _places(anchors: Iterator[Any]) -> dict[Any, list[int]]:
    """Several leads can have one contact."""
    found: dict[Any, list[int]] = {}
    for place, anchor in enumerate(anchors):
        if anchor is not None:
            found.setdefault(anchor, []).append(place)
    return found


def _events(
    rules: Sequence[PointsRule],
    behaviour: Behaviour,
    places: Mapping[Any, list[int]],
    view: Viewpoint,
) -> _Events:
    """All that some of the rules count."""
    kinds = {kind for rule in rules for kind in rule.kinds} if all(r.kinds for r in rules) else ()
    reaches = [_reach(rule) for rule in rules]
    days = None if None in reaches else max(each for each in reaches if each is not None)
    wanted = Happened(behaviour.name, tuple(sorted(kinds)), days=days)
    rows = rows_of(wanted, behaviour, view).filter(**{f"{behaviour.link}__in": list(places)})
    found = rows.order_by().values_list(behaviour.link, behaviour.kind, behaviour.at)
    at, ages, words = [], [], []
    for anchor, kind, moment in found:
        age = (view.now - behaviour.time(moment)).total_seconds() / DAY_SECONDS
        for place in places[anchor]:
            at.append(place)
            ages.append(max(age, 0.0))
            words.append(kind)
    return _Events(
        np.array(at, dtype=np.int64), np.array(ages, float), np.array(words, dtype=object)
    )


def _reach(rule: PointsRule) -> int | None:
    """How many days back the rule looks; None where nothing is too old for it."""
    lives = rule.half_life * LIVES if rule.half_life else None
    known = [days for days in (rule.days, lives) if days is not None]
    return min(known, default=None)


def _worth(events: _Events, rule: PointsRule, n: int) -> npt.NDArray[np.float64]:
    """What the events are worth to a rule, not rounded."""
    counts = np.ones(len(events.ages), dtype=bool)
    if rule.kinds:
        counts &= np.isin(events.kinds, rule.kinds)
    if rule.days is not None:
        counts &= events.ages <= rule.days
    return counted_points(
        events.rows[counts],
        events.ages[counts],
        n,
        points=rule.points,
        half_life=rule.half_life,
        most_times=rule.most_times,
        most_points=rule.most_points,
    )
