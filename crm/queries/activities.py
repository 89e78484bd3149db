"""Activities of people: who may be given them."""

from core import permissions
from core.choices import Reach
from core.models import User


def activity_owners(by: User) -> list[User]:
    """The colleagues somebody may give activities to: everybody, those of the team, or oneself."""
    reach = permissions.access_of(by).reach("crm.activity.assign")
    users = User.objects.filter(is_active=True)
    if reach == Reach.ALL:
        return list(users)
    if reach is not None and by.team_id is not None:
        return list(users.filter(team__in=permissions.team_ids(by)))
    return [by]
