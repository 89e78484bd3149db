"""The settings of the admin panel's package: names, looks, places (core.admin explains the rest)."""

from typing import Any

from django.http import HttpRequest  # noqa: TID251  # unfold's settings are functions of a request
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _


def _static(path: str) -> Any:
    def address(_request: HttpRequest) -> str:
        return static(path)

    return address


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Renmai",
    "SITE_HEADER": "Renmai",
    "SITE_SUBHEADER": _("Admin panel"),
    "SITE_ICON": _static("img/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "href": _static("img/mark.svg"), "type": "image/svg+xml"}],
    "THEME": "core.admin.navigation.theme",
    "BORDER_RADIUS": "6px",
    "STYLES": [_static("css/panel.css")],
    "SCRIPTS": [_static("js/panel.js")],
    "SIDEBAR": {"navigation": "core.admin.navigation.side_bar"},
}
