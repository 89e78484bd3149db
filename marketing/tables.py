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

LISTS = (SEGMENTS,)
