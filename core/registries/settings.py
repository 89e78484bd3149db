"""The sections of the settings, declared by the apps whose pages they open."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.registries.base import Registry

if TYPE_CHECKING:
    from core.permissions import Access

SETTINGS_GROUPS = {
    "own": _("Your account"),
    "company": _("Company"),
    "people": _("People and rights"),
    "data": _("Records"),
    "system": _("System"),
}


@dataclass(frozen=True)
class SettingsSection:
    """One line of the settings' own menu, for whoever has the permission or is told by `is_for`.

    `group` is one of `SETTINGS_GROUPS`; `order` sorts within it.
    """

    key: str
    label: Promise
    icon: str
    url_name: str
    group: str
    order: int
    permission: str = ""
    is_for: "Callable[[Access], bool] | None" = None

    def opens_for(self, access: "Access") -> bool:
        if self.is_for is not None:
            return self.is_for(access)
        return not self.permission or access.may(self.permission)


settings_sections: Registry[SettingsSection] = Registry("Settings section")
