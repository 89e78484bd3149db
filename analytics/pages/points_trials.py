"""Points rules tried out: on the newest open leads, and line by line on a single one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from analytics.choices import RuleGroup
from analytics.models import PointsBook, PointsRule
from core.conditions import Viewpoint
from crm.models import Lead

SAMPLE = 500
LETTERS, DIGITS = "ABCD", "1234"
SHADES = 5


@dataclass(frozen=True)
class Trial:
    """What rules give the newest open leads that somebody may see.

    `held` says of how many leads each rule holds, by its place; rules that cannot be read are missing.
    `cells` are those of the leads, in the order of their numbers.
    """

    leads: int
    has_more: bool
    held: dict[int, int]
    cells: Sequence[str]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The grid as a table: a letter and its four cells, with a shade by how many leads they hold."""
        counts = Counter(self.cells)
        most = max(counts.values(), default=1)
        return [
            {
                "letter": letter,
                "cells": [
                    {"name": cell, "leads": leads, "shade": _shade(leads, most)}
                    for cell in (f"{letter}{digit}" for digit in DIGITS)
                    for leads in [counts[cell]]
                ],
            }
            for letter in LETTERS
        ]


def _shade(leads: int, most: int) -> int:
    return -(-leads * SHADES // most)


def try_rules(rules: Sequence[PointsRule], book: PointsBook, view: Viewpoint) -> Trial:
    """All rules on the same leads; the grid is that of the rules in use."""
    from analytics.datasets.points import (  # numpy, only where it is needed
        grid_of,
        limits_of,
        points_table,
        readable_rules,
    )

    newest = Lead.objects.visible_to(view.user).open().order_by("-pk")
    ids = list(newest.values_list("pk", flat=True)[: SAMPLE + 1])
    readable = readable_rules(rules, view)
    table = points_table(Lead.objects.filter(pk__in=ids[:SAMPLE]), readable, view)
    places = {id(rule): place for place, rule in enumerate(rules)}
    held = zip(readable, table.held.sum(axis=0).tolist(), strict=True)
    cells = grid_of(table, limits_of(book.limits)).cells.tolist()
    return Trial(
        len(table.ids),
        len(ids) > SAMPLE,
        {places[id(rule)]: int(number) for rule, number in held},
        cells,
    )


@dataclass(frozen=True)
class Line:
    """What a rule gives a lead, or what a limit does."""

    label: str
    points: int
    group: str = ""
    is_limit: bool = False


@dataclass(frozen=True)
class LeadTrial:
    """A lead's score line by line; the points of the lines add up to the total.

    `has_hidden` says that there are rules in use that the viewer may not read: they are left out.
    """

    lead: Lead
    lines: Sequence[Line]
    fit: int
    engagement: int
    total: int
    cell: str
    has_hidden: bool


def try_on_lead(
    lead: Lead, rules: Iterable[PointsRule], book: PointsBook, view: Viewpoint
) -> LeadTrial:
    """The rules in use that the viewer may read, on one lead."""
    from analytics.datasets.points import (  # numpy, only where it is needed
        grid_of,
        limits_of,
        points_table,
        readable_rules,
    )

    enabled = [rule for rule in rules if rule.is_enabled]
    used = readable_rules(enabled, view)
    table = points_table(Lead.objects.filter(pk=lead.pk), used, view)
    found = grid_of(table, limits_of(book.limits))
    lines = [
        Line(rule.name, int(points), rule.group)
        for rule, points in zip(used, table.points[0], strict=True)
    ]
    cuts = (
        (_("Limit of fit"), found.fit_cut[0], RuleGroup.FIT),
        (_("Limit of engagement"), found.engagement_cut[0], RuleGroup.ENGAGEMENT),
        (_("Limit of both together"), found.total_cut[0], ""),
    )
    lines += [Line(label, int(cut), group, is_limit=True) for label, cut, group in cuts if cut]
    return LeadTrial(
        lead,
        lines,
        int(found.fit[0]),
        int(found.engagement[0]),
        int(found.total[0]),
        str(found.cells[0]),
        len(used) < len(enabled),
    )
