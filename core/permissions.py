"""The one module that decides who may do what.

A permission is `<object>.<action>`, such as `crm.lead.view`. Roles grant permissions with a reach
(own, team, all); a user's rights are the widest of all roles. Field rules hide fields; the most
permissive role counts. Administrators may do everything.

Every view states `@requires(permission)`, `@signed_in` or `@public`; rows are reached through
`QuerySet.visible_to(user)`, so that a foreign record is a 404, not a hint.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from core.choices import FieldAccess, Reach

if TYPE_CHECKING:
    from core.models.records import OwnedRecord
    from core.models.roles import Role
    from core.models.users import User

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, P], R]

NOTHING = Q(pk__in=[])
# Fields that count records of another type, with the right to see all of these: whoever sees only
# some of them would learn how many the others are. Filled in the declarations of the apps.
COUNTS_ALL: dict[str, str] = {}


@dataclass(frozen=True)
class RoleRights:
    """What one role says: grants by permission, rules by the full name of the field."""

    pk: int
    is_administrator: bool = False
    grants: Mapping[str, Reach] = field(default_factory=dict)
    rules: Mapping[str, FieldAccess] = field(default_factory=dict)


@dataclass(frozen=True)
class Access:
    """What one user may do, merged over the user's roles, which stay at hand for explanations."""

    is_administrator: bool = False
    grants: Mapping[str, Reach] = field(default_factory=dict)
    hidden_fields: frozenset[str] = frozenset()
    locked_fields: frozenset[str] = frozenset()
    user: "User | None" = field(default=None, compare=False, repr=False)
    roles: tuple[RoleRights, ...] = field(default=(), compare=False, repr=False)

    def may(self, permission: str) -> bool:
        return self.is_administrator or permission in self.grants

    def reach(self, permission: str) -> Reach | None:
        return Reach.ALL if self.is_administrator else self.grants.get(permission)

    def sees(self, field_name: str) -> bool:
        """Whether the field may be shown, filtered by, sorted by, exported or used as a reason."""
        counted = COUNTS_ALL.get(field_name)
        is_told = counted is None or self.reach(counted) == Reach.ALL
        return is_told and field_name not in self.hidden_fields

    def edits(self, field_name: str) -> bool:
        return self.sees(field_name) and field_name not in self.locked_fields

    def reaches(self, row: Any, action: str = "view") -> bool:
        """Whether a row at hand may be told of: a link may lead to a record of somebody else."""
        return self.user is not None and reaches(type(row), self.user, row, action)

    def covers(self, other: "Access") -> bool:
        """Whether it holds all that the other holds: who hands out rights may hand out no more."""
        if self.is_administrator or other.is_administrator:
            return self.is_administrator
        reaches_as_far = all(
            (self.grants.get(permission) or 0) >= reach
            for permission, reach in other.grants.items()
        )
        opens = {name for name in self.hidden_fields if other.sees(name)} | {
            name for name in self.locked_fields if other.edits(name)
        }
        return reaches_as_far and not any(other.may(view_of_field(name)) for name in opens)


def access_of(user: "User") -> Access:
    """The user's rights, read once per user instance (so: once per request)."""
    if user.cached_access is None:
        user.cached_access = _read_access(user)
    return user.cached_access


def _read_access(user: "User") -> Access:
    return access_in_roles(user, user.roles.all()) if user.is_active else Access()


def access_in_roles(user: "User", own: "QuerySet[Role]") -> Access:
    """What the user may do with these roles."""
    return merged(read_roles(own), user)


def read_roles(own: "QuerySet[Role]") -> list[RoleRights]:
    """What each of the roles says, in two queries."""
    roles: dict[int, RoleRights] = {}
    rows = own.values_list("pk", "is_administrator", "grants__permission", "grants__reach")
    for pk, is_administrator, permission, reach in rows:
        role = roles.setdefault(pk, RoleRights(pk, is_administrator, {}, {}))
        if permission:
            cast("dict[str, Reach]", role.grants)[permission] = Reach(reach)
    rules = own.filter(field_rules__isnull=False)
    for pk, name, access in rules.values_list("pk", "field_rules__field", "field_rules__access"):
        if pk in roles:
            cast("dict[str, FieldAccess]", roles[pk].rules)[name] = FieldAccess(access)
    return list(roles.values())


def merged(roles: Sequence[RoleRights], user: "User | None") -> Access:
    """Several roles together: the widest of each; administrators are bound by nothing."""
    if any(role.is_administrator for role in roles):
        return Access(is_administrator=True, user=user, roles=tuple(roles))
    grants: dict[str, Reach] = {}
    for role in roles:
        for permission, reach in role.grants.items():
            grants[permission] = max(reach, grants.get(permission, Reach.OWN))
    says = {name: field_access(roles, name) for role in roles for name in role.rules}
    return Access(
        grants=grants,
        hidden_fields=frozenset(n for n, access in says.items() if access == FieldAccess.NONE),
        locked_fields=frozenset(n for n, access in says.items() if access == FieldAccess.SEE),
        user=user,
        roles=tuple(roles),
    )


