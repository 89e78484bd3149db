"""What a token is for: scopes such as `crm.lead:read`, and the rights that are left by them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Reach
from core.permissions import Access
from core.registries import permission_registry, record_types

READ, WRITE, EVERYTHING = "read", "write", "*"
VIEW = "view"
WAYS = {READ: pgettext_lazy("token", "read"), WRITE: pgettext_lazy("token", "read and write")}
# What the API offers beside the records.
OTHERS = {"core.job": _("Jobs")}
# What every colleague may read; a token needs the scope all the same.
COMMON = {"core.user": _("Colleagues and teams"), "core.tag": _("Tags")}


@dataclass(frozen=True)
class ScopeGroup:
    """The scopes of one object, as the form of a token offers them."""

    label: Any
    scopes: tuple[tuple[str, Any], ...]


def scopes_of(permission: str) -> tuple[str, ...]:
    """The scopes that open a right; who may write may read.

    >>> scopes_of("crm.lead.view"), scopes_of("crm.lead.edit")
    (('crm.lead:read', 'crm.lead:write'), ('crm.lead:write',))
    """
    thing, _dot, action = permission.rpartition(".")
    written = f"{thing}:{WRITE}"
    return (f"{thing}:{READ}", written) if action == VIEW else (written,)


def known_scopes() -> list[str]:
    """Every scope there is, in the order of the rights."""
    found = (scope for right in permission_registry for scope in scopes_of(right.key))
    return list(dict.fromkeys([*found, *(f"{thing}:{READ}" for thing in COMMON)]))


def scope_groups(access: Access) -> list[ScopeGroup]:
    """The scopes that open something of the API to somebody with these rights, by object."""
    things = {
        right.key.rpartition(".")[0] for right in permission_registry if access.may(right.key)
    }
    labels = {**{kind.key: kind.plural for kind in record_types}, **OTHERS}
    groups = [
        ScopeGroup(label, tuple((f"{thing}:{way}", said) for way, said in WAYS.items()))
        for thing, label in labels.items()
        if thing in things
    ]
    common = (
        ScopeGroup(label, ((f"{thing}:{READ}", WAYS[READ]),)) for thing, label in COMMON.items()
    )
    return [*groups, *common]


def limited(access: Access, scopes: Collection[str]) -> Access:
    """The rights that the scopes leave."""
    if EVERYTHING in scopes:
        return access
    left = {
        right: reach
        for right, reach in _grants_of(access).items()
        if any(scope in scopes for scope in scopes_of(right))
    }
    return replace(access, is_administrator=False, grants=left)


def narrower(access: Access, other: Access) -> Access:
    """What both may do: of each right the smaller reach, of the fields what both see and edit."""
    if other.is_administrator:
        return access
    mine, theirs = _grants_of(access), other.grants
    grants = {right: min(mine[right], theirs[right]) for right in mine.keys() & theirs.keys()}
    return Access(
        grants=grants,
        hidden_fields=access.hidden_fields | other.hidden_fields,
        locked_fields=access.locked_fields | other.locked_fields,
        user=access.user,
    )


def _grants_of(access: Access) -> dict[str, Reach]:
    """The rights one by one, those of an administrator too."""
    if not access.is_administrator:
        return dict(access.grants)
    return dict.fromkeys((right.key for right in permission_registry), Reach.ALL)


def unknown(scopes: Iterable[str]) -> list[str]:
    known = {EVERYTHING, *known_scopes()}
    return [scope for scope in scopes if scope not in known]
