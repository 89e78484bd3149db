"""The entries of the navigation, declared by the apps whose pages they open."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from core.registries.base import Registry

if TYPE_CHECKING:
    from core.models.users import User


@dataclass(frozen=True)
class NavigationEntry:
    """One line of the navigation.

    `group` is one of `core.shell.GROUPS`; `order` sorts within it and never changes with the role.
    `on_phone` puts the entry into the tab bar; `takes_files` lets its page receive uploads.
    `count` says how much waits there for the user (one query; 0 shows nothing), `is_hot` in colour.
    """

    key: str
    label: Promise
    icon: str
    url_name: str
    group: str
    order: int
    permission: str = ""
    on_phone: bool = False
    takes_files: bool = False
    count: "Callable[[User], int] | None" = None
    is_hot: bool = False


navigation: Registry[NavigationEntry] = Registry("Navigation entry")
