"""Everything that a role can grant."""

from dataclasses import dataclass

from django.utils.functional import Promise

from core.registries.base import Registry


@dataclass(frozen=True)
class Permission:
    """A right that roles grant, such as `core.job.view`; `has_reach` for rights over records."""

    key: str
    label: Promise
    has_reach: bool = False


@dataclass(frozen=True)
class PermissionGroup:
    """What the rights of an app (`key`) are called together."""

    key: str
    label: Promise


permission_groups: Registry[PermissionGroup] = Registry("Permission group")
permission_registry: Registry[Permission] = Registry("Permission")
