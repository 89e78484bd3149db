"""What happened around contacts and when, as far as the tests of stages ask for it.

Each row counts from one moment to another: as long as a deal is open, until a visit is too long ago. Leads
and deals had other statuses before; the trail tells those of leads, the day of closing those of deals.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.methods.lifecycle.replay import MOST_MOMENT, Counted
from core.conditions import Happened, Viewpoint
from core.conditions.checking import behaviour_of
from core.conditions.sql import bounds_of, rows_of
from core.models import AuditEvent
from core.registries import record_types
from core.registries.records import Behaviour
from core.time_ids import SLOT_BITS
from crm.choices import CLOSED_STATUSES, LeadStatus, StageKind
from crm.record_types.lifecycle import DEAL, LEAD

IntArray = npt.NDArray[np.int64]
DAY = 24 * 60 * 60 * 1000  # milliseconds
FEW = 500  # contacts are asked for by number, more of them by the range of their numbers
CHUNK = 5_000
AUDITED_AT_ONCE = 500

Span = tuple[int, int, int, int]  # contact, when it happened, from when on it counts, until when


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000) // 1_000


@dataclass(frozen=True)
class People:
    """Contacts by number, in rising order, and how queries are told of them."""

    ids: IntArray

    def within(self, link: str) -> dict[str, Any]:
        if len(self.ids) <= FEW:
            return {f"{link}__in": self.ids.tolist()}
        return {f"{link}__gte": int(self.ids[0]), f"{link}__lte": int(self.ids[-1])}

    def places(self, contacts: IntArray) -> tuple[IntArray, npt.NDArray[np.bool_]]:
        """Where the contacts stand, and whether they are among these at all."""
        place = np.minimum(np.searchsorted(self.ids, contacts), len(self.ids) - 1)
        return np.asarray(place, dtype=np.int64), np.asarray(self.ids[place] == contacts)


def counted(
    leaf: Happened, people: People, view: Viewpoint, known: dict[Happened, IntArray]
) -> Counted:
    """All that the test counts, of these contacts; `known` are rows that were read already."""
    kind = record_types["crm.contact"]
    behaviour = behaviour_of(leaf, kind, view)
    rows = replace(leaf, days=None, at_least=None, at_most=None)
    if rows not in known:
        known[rows] = _spans(rows, behaviour, people, view)
    spans = known[rows]
    contacts, at, begins, ends = spans.T if len(spans) else np.zeros((4, 0), dtype=np.int64)
    begins = np.maximum(begins, at)
    if leaf.days is not None:
        ends = np.minimum(ends, at + leaf.days * DAY + 1)  # the last millisecond counts
    place, is_there = people.places(contacts)
    is_there &= begins < ends
    least, most = bounds_of(leaf)
    return Counted(place[is_there], begins[is_there], ends[is_there], least, most, behaviour.name)


def _spans(asked: Happened, behaviour: Behaviour, people: People, view: Viewpoint) -> IntArray:
    if asked.kinds and behaviour.name in (LEAD, DEAL):
        rows = rows_of(replace(asked, kinds=()), behaviour, view)
        columns = ("pk", behaviour.link, behaviour.at, "status", "closed_at")
        found = rows.filter(**people.within(behaviour.link)).values_list(*columns)
        spans = _statuses(behaviour.name, list(found), set(asked.kinds))
        return np.array(list(spans), dtype=np.int64)
    rows = rows_of(asked, behaviour, view).filter(**people.within(behaviour.link))
    found = rows.order_by().values_list(behaviour.link, behaviour.at)
    pairs = found.iterator(chunk_size=CHUNK)
    if behaviour.at == "id":  # numbered by time
        table = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
        contacts, at = table[:, 0], table[:, 1] >> SLOT_BITS
    else:
        told = [(contact, milliseconds(at)) for contact, at in pairs]
        table = np.array(told, dtype=np.int64).reshape(-1, 2)
        contacts, at = table[:, 0], table[:, 1]
    return np.stack([contacts, at, at, np.full(len(at), MOST_MOMENT)], axis=1)


def _statuses(name: str, rows: list[tuple[Any, ...]], kinds: set[str]) -> Iterator[Span]:
    """How long each lead or deal had one of the statuses."""
    changes = _status_changes([row[0] for row in rows]) if name == LEAD else {}
    before = LeadStatus.WORKING if name == LEAD else StageKind.OPEN
    closed = set(CLOSED_STATUSES) if name == LEAD else {StageKind.WON, StageKind.LOST}
    for pk, contact, at, status, closed_at in rows:
        came = milliseconds(at)
        if pk in changes:
            way = changes[pk]
        elif status in closed and closed_at is not None:
            way = [(milliseconds(closed_at), before, status)]
        else:
            way = []
        yield from ((contact, came, *span) for span in _spent(way, status, kinds, came))


def _spent(
    way: list[tuple[int, str, str]], status: str, kinds: Collection[str], came: int
) -> Iterator[tuple[int, int]]:
    """From when until when the status was one of these: `way` are its changes, the oldest first."""
    begins = came
    for at, old, _new in way:
        if old in kinds:
            yield begins, at
        begins = at
    if status in kinds:
        yield begins, MOST_MOMENT


def _status_changes(leads: list[int]) -> dict[int, list[tuple[int, str, str]]]:
    """What the trail tells of the statuses of leads."""
    found: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for some in _portions(leads):
        events = AuditEvent.objects.filter(
            object_type="crm.lead", object_id__in=some, changes__has_key="status"
        )
        told = events.order_by("pk").values_list("object_id", "at", "changes")
        for pk, at, changes in told:
            old, new = changes["status"]
            found[pk or 0].append((milliseconds(at), str(old or ""), str(new or "")))
    return found


def _portions(pks: list[int]) -> Iterable[list[int]]:
    return (pks[start : start + AUDITED_AT_ONCE] for start in range(0, len(pks), AUDITED_AT_ONCE))
