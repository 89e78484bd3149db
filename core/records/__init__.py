"""Record pages: what stands on them, how it is edited, what happens when two edit at once."""

from core.records.declaration import (
    Action,
    Alike,
    Linked,
    Pill,
    RecordPage,
    Related,
    Tab,
    record_pages,
)

__all__ = ["Action", "Alike", "Linked", "Pill", "RecordPage", "Related", "Tab", "record_pages"]
