"""The entries of the navigation, declared by the apps whose pages they open."""

from dataclasses import dataclass

from django.utils.functional import Promise

from core.registries.base import Registry


@dataclass(frozen=True)
class NavigationEntry:
    """One line of the navigation.

    `group` is one of `core.shell.GROUPS`; `order` sorts within it and never changes with the role.
    `on_phone` puts the entry into the tab bar; `takes_files` lets its page receive uploads.
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


navigation: Registry[NavigationEntry] = Registry("Navigation entry")
