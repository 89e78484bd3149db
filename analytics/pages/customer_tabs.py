"""The tabs of the pages about customers. Another page of this kind adds itself to `TABS`."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.queries.lifetime_value import VIEW
from core.permissions import Access

SEGMENTS, CELLS = "customer_segments", "customer_cells"
MOVES, MODEL = "customer_moves", "customer_segment_model"
LIFECYCLE = "lifecycle"
VIEW_SEGMENTS = "analytics.customer_segments.view"


@dataclass(frozen=True)
class CustomerTab:
    """One page: the name of its address, its label, and the right to see it."""

    url_name: str
    label: Promise
    icon: str
    permission: str


TABS = [
    CustomerTab("customer_value", pgettext_lazy("customers", "Value ahead"), "coins", VIEW),
    CustomerTab("customer_cohorts", pgettext_lazy("customers", "Cohorts"), "calendar", VIEW),
    CustomerTab(LIFECYCLE, _("Lifecycle"), "route", "analytics.lifecycle.view"),
    CustomerTab(SEGMENTS, _("Segments"), "users-group", VIEW_SEGMENTS),
    CustomerTab(CELLS, _("RFM cells"), "columns-3", VIEW_SEGMENTS),
    CustomerTab(MOVES, _("Movement"), "arrows-sort", VIEW_SEGMENTS),
    CustomerTab(MODEL, _("The model"), "settings", VIEW_SEGMENTS),
]


def customer_tabs(access: Access, current: str) -> list[dict[str, Any]]:
    """Those that somebody may see; the one with this name is shown."""
    return [
        {
            "label": tab.label,
            "icon": tab.icon,
            "url": reverse(tab.url_name),
            "is_current": tab.url_name == current,
        }
        for tab in TABS
        if access.may(tab.permission)
    ]
