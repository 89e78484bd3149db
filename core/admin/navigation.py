"""The panel's side bar: the models in groups as people know them from the product."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from core.admin.site import PanelSite

GROUPS = {
    "sell": _("Sell"),
    "market": _("Market"),
    "understand": _("Understand"),
    "records": _("Around records"),
    "people": _("People and rights"),
    "company": _("Company"),
    "jobs": _("Jobs and schedules"),
    "system": _("System"),
}


def groups(site: "PanelSite | admin.AdminSite") -> list[dict[str, Any]]:
    """The registered models by group; each model's admin says where it stands."""
    found: dict[str, list[dict[str, Any]]] = {key: [] for key in GROUPS}
    for model, model_admin in site._registry.items():  # noqa: SLF001  # Django has no public list
        options: Any = model_admin
        name = f"{site.name}:{model._meta.app_label}_{model._meta.model_name}_changelist"
        item = {
            "title": capfirst(str(model._meta.verbose_name_plural)),
            "icon": options.icon,
            "link": reverse(name),
        }
        found[options.group].append(item)
    return [{"title": GROUPS[key], "items": items} for key, items in found.items() if items]


def side_bar(_request: HttpRequest) -> list[dict[str, Any]]:
    back = {
        "title": _("Back to Renmai"),
        "icon": "arrow_back",
        "link": reverse("home"),
        "active": False,
    }
    overview = {"title": _("Overview"), "icon": "apps", "link": reverse("admin:index")}
    first = {"title": "", "items": [back, overview]}
    return [first, *(group | {"collapsible": True} for group in groups(admin.site))]


def theme(request: HttpRequest) -> str | None:
    """The user's own; unfold asks the device where it is left to it."""
    chosen: str = getattr(request.user, "theme", "auto")
    return None if chosen == "auto" else chosen
