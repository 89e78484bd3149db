"""Activities of people: who may be given them, whose may be looked at."""

from core import permissions
from core.choices import Reach
from core.models import User


def activity_owners(by: User) -> list[User]:
    """The colleagues somebody may give activities to: everybody, those of the team, or oneself."""
    reach = permissions.access_of(by).reach("crm.activity.assign")
    # Whoever may give away own ones may give them within the team.
    return [by] if reach is None else colleagues_within(by, max(reach, Reach.TEAM))


def colleagues_within(user: User, reach: Reach) -> list[User]:
    """Those whose records a reach covers."""
    users = User.objects.filter(is_active=True)
    if reach == Reach.ALL:
        return list(users)
    if reach == Reach.TEAM and user.team_id is not None:
        return list(users.filter(team__in=permissions.team_ids(user)))
    return [user]
