"""The lists of marketing."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import ListDefinition
from marketing import cells

SEGMENTS = ListDefinition(
    "marketing.segment",
    columns=("kind", "size", "sharing", "owner", "checked", "created"),
    default_sort="name",
    search_hint=pgettext_lazy("segment", "Name"),
    searched=("name",),
    empty_title=_("No segments yet"),
    empty_text=_(
        "A segment is a group of contacts: those that meet a condition, kept up to date by itself, or a list that you fill by hand. "
        "Lists, reports and campaigns can ask for it."
    ),
    create_url="segment_create",
    create_label=_("New segment"),
    phone={"kind": "m-sub", "size": "m-end", "owner": "m-end2"},
    cells={"name": cells.name, "kind": cells.kind},
    beside={"kind": ("kind",)},
)

CAMPAIGNS = ListDefinition(
    "marketing.campaign",
    columns=("state", "goal", "started", "owner", "created"),
    default_sort="-created",
    search_hint=pgettext_lazy("campaign", "Name"),
    searched=("name",),
    empty_title=_("No campaigns yet"),
    empty_text=_(
        "A campaign is a message to an audience, sent once to each, with a report of what it changed. "
        "Nothing is sent before you have seen everything and say so."
    ),
    create_url="campaign_create",
    create_label=_("New campaign"),
    phone={"state": "m-sub", "started": "m-end", "owner": "m-end2"},
    cells={"state": cells.campaign_state},
    beside={"state": ("state", "finished_at")},
)

WEB_FORMS = ListDefinition(
    "marketing.webform",
    columns=("open", "language", "lead", "source", "owner", "created"),
    default_sort="-created",
    search_hint=pgettext_lazy("web form", "Name"),
    searched=("name",),
    empty_title=_("No web forms yet"),
    empty_text=_(
        "A web form stands on your website or on a page of its own. What visitors fill in becomes a contact, a "
        "lead if you want, and a consent with its proof."
    ),
    create_url="webform_create",
    create_label=_("New web form"),
    phone={"open": "m-sub", "created": "m-end", "owner": "m-end2"},
)

LISTS = (SEGMENTS, CAMPAIGNS, WEB_FORMS)
