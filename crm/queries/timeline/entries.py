"""What a timeline shows: entries under headings."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm.models import Activity


@dataclass(frozen=True)
class FieldChange:
    """What a field was and what it became, in words."""

    label: Any
    before: Any
    after: Any


@dataclass(frozen=True)
class Entry:
    """One fact: an icon, what happened in bold, the rest in grey, human words in a box."""

    at: datetime
    icon: str
    fact: str
    details: tuple[str, ...] = ()
    body: str = ""
    changes: tuple[FieldChange, ...] = ()
    activity: Activity | None = None
    is_day_only: bool = False


@dataclass(frozen=True)
class Section:
    """Entries of a day, a week or a month; without a label where the page before had it."""

    label: str
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Timeline:
    """One page of it; `older` leads to the next one."""

    sections: list[Section]
    upcoming: list[Entry] = field(default_factory=list)
    older: str = ""
