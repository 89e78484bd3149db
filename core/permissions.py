"""The one module that decides who may do what.

A permission is `<object>.<action>`, such as `crm.lead.view`. Roles grant permissions with a reach
(own, team, all); a user's rights are the widest of all roles. Field rules hide fields; the most
permissive role counts. Administrators may do everything.

Every view states `@requires(permission)`, `@signed_in` or `@public`; rows are reached through
`QuerySet.visible_to(user)`, so that a foreign record is a 404, not a hint.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from core.choices import FieldAccess, Reach

if TYPE_CHECKING:
    from core.models.users import User

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, P], R]

NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Access:
    """What one user may do, merged over the user's roles."""

    is_administrator: bool = False
    grants: Mapping[str, Reach] = field(default_factory=dict)
    hidden_fields: frozenset[str] = frozenset()
    locked_fields: frozenset[str] = frozenset()
    user: "User | None" = field(default=None, compare=False, repr=False)

    def may(self, permission: str) -> bool:
        return self.is_administrator or permission in self.grants

    def reach(self, permission: str) -> Reach | None:
        return Reach.ALL if self.is_administrator else self.grants.get(permission)

    def sees(self, field_name: str) -> bool:
        """Whether the field may be shown, filtered by, sorted by, exported or used as a reason."""
        return field_name not in self.hidden_fields

    def edits(self, field_name: str) -> bool:
        return self.sees(field_name) and field_name not in self.locked_fields

    def reaches(self, row: Any, action: str = "view") -> bool:
        """Whether a row at hand may be told of: a link may lead to a record of somebody else."""
        return self.user is not None and reaches(type(row), self.user, row, action)


def access_of(user: "User") -> Access:
    """The user's rights, read once per user instance (so: once per request)."""
    if user.cached_access is None:
        user.cached_access = _read_access(user)
    return user.cached_access


def _read_access(user: "User") -> Access:
    if not user.is_active:
        return Access()
    rows = user.roles.values_list("pk", "is_administrator", "grants__permission", "grants__reach")
    grants: dict[str, Reach] = {}
    roles: set[int] = set()
    roles_by_permission: dict[str, set[int]] = {}
    for role, is_administrator, permission, reach in rows:
        if is_administrator:
            return Access(is_administrator=True, user=user)
        roles.add(role)
        if permission:
            grants[permission] = max(Reach(reach), grants.get(permission, Reach.OWN))
            roles_by_permission.setdefault(permission, set()).add(role)
    hidden, locked = _restricted_fields(user, roles, roles_by_permission)
    return Access(grants=grants, hidden_fields=hidden, locked_fields=locked, user=user)


def _restricted_fields(
    user: "User", roles: set[int], roles_by_permission: Mapping[str, set[int]]
) -> tuple[frozenset[str], frozenset[str]]:
    """Fields that every role which shows the object hides, and those that all at least lock.

    A role that does not grant seeing the object has no say: it cannot open a field either.
    """
    rules: dict[str, dict[int, str]] = {}
    for role, name, access in user.roles.filter(field_rules__isnull=False).values_list(
        "pk", "field_rules__field", "field_rules__access"
    ):
        rules.setdefault(name, {})[role] = access
    hidden: set[str] = set()
    locked: set[str] = set()
    for name, by_role in rules.items():
        view = f"{'.'.join(name.split('.')[:2])}.view"
        deciding = roles_by_permission.get(view, roles)
        if deciding <= by_role.keys():
            says = {by_role[role] for role in deciding}
            (hidden if says == {FieldAccess.NONE} else locked).add(name)
    return frozenset(hidden), frozenset(locked)


def object_of(model: type[Model]) -> str:
    """The object's name in permissions: `crm.lead`."""
    return model._meta.label_lower


def row_condition(model: type[Model], user: "User", action: str = "view") -> Q:
    """The rows of an owned model that the user reaches for the action; none of the bin."""
    return _reach_condition(model, user, action, "") & Q(deleted_at__isnull=True)


def reach_condition(model: type[Model], user: "User") -> Q:
    """The same by owner and team alone: for a table that repeats them, such as the search index."""
    return _reach_condition(model, user, "view", "")


