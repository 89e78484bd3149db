"""What was known of leads at a moment besides their fields: what people did, our activities, ages.

The same function serves training, at moments of the past, and scoring, now: nothing that came later
than a row's moment is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.choices import TIMELINE
from analytics.methods.event_counts import EventTimes
from core.models import ModelVersion
from core.time_ids import SLOT_BITS
from crm.choices import InteractionKind
from crm.models import Activity, Interaction, Lead

DAY = 24 * 60 * 60 * 1000  # milliseconds
CHUNK = 2_000

# What takes more than a click.
ANSWERS = frozenset(
    {
        InteractionKind.REPLY,
        InteractionKind.SUBMIT,
        InteractionKind.ATTEND,
        InteractionKind.PURCHASE,
        InteractionKind.CHAT,
    }
)
NO_INTEREST = frozenset({InteractionKind.UNSUBSCRIBE})

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Moments:
    """Leads at moments: one row each; 0 stands for no contact or no owner, -1 for never captured."""

    leads: Integers
    contacts: Integers
    owners: Integers
    captured: Integers  # milliseconds since 1970
    at: Integers

    def __getitem__(self, rows: Any) -> "Moments":
        return Moments(
            self.leads[rows],
            self.contacts[rows],
            self.owners[rows],
            self.captured[rows],
            self.at[rows],
        )

    def __len__(self) -> int:
        return len(self.leads)


def knows_timeline(version: ModelVersion) -> bool:
    """Whether the version learned from what timelines tell."""
    return any(feature["name"] in TIMELINE for feature in version.features)


def milliseconds(moment: datetime | None) -> int:
    return -1 if moment is None else int(moment.timestamp() * 1000)


def timeline_of(moments: Moments, loads: "OwnerLoads") -> pd.DataFrame:
    """The columns of `TIMELINE`, one row for each of the moments, in their order.

    Of a lead that nobody knows when it came, nobody knows either what happened since: all is missing.
    """
    parts = [_columns(moments[start : start + CHUNK]) for start in range(0, len(moments), CHUNK)]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(TIMELINE))
    frame["timeline.owner_leads"] = loads.at(moments.owners, moments.at)
    frame = frame[list(TIMELINE)].astype("float64")
    return frame.where(pd.Series(moments.captured >= 0, index=frame.index), np.nan)


def _columns(moments: Moments) -> pd.DataFrame:
    who, at = moments.contacts, moments.at
    did, answered = interactions_of(np.unique(who[who > 0]).tolist())
    ours = activities_on("lead", np.unique(moments.leads).tolist())
    age = np.where(moments.captured < 0, np.nan, whole_days(at - moments.captured))
    return pd.DataFrame(
        {
            **{f"timeline.interactions_{n}": did.within(who, at, n * DAY) for n in (7, 30, 90)},
            "timeline.interactions": did.before(who, at),
            "timeline.answers_90": answered.within(who, at, 90 * DAY),
            "timeline.since_interaction": whole_days(did.since_last(who, at)),
            "timeline.activities_30": ours.within(moments.leads, at, 30 * DAY),
            "timeline.activities": ours.before(moments.leads, at),
            "timeline.since_touch": whole_days(ours.since_last(moments.leads, at)),
            "timeline.age": np.maximum(age, 0),
        }
    )


def whole_days(spans: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Milliseconds as days, as people count them who read them among the reasons."""
    return np.floor(spans / DAY)


def interactions_of(contacts: Sequence[int]) -> tuple[EventTimes, EventTimes]:
    """What these people did, and of it what takes more than a click."""
    rows: Any = Interaction.objects.filter(contact__in=contacts)
    who, when, kinds = _three(rows.values_list("contact_id", "id", "kind"))
    is_interest = ~np.isin(kinds, [str(kind) for kind in NO_INTEREST])
    is_answer = np.isin(kinds, [str(kind) for kind in ANSWERS])
    times = when >> SLOT_BITS
    return (
        EventTimes(who[is_interest], times[is_interest]),
        EventTimes(who[is_answer], times[is_answer]),
    )


def _three(rows: Any) -> tuple[Integers, Integers, npt.NDArray[np.str_]]:
    found = list(rows.iterator(chunk_size=CHUNK))
    who, when, kinds = zip(*found, strict=True) if found else ((), (), ())
    return np.array(who, np.int64), np.array(when, np.int64), np.array(kinds, np.str_)


def activities_on(link: str, numbers: Sequence[int]) -> EventTimes:
    """What was done on these records; `link` is how activities name them."""
    rows: Any = Activity.objects.kept().done().filter(**{f"{link}__in": numbers})
    found = list(rows.values_list(f"{link}_id", "done_at").iterator(chunk_size=CHUNK))
    return EventTimes([pk for pk, _at in found], [milliseconds(at) for _pk, at in found])


class OwnerLoads:
    """How many open leads somebody had at a moment, of those whose moment of capture is known."""

    def __init__(self, captured: EventTimes, closed: EventTimes) -> None:
        self.captured, self.closed = captured, closed

    @classmethod
    def read(cls, owners: Sequence[int] | None = None) -> "OwnerLoads":
        """Of everybody, or of these alone."""
        rows: Any = Lead.objects.kept().filter(captured_at__isnull=False, owner__isnull=False)
        if owners is not None:
            rows = rows.filter(owner__in=owners)
        found = list(
            rows.values_list("owner_id", "captured_at", "closed_at").iterator(chunk_size=CHUNK)
        )
        closed = [(owner, at) for owner, _captured, at in found if at is not None]
        return cls(
            EventTimes([row[0] for row in found], [milliseconds(row[1]) for row in found]),
            EventTimes(
                [owner for owner, _at in closed], [milliseconds(at) for _owner, at in closed]
            ),
        )

    def at(self, owners: Integers, moments: Integers) -> npt.NDArray[np.float64]:
        load = self.captured.before(owners, moments) - self.closed.before(owners, moments)
        return np.where(owners > 0, load, np.nan)
