"""Changes of many records at once: what they are, what they write, how they are put back."""

from core.changes.kinds import (
    AddTags,
    Assign,
    Change,
    Delete,
    RemoveTags,
    Restore,
    SetField,
    change_from_json,
)

__all__ = [
    "AddTags",
    "Assign",
    "Change",
    "Delete",
    "RemoveTags",
    "Restore",
    "SetField",
    "change_from_json",
]
