"""Reads about users."""

from core import permissions
from core.choices import Reach
from core.models import User


def assignable_users(by: User, object_type: str) -> list[User]:
    """The colleagues somebody may give records to: everybody, or those of the team."""
    reach = permissions.access_of(by).reach(f"{object_type}.assign")
    users = User.objects.filter(is_active=True)
    if reach == Reach.ALL:
        return list(users)
    if reach is not None and by.team_id is not None:
        return list(users.filter(team__in=permissions.team_ids(by)))
    return [by]
