"""The saved views that come with the product: seeded once per list, then everybody's to change."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop

from core.choices import Sharing
from core.conditions import Condition, Criterion, Happened, all_of
from core.models import SavedView


@dataclass(frozen=True)
class ViewSeed:
    """A ready-made view; its name is a msgid."""

    object_type: str
    name: str
    icon: str
    conditions: tuple[Condition, ...]
    sort: str = ""
    columns: list[str] = field(default_factory=list)

    def view(self, position: int) -> SavedView:
        condition: Any = all_of(*self.conditions).as_json() if self.conditions else {}
        return SavedView(
            object_type=self.object_type,
            name=self.name,
            icon=self.icon,
            condition=condition,
            sort=self.sort,
            columns=self.columns,
            sharing=Sharing.ALL,
            position=position,
            is_ready_made=True,
        )


MINE = Criterion("owner", "is", ["me"])
RECENT = gettext_noop("Recently added")

SEEDS = (
    ViewSeed(
        "crm.lead",
        gettext_noop("New leads"),
        "inbox",
        (Criterion("status", "is", ["new"]), Criterion("awaits", "set")),
        "-score",
        ["company", "score", "awaits", "source", "owner", "created"],
    ),
    ViewSeed(
        "crm.lead",
        gettext_noop("Hot, not touched for 7 days"),
        "flame",
        (
            Criterion("score", "at_least", 70),
            Criterion("status", "is", ["new", "working", "qualified"]),
            Happened("activity", at_most=0, days=7),
        ),
        "-score",
    ),
    ViewSeed(
        "crm.lead",
        gettext_noop("My open leads"),
        "user",
        (MINE, Criterion("status", "is", ["new", "working", "qualified"])),
    ),
    ViewSeed("crm.lead", RECENT, "clock", (Criterion("created", "last_days", 7),), "-created"),
    ViewSeed("crm.contact", gettext_noop("My contacts"), "user", (MINE,)),
    ViewSeed("crm.contact", RECENT, "clock", (Criterion("created", "last_days", 7),), "-created"),
    ViewSeed(
        "crm.company",
        gettext_noop("Customers not touched for 30 days"),
        "alert-triangle",
        (Criterion("kind", "is", ["customer"]), Criterion("touched", "longer_ago", 30)),
        "touched",
    ),
    ViewSeed("crm.company", RECENT, "clock", (Criterion("created", "last_days", 7),), "-created"),
    ViewSeed(
        "crm.deal",
        gettext_noop("My open deals"),
        "user",
        (MINE, Criterion("status", "is", ["open"])),
        "close",
    ),
    ViewSeed(
        "crm.deal",
        gettext_noop("Closing this month"),
        "calendar",
        (Criterion("status", "is", ["open"]), Criterion("close", "in", "this_month")),
        "close",
    ),
    ViewSeed(
        "crm.activity",
        gettext_noop("My tasks due"),
        "checkbox",
        (
            MINE,
            Criterion("kind", "is", ["task"]),
            Criterion("done", "empty"),
        ),
        "at",
        ["at", "priority", "contact", "company", "deal", "owner"],
    ),
    ViewSeed(
        "crm.activity",
        gettext_noop("This week"),
        "calendar",
        (Criterion("at", "in", "this_week"),),
        "at",
    ),
    ViewSeed(
        "crm.event",
        gettext_noop("To come"),
        "calendar",
        (Criterion("starts", "next_days", 365),),
        "starts",
    ),
    ViewSeed("marketing.campaign", gettext_noop("My campaigns"), "user", (MINE,)),
    ViewSeed(
        "marketing.campaign",
        gettext_noop("Drafts"),
        "pencil",
        (Criterion("state", "is", ["draft", "approval"]),),
    ),
    ViewSeed(
        "marketing.campaign",
        gettext_noop("Under way"),
        "send",
        (Criterion("state", "is", ["scheduled", "sending", "paused"]),),
    ),
    ViewSeed("marketing.webform", gettext_noop("My web forms"), "user", (MINE,)),
    ViewSeed("marketing.segment", gettext_noop("My segments"), "user", (MINE,)),
    ViewSeed(
        "marketing.segment",
        gettext_noop("Lists"),
        "list",
        (Criterion("kind", "is", ["static"]), Criterion("archived", "empty")),
    ),
    ViewSeed(
        "marketing.segment", gettext_noop("Archived"), "archive", (Criterion("archived", "set"),)
    ),
)


def seed_views() -> None:
    """Make the views of lists that never had any; what somebody deleted stays deleted."""
    known = set(SavedView.objects.filter(is_ready_made=True).values_list("object_type", flat=True))
    SavedView.objects.bulk_create(
        seed.view(position) for position, seed in enumerate(SEEDS) if seed.object_type not in known
    )
