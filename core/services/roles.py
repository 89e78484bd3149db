"""Roles: what they grant, which fields they restrict, and the state in which they were shipped."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.choices import FieldAccess, Reach
from core.errors import Refused
from core.models import FieldRule, Grant, Role, User
from core.permissions import RoleRights
from core.registries import permission_registry, role_seeds
from core.services.rights import ROLES, begin

Grants = Mapping[str, Reach]
Rules = Mapping[str, FieldAccess]


@transaction.atomic
def create_role(*, name: str, by: User, like: Role | None = None) -> Role:
    """A new role, with nothing or with what another one has."""
    begin(by, ROLES)
    if like is not None and like.is_administrator:
        raise Refused(_("The administrator role cannot be copied: give it to the person."))
    if like is not None:
        _check_covered(by, rights_of(like))
    role = Role(name=_free_name(name), description=like.description if like else "")
    role.save()
    _audit(by, "role.create", role, {"name": ("", role.name)})
    if like is not None:
        old = rights_of(like)
        _write(role, old.grants, old.rules, by)
    return role


@transaction.atomic
def save_role(
    *, role: Role, name: str, description: str, grants: Grants, rules: Rules, by: User
) -> None:
    """Everything that the page of a role says; what changed stands in the trail."""
    begin(by, ROLES)
    stored = Role.objects.select_for_update().get(pk=role.pk)
    if stored.is_administrator and not permissions.access_of(by).is_administrator:
        raise Refused(_("Only administrators change the administrator role."))
    _describe(stored, name, description, by)
    if not stored.is_administrator:
        _write(stored, grants, rules, by)


def _describe(role: Role, name: str, description: str, by: User) -> None:
    before = (role.name, role.description)
    if name != role.display_name:  # a shipped name is shown in the reader's language
        role.name = _free_name(name, role)
    if description != role.display_description:
        role.description = description
    pairs = zip(("name", "description"), before, (role.name, role.description), strict=True)
    changes = {field: (old, new) for field, old, new in pairs if old != new}
    if changes:
        _check_covered(by, rights_of(role))
        role.save(update_fields=["name", "description"])
        _audit(by, "role.edit", role, changes)


def _free_name(name: str, role: Role | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused(_("Give the role a name."))
    others = Role.objects.exclude(pk=role.pk) if role else Role.objects.all()
    if any(name.casefold() in (o.name.casefold(), o.display_name.casefold()) for o in others):
        raise Refused(_("There is a role of this name already."))
    return name


def rights_of(role: Role) -> RoleRights:
    """What the role says, as the decision reads it."""
    (rights,) = permissions.read_roles(Role.objects.filter(pk=role.pk))
    return rights


def _write(role: Role, grants: Grants, rules: Rules, by: User) -> None:
    """Only what changed is written; nobody changes a role that may do more than they may."""
    before = rights_of(role)
    changes = {**_changes(before.grants, grants), **_changes(before.rules, rules)}
    if not changes:
        return
    _check_known(before.grants, grants)
    _check_covered(by, before)
    _check_covered(by, RoleRights(role.pk, grants=grants, rules=rules))
    _replace_grants(role, before.grants, grants)
    _replace_rules(role, before.rules, rules)
    _audit(by, "role.edit", role, changes)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = sorted({*before, *after})
    return {
        name: (_said(before.get(name)), _said(after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    }


def _said(value: Reach | FieldAccess | None) -> str | None:
    """In the trail: own, team, all; see, none."""
    return value.name.lower() if isinstance(value, Reach) else value


def _check_known(before: Grants, after: Grants) -> None:
    for permission in after:
        if permission not in before and permission not in permission_registry:
            raise Refused(_("There is no right “%(right)s”.") % {"right": permission})


def _check_covered(by: User, rights: RoleRights) -> None:
    if not permissions.access_of(by).covers(permissions.merged([rights], None)):
        raise Refused(_("A role that may do more than you is changed by an administrator."))


def _replace_grants(role: Role, before: Grants, after: Grants) -> None:
    gone = [name for name in before if before[name] != after.get(name)]
    role.grants.filter(permission__in=gone).delete()
    Grant.objects.bulk_create(
        Grant(role=role, permission=name, reach=reach)
        for name, reach in after.items()
        if before.get(name) != reach
    )


def _replace_rules(role: Role, before: Rules, after: Rules) -> None:
    gone = [name for name in before if before[name] != after.get(name)]
    role.field_rules.filter(field__in=gone).delete()
    FieldRule.objects.bulk_create(
        FieldRule(role=role, field=name, access=access)
        for name, access in after.items()
        if before.get(name) != access
    )


@transaction.atomic
def reset_role(*, role: Role, by: User) -> None:
    """A role that came with the product, as it came: name, grants, no field rules."""
    begin(by, ROLES)
    stored = Role.objects.select_for_update().get(pk=role.pk)
    if stored.key is None or stored.key not in role_seeds:
        raise Refused(_("This role did not come with the product."))
    seed = role_seeds[stored.key]
    _describe(stored, seed.name, seed.description, by)
    if not stored.is_administrator:
        known = {name: reach for name, reach in seed.grants.items() if name in permission_registry}
        _write(stored, known, {}, by)


@transaction.atomic
def delete_role(*, role: Role, by: User) -> None:
    """A role that nobody has; those that came with the product stay."""
    begin(by, ROLES)
    stored = Role.objects.select_for_update().get(pk=role.pk)
    if stored.key is not None:
        raise Refused(_("This role came with the product. It can be reset, but not deleted."))
    if stored.users.exists():
        raise Refused(_("Somebody has this role. Take it from everybody first."))
    _check_covered(by, rights_of(stored))
    _audit(by, "role.delete", stored, {"name": (stored.name, "")})
    stored.delete()


def _audit(by: User, action: str, role: Role, changes: dict[str, tuple[Any, Any]]) -> None:
    audit.record(actor=by, action=action, subject=role, changes=changes)
