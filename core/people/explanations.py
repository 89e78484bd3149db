"""Why somebody may do something, or why not: the decision of `core.permissions` in a sentence.

Nothing is decided here. `way_to`, `Access` and `deciding_roles` decide; their answers get words.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import permissions
from core.choices import FieldAccess
from core.models import Role, Team, User
from core.permissions import RoleRights, Way, deciding_roles, object_of, way_to
from core.registries import RecordType, record_types
from core.registries.records import Field


@dataclass(frozen=True)
class Explanation:
    """A verdict and the sentence that says why; `roles` decide it, `others` would allow it."""

    is_allowed: bool
    sentence: str
    roles: tuple[int, ...] = ()
    others: tuple[str, ...] = ()
    access: FieldAccess | None = None  # of a field: nothing is in the way of changing it

    @property
    def remedy(self) -> str:
        """What would be enough, where something is missing."""
        if self.is_allowed or not self.others:
            return ""
        return _("It would be allowed with one of the roles %(roles)s.") % {
            "roles": quoted(self.others)
        }


def quoted(names: Iterable[str]) -> str:
    quotes = (_("“%(name)s”") % {"name": name} for name in names)
    return pgettext("between names", ", ").join(quotes)


class Explainer:
    """The rights of one user, with the names that the sentences need."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.access = permissions.access_of(user)

    @cached_property
    def _all_roles(self) -> list[RoleRights]:
        return permissions.read_roles(Role.objects.all())

    @cached_property
    def _role_names(self) -> dict[int, str]:
        return {role.pk: role.display_name for role in Role.objects.all()}

    @cached_property
    def _teams(self) -> dict[int, Team]:
        return {team.pk: team for team in Team.objects.all()}

    def permission(self, permission: str) -> Explanation:
        """Whether some role grants it at all, and how far it reaches then."""
        granting = self._granting(permission)
        if self.access.may(permission):
            reach = self.access.reach(permission)
            words = {"roles": self._names(granting), "reach": reach.label if reach else ""}
            sentence = self._because_administrator() or (
                _("Granted by the role %(roles)s: %(reach)s.") % words
            )
            return Explanation(True, sentence, self._pks(granting))
        able = [
            role for role in self._all_roles if permissions.merged([role], None).may(permission)
        ]
        return Explanation(False, self._nothing_grants(), others=self._others(able))

    def row(self, row: Any, action: str = "view") -> Explanation:
        """Whether the user reaches the record for the action."""
        model = type(row)
        way = way_to(model, self.user, row, action)
        granting = self._granting(f"{object_of(model)}.{action}")
        sentence = self._sentence(way, row, granting)
        if way.opens:
            return Explanation(True, sentence, self._pks(granting))
        able = (role for role in self._all_roles if self._reaches_with(role, model, row, action))
        return Explanation(False, sentence, others=self._others(able))

    def field(self, name: str) -> Explanation:
        """What may be done with a field, by its full name, in records that may be seen."""
        if not self.access.may(permissions.view_of_field(name)):
            return Explanation(False, self._nothing_grants(), access=FieldAccess.NONE)
        deciding = deciding_roles(self.access.roles, name)
        if not self.access.sees(name):
            sentence = _("The role %(roles)s hides it.") % {"roles": self._names(deciding)}
            return Explanation(False, sentence, self._pks(deciding), access=FieldAccess.NONE)
        if not self.access.edits(name):
            open_ = [r for r in deciding if r.rules.get(name) == FieldAccess.SEE]
            sentence = _("The role %(roles)s shows it, read only.") % {"roles": self._names(open_)}
            return Explanation(True, sentence, self._pks(open_), access=FieldAccess.SEE)
        open_ = [role for role in deciding if name not in role.rules]
        sentence = self._because_administrator() or (
            _("The role %(roles)s does not restrict it.") % {"roles": self._names(open_)}
        )
        return Explanation(True, sentence, self._pks(open_))

    def field_of(self, kind: RecordType, field: Field) -> Explanation:
        """A field with those behind it: it is hidden where one of them is."""
        found = [self.field(name) for name in names_behind(kind, field)]
        hidden = next((each for each in found if not each.is_allowed), None)
        locked = next((each for each in found if each.access is not None), None)
        return hidden or locked or found[0]

    # -- who decides ---------------------------------------------------------------------------

    def _granting(self, permission: str) -> list[RoleRights]:
        """The roles that say the reach which counts."""
        if self.access.is_administrator:
            return [role for role in self.access.roles if role.is_administrator]
        reach = self.access.reach(permission)
        return [r for r in self.access.roles if reach and r.grants.get(permission) == reach]

    def _reaches_with(self, role: RoleRights, model: type[Model], row: Any, action: str) -> bool:
        """Whether this role alone would be enough for the user as they are."""
        stand_in = User(pk=self.user.pk, team_id=self.user.team_id)
        stand_in.cached_access = permissions.merged([role], stand_in)
        stand_in.cached_team_ids = permissions.team_ids(self.user)
        return way_to(model, stand_in, row, action).opens

    def _pks(self, roles: Iterable[RoleRights]) -> tuple[int, ...]:
        return tuple(role.pk for role in roles)

    def _others(self, roles: Iterable[RoleRights]) -> tuple[str, ...]:
        if not self.user.is_active:
            return ()
        return tuple(sorted(self._role_names[role.pk] for role in roles))

    def _names(self, roles: Sequence[RoleRights]) -> str:
        return quoted(self._role_names[role.pk] for role in roles)

    # -- words ---------------------------------------------------------------------------------

    def _because_administrator(self) -> str:
        if not self.access.is_administrator:
            return ""
        roles = [role for role in self.access.roles if role.is_administrator]
        words = {"name": self.user.display_name, "roles": self._names(roles)}
        return _("%(name)s may do everything, by the role %(roles)s.") % words

    def _nothing_grants(self) -> str:
        name = {"name": self.user.display_name}
        if not self.user.is_active:
            return _("%(name)s is switched off.") % name
        if not self.access.roles:
            return _("%(name)s has no role.") % name
        return _("No role of %(name)s grants it: %(roles)s.") % {
            **name,
            "roles": self._names(self.access.roles),
        }

    def _sentence(self, way: Way, row: Any, granting: Sequence[RoleRights]) -> str:
        if way == Way.NO_GRANT:
            return self._nothing_grants()
        if way == Way.IN_BIN:
            return _("The record is in the bin. Whoever may delete it finds it there.")
        if way == Way.ADMINISTRATOR:
            return self._because_administrator()
        words = {
            "roles": self._names(granting),
            "name": self.user.display_name,
            "owner": row.owner.display_name if row.owner else _("nobody"),
            "team": self._team_name(row.team_id),
            "own_team": self._team_name(self.user.team_id),
            "path": " › ".join(self._path(row.team_id)),
        }
        return SENTENCES[way]() % words

    def _team_name(self, pk: int | None) -> str:
        return self._teams[pk].name if pk in self._teams else _("no team")

    def _path(self, pk: int | None) -> list[str]:
        """From the user's team down to the record's."""
        path: list[str] = []
        while pk in self._teams and self._teams[pk].name not in path:
            path.insert(0, self._teams[pk].name)
            if pk == self.user.team_id:
                break
            pk = self._teams[pk].parent_id
        return path