def bin_condition(model: type[Model], user: "User") -> Q:
    """The deleted rows of an owned model that the user may bring back."""
    return _reach_condition(model, user, "delete", "") & Q(deleted_at__isnull=False)


def visible_rows(model: type[Model], user: "User") -> "QuerySet[Any]":
    """The rows of an owned model that the user may see."""
    return model._base_manager.filter(row_condition(model, user))


def related_row_condition(model: type[Model], user: "User", path: str) -> Q:
    """The row of an owned model at the end of a path is one that the user may see."""
    kept = Q(**{f"{path}__isnull": False, f"{path}__deleted_at__isnull": True})
    return _reach_condition(model, user, "view", f"{path}__") & kept


def _reach_condition(model: type[Model], user: "User", action: str, prefix: str) -> Q:
    reach = access_of(user).reach(f"{object_of(model)}.{action}")
    if reach is None:
        return NOTHING
    if reach == Reach.ALL:
        return Q()
    own = Q(**{f"{prefix}owner": user})
    if reach == Reach.OWN or user.team_id is None:
        return own
    return own | Q(**{f"{prefix}team__in": team_ids(user)})


def reaches(model: type[Model], user: "User", row: Any, action: str = "view") -> bool:
    """Whether the user reaches a row at hand, as `row_condition` says it to the database."""
    reach = access_of(user).reach(f"{object_of(model)}.{action}")
    if reach is None or row is None or row.deleted_at is not None:
        return False
    if reach == Reach.ALL or row.owner_id == user.pk:
        return True
    return reach == Reach.TEAM and user.team_id is not None and row.team_id in team_ids(user)


def team_ids(user: "User") -> list[int]:
    """The user's team and all teams below it, read once per user instance."""
    if user.cached_team_ids is None:
        user.cached_team_ids = _read_team_ids(user)
    return user.cached_team_ids


def _read_team_ids(user: "User") -> list[int]:
    from core.models.users import Team  # noqa: PLC0415  # models stand on this module

    children: dict[int | None, list[int]] = {}
    for pk, parent in Team.objects.values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)
    found, open_ends = [], [user.team_id]
    while open_ends:
        team = open_ends.pop()
        if team is not None and team not in found:
            found.append(team)
            open_ends += children.get(team, [])
    return found


def require(user: "User", permission: str) -> None:
    """Refuse with a sentence unless the user has the permission."""
    if not access_of(user).may(permission):
        raise PermissionDenied(_("Your role does not allow this. Ask an administrator."))


def requires(permission: str) -> Callable[[View[P, R]], View[P, R]]:
    """A view that only users with the permission reach."""

    def decorate(view: View[P, R]) -> View[P, R]:
        @functools.wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R:
            require(user_of(request), permission)
            return view(request, *args, **kwargs)

        return _mark(cast("View[P, R]", checked), permission)

    return decorate


def requires_of_record(action: str) -> Callable[[View[P, R]], View[P, R]]:
    """A view on records of any type: the right is that of the type in the address."""

    def decorate(view: View[P, R]) -> View[P, R]:
        @functools.wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R:
            require(user_of(request), f"{kwargs['object_type']}.{action}")
            return view(request, *args, **kwargs)

        return _mark(cast("View[P, R]", checked), f"<object_type>.{action}")

    return decorate


def takes_files(view: View[P, R]) -> View[P, R]:
    """A view that receives uploads: larger requests than others may be sent to it."""
    view.takes_files = True  # type: ignore[attr-defined]  # RequestSizeMiddleware reads it
    return view


def signed_in(view: View[P, R]) -> View[P, R]:
    """A view for everybody who has logged in (the middleware sees to that)."""
    return _mark(view, "signed in")


def public(view: View[P, R]) -> View[P, R]:
    """A view that needs no log-in."""
    return _mark(login_not_required(view), "public")


def _mark(view: View[P, R], permission: str) -> View[P, R]:
    view.required_permission = permission  # type: ignore[attr-defined]  # house tests read it
    return view


def user_of(request: HttpRequest) -> "User":
    """The signed-in user of a request that has passed the log-in check."""
    user: Any = request.user
    if not user.is_authenticated:
        raise PermissionDenied(_("Sign in first."))
    return user  # type: ignore[no-any-return]  # AUTH_USER_MODEL
