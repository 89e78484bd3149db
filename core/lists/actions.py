"""What can be done with the chosen rows of a list, as far as the user may do it."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists.state import ListState
from core.registries import change_kinds

# The change, what its button says, the right it needs, its icon and its key.
ACTIONS = (
    ("assign", _("Assign"), "assign", "user-share", "a"),
    ("tag", pgettext_lazy("bulk change", "Tag"), "edit", "tags", "t"),
    ("edit", _("Edit field"), "edit", "pencil", "m"),
    ("export", _("Export"), "export", "file-export", ""),
    ("delete", _("Delete"), "delete", "trash", ""),
)


def bulk_actions(state: ListState) -> list[dict[str, Any]]:
    """The buttons of the bar, as core/components/bulk.html draws them."""
    key = state.kind.key
    return [
        {
            "label": label,
            "icon": icon,
            "hotkey": hotkey,
            "url": _url(key, change),
            # Deleting a few asks nothing: it can be undone.
            "name": "apply" if change == "delete" else "ask",
            "value": "1",
            "target": "list-dialog",
        }
        for change, label, right, icon, hotkey in (*ACTIONS[:-1], *_added(state), ACTIONS[-1])
        if state.access.may(f"{key}.{right}") and _is_possible(state, change)
    ]


def _added(state: ListState) -> Iterator[tuple[str, Any, str, str, str]]:
    """What the app of the record type adds."""
    for each in change_kinds:
        may = not each.permission or state.access.may(each.permission)
        may = may and state.access.edits(state.kind.field_name(each.rule))
        if each.record_type == state.kind.key and may:
            yield each.key, each.label, each.change.right, each.icon, each.hotkey


def _url(key: str, change: str) -> str:
    if change == "export":
        return reverse("bulk_export", args=[key])
    return reverse("bulk_change", args=[key, change])


def _is_possible(state: ListState, change: str) -> bool:
    return change != "tag" or state.access.edits(state.kind.field_name("tags"))
