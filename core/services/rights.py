"""What keeps rights in order: nobody hands out more than they hold, one administrator always stays."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from core import permissions
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import Role, Team, User

USERS, ROLES = "core.user.manage", "core.role.manage"
LOCK = "core.rights"


def begin(by: User, permission: str) -> None:
    """Every service that changes rights begins so; they take turns."""
    permissions.require(by, permission)
    lock_for_transaction(LOCK)


def check_user(by: User, user: User) -> None:
    """Those who are not administrators look after people of their teams who may do no more."""
    if permissions.access_of(by).is_administrator:
        return
    if not permissions.access_of(by).covers(_access_when_active(user)):
        raise Refused(
            _("%(name)s may do more than you. Ask an administrator.") % {"name": user.display_name}
        )
    check_team(by, user.team_id)


def _access_when_active(user: User) -> permissions.Access:
    """Of a person who is switched off, too: switching on gives all of it back."""
    return permissions.access_in_roles(user, user.roles.all())


def check_roles(by: User, roles: Iterable[Role]) -> None:
    given = Role.objects.filter(pk__in=[role.pk for role in roles])
    if not permissions.access_of(by).covers(permissions.access_in_roles(by, given)):
        raise Refused(_("You cannot give roles that may do more than you."))


def check_team(by: User, team: int | None) -> None:
    """A team shows its records: those who are not administrators give away only their own."""
    if permissions.access_of(by).is_administrator:
        return
    if team is not None and (by.team_id is None or team not in permissions.team_ids(by)):
        raise Refused(_("You look after your own team and the teams below it only."))


def check_place(by: User, parent: Team | None) -> None:
    """Where a team may stand: at the top only for administrators."""
    if parent is None and not permissions.access_of(by).is_administrator:
        raise Refused(
            _("Only administrators have teams at the top. Choose one that it is part of.")
        )
    check_team(by, parent.pk if parent else None)


def check_administrators(by: User) -> None:
    """After a change of people: somebody who may do everything is left, and that is still oneself."""
    active = User.objects.filter(is_active=True, roles__is_administrator=True)
    if not active.exists():
        raise Refused(
            _("There has to be an administrator. Make somebody else an administrator first.")
        )
    if permissions.access_of(by).is_administrator and not active.filter(pk=by.pk).exists():
        raise Refused(
            _("You cannot take your own administrator role away. Another administrator can.")
        )
