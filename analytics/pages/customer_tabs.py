"""The tabs above the pages about customers."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core import permissions
from core.models import User

# Key, address and right of each page; labels are said when a page is drawn.
SEGMENTS, CELLS, MOVES, MODEL = "segments", "cells", "moves", "model"
VIEW = "analytics.customer_segments.view"
PAGES = (
    (SEGMENTS, "customer_segments", VIEW),
    (CELLS, "customer_cells", VIEW),
    (MOVES, "customer_moves", VIEW),
    (MODEL, "customer_segment_model", VIEW),
)


def customer_tabs(user: User, current: str) -> list[dict[str, Any]]:
    """Those that the user may open."""
    labels = {
        SEGMENTS: _("Segments"),
        CELLS: _("RFM cells"),
        MOVES: _("Movement"),
        MODEL: _("The model"),
    }
    access = permissions.access_of(user)
    return [
        {"label": labels[key], "url": reverse(name), "is_current": key == current}
        for key, name, right in PAGES
        if access.may(right)
    ]
