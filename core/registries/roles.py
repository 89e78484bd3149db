"""The roles that come with the product, declared by who knows every app."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.choices import Reach
from core.registries.base import Registry


@dataclass(frozen=True)
class RoleSeed:
    """A role and how far it reaches by permission: seeded once, then the administrator's."""

    key: str
    name: str
    description: str
    grants: Mapping[str, Reach]
    is_administrator: bool = False


role_seeds: Registry[RoleSeed] = Registry("Role")
