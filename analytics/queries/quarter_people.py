"""Whose quarter somebody may see: by the reach of their right to see deals."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from core import permissions
from core.choices import Reach
from core.models import User
from crm.models import Deal

VIEW = "crm.deal.view"
VALUE, CHANCE = "crm.deal.amount", "crm.deal.probability"


@dataclass(frozen=True)
class Reached:
    """The scope of a user, and which owners belong to it; `teams` is None where all do."""

    scope: str
    teams: frozenset[int] | None
    user: User

    def holds(self, owner: int, teams: list[int]) -> bool:
        """Whether an owner with deals in these teams may be told of."""
        if self.teams is None or owner == self.user.pk:
            return True
        return bool(teams) and set(teams) <= self.teams


def reached_by(user: User) -> Reached | None:
    """What the user may see of a quarter; None without the right to see deals, values and chances."""
    access = permissions.access_of(user)
    reach = access.reach(VIEW)
    if reach is None or not (access.sees(VALUE) and access.sees(CHANCE)):
        return None
    if reach == Reach.ALL:
        return Reached("all", None, user)
    if reach == Reach.TEAM and user.team_id is not None:
        return Reached(f"team:{user.team_id}", frozenset(permissions.team_ids(user)), user)
    return Reached(f"owner:{user.pk}", frozenset(), user)


def sellers(reached: Reached) -> list[User]:
    """The people within reach who own deals, by name."""
    people: Any = User.objects.filter(is_active=True)
    people = people.filter(Exists(Deal.objects.kept().filter(owner=OuterRef("pk"))))
    if reached.teams is not None:
        people = people.filter(Q(pk=reached.user.pk) | Q(team__in=reached.teams))
    return list(people.select_related("team").order_by("name", "pk"))