def field_access(roles: Sequence[RoleRights], field_name: str) -> FieldAccess | None:
    """What is left of a field; nothing is said where one of the deciding roles has no rule."""
    says = {role.rules.get(field_name) for role in deciding_roles(roles, field_name)}
    if None in says or not says:
        return None
    return FieldAccess.NONE if says == {FieldAccess.NONE} else FieldAccess.SEE


def deciding_roles(roles: Sequence[RoleRights], field_name: str) -> list[RoleRights]:
    """The roles that have a say about a field.

    A role that does not grant seeing the object has none: it cannot open a field either.
    """
    view = view_of_field(field_name)
    return [role for role in roles if view in role.grants] or list(roles)


def view_of_field(field_name: str) -> str:
    """The right to see the object of a field: `crm.lead.view` for `crm.lead.source`."""
    return f"{'.'.join(field_name.split('.')[:2])}.view"


def object_of(model: type[Model]) -> str:
    """The object's name in permissions: `crm.lead`."""
    return model._meta.label_lower


def row_condition(model: type[Model], user: "User", action: str = "view") -> Q:
    """The rows of an owned model that the user reaches for the action; none of the bin."""
    return _row_condition(model, user, action, "") & Q(deleted_at__isnull=True)


def reach_condition(model: type[Model], user: "User") -> Q:
    """The same by owner and team alone: for a table that repeats them, such as the search index."""
    return _reach_condition(model, user, "view", "")


def shared_rows(model: type[Model], user: "User") -> "QuerySet[Any] | None":
    """What others share with whoever does not see all; nothing for types that nobody shares."""
    owned = cast("type[OwnedRecord]", model)
    reach = access_of(user).reach(f"{object_of(model)}.view")
    shared = owned.shared_with(user)
    if not shared or reach is None or reach == Reach.ALL:
        return None
    return visible_rows(model, user).filter(shared)


def bin_condition(model: type[Model], user: "User") -> Q:
    """The deleted rows of an owned model that the user may bring back."""
    return _row_condition(model, user, "delete", "") & Q(deleted_at__isnull=False)


def visible_rows(model: type[Model], user: "User") -> "QuerySet[Any]":
    """The rows of an owned model that the user may see."""
    return model._base_manager.filter(row_condition(model, user))


def related_row_condition(model: type[Model], user: "User", path: str) -> Q:
    """The row of an owned model at the end of a path is one that the user may see."""
    kept = Q(**{f"{path}__isnull": False, f"{path}__deleted_at__isnull": True})
    return _row_condition(model, user, "view", f"{path}__") & kept


def _row_condition(model: type[Model], user: "User", action: str, prefix: str) -> Q:
    """The rows within reach, with those that are shared, without those that nobody of these rights sees."""
    owned = cast("type[OwnedRecord]", model)
    access = access_of(user)
    condition = _reach_condition(model, user, action, prefix)
    reach = access.reach(f"{object_of(model)}.{action}")
    if action == "view" and reach is not None and reach != Reach.ALL:
        shared = owned.shared_with(user, prefix)
        condition = condition | shared if shared else condition
    withheld = owned.withheld_from(access, prefix)
    return condition & ~withheld if withheld else condition


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


class Way(StrEnum):
    """How a row at hand is reached for an action, or what is in the way."""

    ADMINISTRATOR = "administrator"
    ALL = "all"
    OWN = "own"
    TEAM = "team"
    NO_GRANT = "no grant"
    IN_BIN = "in the bin"
    NOT_OWN = "not own"
    NO_TEAM = "no team"
    OTHER_TEAM = "other team"
    SHARED = "shared"
    WITHHELD = "withheld"

    @property
    def opens(self) -> bool:
        return self in (Way.ADMINISTRATOR, Way.ALL, Way.OWN, Way.TEAM, Way.SHARED)


def reaches(model: type[Model], user: "User", row: Any, action: str = "view") -> bool:
    """Whether the user reaches a row at hand, as `row_condition` says it to the database."""
    return row is not None and way_to(model, user, row, action).opens


def way_to(model: type[Model], user: "User", row: Any, action: str = "view") -> Way:
    """How the user reaches a row at hand; a deleted one is reached by nobody."""
    access = access_of(user)
    reach = access.reach(f"{object_of(model)}.{action}")
    if reach is None:
        return Way.NO_GRANT
    if row.deleted_at is not None:
        return Way.IN_BIN
    if row.is_withheld_from(access):
        return Way.WITHHELD
    if reach == Reach.ALL:
        return Way.ADMINISTRATOR if access.is_administrator else Way.ALL
    if row.owner_id == user.pk:
        return Way.OWN
    way = Way.NOT_OWN if reach == Reach.OWN else _way_through_team(user, row)
    return Way.SHARED if not way.opens and _is_shared(user, row, action) else way


def _is_shared(user: "User", row: Any, action: str) -> bool:
    return action == "view" and bool(row.is_shared_with(user))


def _way_through_team(user: "User", row: Any) -> Way:
    if user.team_id is None:
        return Way.NO_TEAM
    return Way.TEAM if row.team_id in team_ids(user) else Way.OTHER_TEAM


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


def require_administrator(user: "User") -> None:
    """Refuse with a sentence everybody but administrators; no role can be granted this."""
    if not access_of(user).is_administrator:
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
