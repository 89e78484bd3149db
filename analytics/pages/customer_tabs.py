"""The frame of the pages about customers: tabs, head, what the page is. Another page of this kind adds itself to `TABS`."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.queries.lifetime_value import VIEW
from core.models import JobRun
from core.permissions import Access

VALUE, COHORTS = "customer_value", "customer_cohorts"
SEGMENTS, CELLS = "customer_segments", "customer_cells"
MOVES, MODEL = "customer_moves", "customer_segment_model"
LIFECYCLE = "lifecycle"
VIEW_SEGMENTS = "analytics.customer_segments.view"


@dataclass(frozen=True)
class PageHead:
    """What stands at the left end of the bar."""

    icon: str
    title: Promise


@dataclass(frozen=True)
class CustomerTab:
    """One page: the name of its address, its label, the right to see it, its head, what it shows from what.

    `empty` and `needs` say that there is nothing yet, and what has to be there first.
    """

    url_name: str
    label: Promise
    icon: str
    permission: str
    head: PageHead
    intro: Promise
    empty: Promise
    needs: Promise


OF_VALUE = PageHead("coins", _("Customer value"))
OF_LIFECYCLE = PageHead("route", _("Lifecycle"))
OF_SEGMENTS = PageHead("users-group", _("Customer segments"))

NEEDS_PURCHASES = _(
    "Import purchases with customer, date and amount, or win deals with a main contact."
)
NEEDS_CONTACTS = _("Import contacts with their purchases, or win deals; 100 contacts are needed.")

TABS = [
    CustomerTab(
        VALUE,
        pgettext_lazy("customers", "Value ahead"),
        "coins",
        VIEW,
        OF_VALUE,
        _(
            "What customers will probably still buy within twelve months, and whom you may lose. Told from "
            "purchases and won deals, every night."
        ),
        _("No value ahead yet"),
        NEEDS_PURCHASES,
    ),
    CustomerTab(
        COHORTS,
        pgettext_lazy("customers", "Cohorts"),
        "calendar",
        VIEW,
        OF_VALUE,
        _(
            "Whoever came in the same month, and what became of them month by month. Counted from purchases, "
            "won deals and leads, every night."
        ),
        _("No cohorts yet"),
        NEEDS_PURCHASES,
    ),
    CustomerTab(
        LIFECYCLE,
        _("Lifecycle"),
        "route",
        "analytics.lifecycle.view",
        OF_LIFECYCLE,
        _(
            "How contacts come from stage to stage, what they are worth there, and what is worth doing. Told "
            "from leads, deals, activities and purchases of three years, every night."
        ),
        _("No lifecycle yet"),
        _("Import contacts, leads, deals and what happened with them."),
    ),
    CustomerTab(
        SEGMENTS,
        _("Segments"),
        "users-group",
        VIEW_SEGMENTS,
        OF_SEGMENTS,
        _(
            "Groups of contacts that buy and act alike, found by a model every week; everybody is put into one "
            "every night."
        ),
        _("No segments yet"),
        NEEDS_CONTACTS,
    ),
    CustomerTab(
        CELLS,
        _("RFM cells"),
        "columns-3",
        VIEW_SEGMENTS,
        OF_SEGMENTS,
        _(
            "Customers by how recently, how often and for how much they bought. Counted from purchases and won "
            "deals, every night; each number opens its list."
        ),
        _("No cells yet"),
        NEEDS_PURCHASES,
    ),
    CustomerTab(
        MOVES,
        _("Movement"),
        "arrows-sort",
        VIEW_SEGMENTS,
        OF_SEGMENTS,
        _(
            "Who is in another segment than before, because they bought or did something, or no longer do. "
            "Compared every night."
        ),
        _("No movement yet"),
        NEEDS_CONTACTS,
    ),
    CustomerTab(
        MODEL,
        _("The model"),
        "settings",
        VIEW_SEGMENTS,
        OF_SEGMENTS,
        _(
            "How the segments were found: how many there are, how sure that is, and what they are made of."
        ),
        _("No model yet"),
        NEEDS_CONTACTS,
    ),
]


def customer_frame(
    access: Access, current: str, *, kind: str, run_right: str, last_run: JobRun | None
) -> dict[str, Any]:
    """What stands around each of the pages: tabs that somebody may see, the head, computing it anew."""
    return {
        "tab": next(tab for tab in TABS if tab.url_name == current),
        "tabs": [
            {
                "label": tab.label,
                "icon": tab.icon,
                "url": reverse(tab.url_name),
                "is_current": tab.url_name == current,
            }
            for tab in TABS
            if access.may(tab.permission)
        ],
        "kind": kind,
        "last_run": last_run,
        "may_run": access.may(run_right) and access.may("core.job.view"),
        "may_see_jobs": access.may("core.job.view"),
        "may_import": access.may("crm.import.use"),
    }