SENTENCES = {
    Way.ALL: lambda: _("The role %(roles)s grants it for all records."),
    Way.OWN: lambda: _("The role %(roles)s grants it, and the record belongs to %(name)s."),
    Way.TEAM: lambda: _(
        "The role %(roles)s grants it for the records of the team, "
        "and the team of the record is one of them: %(path)s."
    ),
    Way.NOT_OWN: lambda: _(
        "The role %(roles)s grants it for own records only, and this one belongs to %(owner)s."
    ),
    Way.NO_TEAM: lambda: _(
        "The role %(roles)s grants it for the records of the team, but %(name)s is in no team, "
        "and the record belongs to %(owner)s."
    ),
    Way.OTHER_TEAM: lambda: _(
        "The role %(roles)s grants it for the records of the team. The record belongs to "
        "%(owner)s and %(team)s, which is neither %(own_team)s nor a team below it."
    ),
    Way.SHARED: lambda: _("It is shared with %(name)s, whatever the role %(roles)s reaches."),
    Way.WITHHELD: lambda: _("It tells of fields or records that %(name)s may not see."),
}


def names_behind(kind: RecordType, field: Field) -> Iterator[str]:
    """The full names under which rules hide the field: its own, and those of the field it shows."""
    yield kind.rule_of(field)
    if field.via:
        link, _dot, name = field.via.partition(".")
        beyond = record_types[kind.field[link].target]
        yield kind.rule_of(kind.field[link])
        yield from names_behind(beyond, beyond.field[name])
