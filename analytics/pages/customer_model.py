"""What the page of the segment model shows: how many groups, how sure, from what, and what was left out."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analytics.models import SegmentOptions
from analytics.pages.customer_segments import frame_context
from analytics.pages.customer_tabs import MODEL
from analytics.queries.customer_segments import (
    K_MEANS,
    KIND,
    PROFILE,
    TEXT,
    FieldWords,
    channel_label,
    may_read,
)
from core import permissions
from core.conditions import Viewpoint
from core.currencies import base_currency
from core.models import ModelVersion, User
from core.permissions import Access
from core.phrases import number, percent
from core.registries import record_types

SHOWN = 6
AXES = {"profile.axis.": PROFILE, "text.theme.": TEXT}
BLOCKS = {
    "": gettext_noop("What they buy and do"),
    PROFILE: gettext_noop("Also company and own fields"),
    TEXT: gettext_noop("Also text of notes and messages"),
}
WHY_NOT = {
    "unstable": gettext_noop(
        "No groups of contacts come out again when the contacts are drawn anew, or they are no clearer than in "
        "shuffled columns. So there are no segments: any would be made up. RFM cells are there all the same."
    ),
    "few_rows": gettext_noop(
        "There are fewer than 100 contacts: too few to find groups in. RFM cells are there all the same."
    ),
    "empty": gettext_noop("There are no contacts yet."),
    "no_usable_field": gettext_noop(
        "All contacts are alike in what they buy and do: import their purchases and interactions."
    ),
}
STATE_REASONS = {
    "first": gettext_noop("It is the first one."),
    "newer": gettext_noop("Learned anew; segments that are found again keep their names."),
    "unstable": gettext_noop("It found no stable segments: those from before stay."),
    "replaced": gettext_noop("Another version took over."),
}


def why_not_text(code: str) -> str:
    return _(WHY_NOT.get(code, WHY_NOT["unstable"]))


def model_context(user: User) -> dict[str, Any]:
    """The version that serves, with what was tried."""
    context = frame_context(user, MODEL)
    version: ModelVersion | None = context["version"]
    options = SegmentOptions.current()
    context |= {"options": options, "versions": _versions()}
    if version is None:
        return context
    access, words = permissions.access_of(user), FieldWords(base_currency())
    told = version.parameters
    served = next((row for row in reversed(told["tried"]) if row["joins"]), None)
    latest = ModelVersion.objects.filter(kind=KIND).order_by("-number").first()
    return context | {
        "is_stable": version.algorithm == K_MEANS,
        "why_not": why_not_text(told.get("why_not", "")) if served is None else "",
        "figures": _figures(version) if served else [],
        "blocks": [_block(row) for row in told["tried"]],
        "missing_blocks": _missing(told),
        "numbers": _numbers(served or (told["tried"] or [None])[0], version),
        "columns": _columns(served, words, access) if served else [],
        "left_out": _left_out(served, words, access) if served else [],
        "channels": ", ".join(map(channel_label, told["channels"])),
        "themes": [", ".join(theme) for theme in told["themes"]] if _reads_notes(user) else [],
        "seed": told["seed"],
        "is_unstable_since": latest if latest and latest.reason == "unstable" else None,
    }


def _reads_notes(user: User) -> bool:
    """Words of everybody's notes are for those who may read everybody's notes."""
    view = Viewpoint(user, timezone.localtime())
    return view.access.may("crm.activity.view") and view.reaches_all(record_types["crm.activity"])


def _figures(version: ModelVersion) -> list[dict[str, Any]]:
    metrics, told = version.metrics, version.parameters
    return [
        {
            "label": _("Segments"),
            "value": number(metrics["k"]),
            "note": _("the largest number that is stable"),
        },
        {
            "label": _("Come out again"),
            "value": number(metrics["stability"], 2),
            "note": _("adjusted Rand index; nine of ten draws: %(worst)s")
            % {"worst": number(metrics["worst"], 2)},
        },
        {
            "label": _("Silhouette"),
            "value": number(metrics["silhouette"], 2),
            "note": _("shuffled columns: %(shuffled)s")
            % {"shuffled": number(metrics["shuffled"], 2)},
        },
        {
            "label": _("Learned from"),
            "value": number(version.rows),
            "note": _("contacts; %(buyers)s have bought") % {"buyers": number(told["buyers"])},
        },
    ]


def _block(row: Mapping[str, Any]) -> dict[str, Any]:
    """One step: what joined, and what it did to the stability."""
    return {
        "label": _(BLOCKS[row["block"]]),
        "k": number(row["k"]),
        "stability": number(row["stability"], 2),
        "silhouette": number(row["silhouette"], 2),
        "is_stable": row["is_stable"],
        "joins": row["joins"],
    }


def _missing(told: Mapping[str, Any]) -> list[str]:
    """Blocks that were not tried, and why."""
    tried = {row["block"] for row in told["tried"]}
    found = []
    if PROFILE not in tried:
        found.append(
            _("Company and own fields: nothing is filled in.")
            if told["reads_profile"]
            else _("Company and own fields: switched off.")
        )
    if TEXT not in tried:
        found.append(
            _("Notes and messages: fewer than half of the contacts have any.")
            if told["reads_text"]
            else _("Notes and messages: switched off.")
        )
    return found


def _numbers(row: Mapping[str, Any] | None, version: ModelVersion) -> list[dict[str, Any]]:
    """Each number of segments that was tried."""
    if row is None:
        return []
    return [
        {
            "k": number(one["k"]),
            "stability": number(one["stability"], 2),
            "worst": number(one["worst"], 2),
            "silhouette": number(one["silhouette"], 2),
            "shuffled": number(one["shuffled"], 2),
            "is_chosen": bool(version.metrics) and one["k"] == version.metrics["k"],
        }
        for one in row["table"]
    ]


def _columns(row: Mapping[str, Any], words: FieldWords, access: Access) -> list[str]:
    names = [_field(name) for name in row["columns"]]
    told = [words.label(name) for name in dict.fromkeys(names) if may_read(name, access)]
    return [label for label in told if label]


def _left_out(row: Mapping[str, Any], words: FieldWords, access: Access) -> list[str]:
    names = [name for name in row["left_out"] if _field(name) == name and may_read(name, access)]
    return [label for label in map(words.label, names) if label]


def _field(column: str) -> str:
    return next((field for axis, field in AXES.items() if column.startswith(axis)), column)


def _versions() -> list[dict[str, Any]]:
    rows = ModelVersion.objects.filter(kind=KIND).order_by("-number")
    return [
        {
            "version": row,
            "label": _("%(count)s segments") % {"count": number(row.metrics["k"])}
            if row.metrics
            else _("No stable segments"),
            "reason": _(STATE_REASONS[row.reason]) if row.reason in STATE_REASONS else "",
            "stability": percent(row.metrics["stability"]) if row.metrics else "–",
        }
        for row in rows[:SHOWN]
    ]
