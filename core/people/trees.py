"""The teams as a tree, drawn line by line."""

from dataclasses import dataclass

from django.db.models import Count, Q

from core.models import Team

DEEPEST = 6  # what lies deeper is drawn at this depth


@dataclass(frozen=True)
class Branch:
    """A team in its place; `people` counts those who may sign in."""

    team: Team
    depth: int
    people: int


def team_tree() -> list[Branch]:
    """All teams, each below the one that it is part of."""
    counted = Team.objects.annotate(people=Count("members", filter=Q(members__is_active=True)))
    children: dict[int | None, list[Team]] = {}
    for team in counted.order_by("name"):
        children.setdefault(team.parent_id, []).append(team)
    lines: list[Branch] = []
    _hang(children, None, 0, lines)
    return lines


def _hang(
    children: dict[int | None, list[Team]], parent: int | None, depth: int, lines: list[Branch]
) -> None:
    for team in children.pop(parent, []):
        people: int = team.people  # type: ignore[attr-defined]  # annotated
        lines.append(Branch(team, min(depth, DEEPEST), people))
        _hang(children, team.pk, depth + 1, lines)
