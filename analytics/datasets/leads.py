"""Leads as frames of raw cells: columns are full field names, and what their timeline tells."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import Max, Min

from analytics.datasets.history import Moment, later_changes
from analytics.datasets.snapshots import Snapshots, read_snapshots
from analytics.datasets.timeline import Moments, OwnerLoads, milliseconds, timeline_of
from core.choices import FieldType, KnownWhen
from core.custom_names import custom_name
from core.fields.added import fields_of
from crm.choices import LeadStatus
from crm.models import Lead

OBJECT = "crm.lead"
CHUNK = 2_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Field names as rules and reasons know them, and where their values lie.
FIXED_FIELDS = {
    "crm.lead.source": "source",
    "crm.lead.country": "country",
    "crm.lead.city": "city",
    "crm.lead.job_title": "contact__job_title",
    "crm.lead.industry": "company__industry",
    "crm.lead.employees": "company__employees",
}
# Of which record each of them is, and its name in the trail.
KEPT_IN = {
    "crm.lead": ("source", "country", "city"),
    "crm.contact": ("job_title",),
    "crm.company": ("industry", "employees"),
}

# Addresses, moments, people and other records are one of a kind: nothing to learn from.
TELLING_TYPES = frozenset(
    {
        FieldType.TEXT,
        FieldType.NUMBER,
        FieldType.MONEY,
        FieldType.CHOICE,
        FieldType.CHOICES,
        FieldType.BOOLEAN,
    }
)


@dataclass(frozen=True)
class ClosedLeads:
    """What a score learns from, one row for each lead, or for each of its moments.

    Cells; outcomes (1 converted); times that order the rows, if all have one; the lead of each row. A row
    is a closed lead as it is today, or with `has_moments`, of leads with dates, what was known at a moment and
    what came within the horizon. `total` leads are known, of which these are a sample.
    """

    frame: pd.DataFrame
    outcomes: "pd.Series[int]"
    captured: "pd.Series[Any] | None"
    leads: "pd.Series[int]"
    total: int
    has_moments: bool


@dataclass(frozen=True)
class _Table:
    """Leads as they are today: their cells by number, and the records they hang on."""

    frame: pd.DataFrame
    captured: "pd.Series[Any]"
    contacts: "pd.Series[int]"
    companies: "pd.Series[int]"
    owners: "pd.Series[int]"


def custom_fields_known_before(object_type: str = OBJECT) -> dict[str, str]:
    """Custom fields a score may learn from: full name to key in the record's `custom`."""
    return {
        field.name: field.key
        for field in fields_of(object_type)
        if field.known_when == KnownWhen.BEFORE and field.type in TELLING_TYPES
    }


def closed_leads(*, most: int, seed: int, as_of: datetime, needed: int) -> ClosedLeads:
    """What there is to learn from, or a stratified, seeded sample of `most` rows of it.

    Moments of leads with dates, where `needed` of them converted and `needed` did not, and beside them
    the closed leads without dates by their status; else all closed leads by their status.
    """
    known = _closed_by_status()
    snapshots = read_snapshots(as_of)
    if min(snapshots.conversions, snapshots.others) >= needed:
        undated = known[~np.isin(known[:, 0], snapshots.dated)]
        return _by_moments(snapshots, undated, most, seed)
    return _by_status(known, most, seed)


def open_leads(
    lowest: int, highest: int, *, as_of: datetime, loads: OwnerLoads | None
) -> pd.DataFrame:
    """The open leads with ids from `lowest` to `highest`, both included.

    What their timeline tells comes with `loads`; a version that learned nothing of it needs none.
    """
    return cells_of(leads_in(lowest, highest), as_of=as_of, loads=loads)


def leads_in(lowest: int, highest: int) -> Any:
    """The open leads with ids from `lowest` to `highest`, both included."""
    return Lead.objects.open().kept().filter(pk__gte=lowest, pk__lte=highest)


def cells_of(rows: Any, *, as_of: datetime, loads: OwnerLoads | None) -> pd.DataFrame:
    """The cells of these leads as of now; the index holds their ids."""
    table = _table(_cells(rows.order_by("pk")))
    if loads is None:
        return table.frame
    captured = [milliseconds(None if pd.isna(at) else at) for at in table.captured]
    at = [milliseconds(as_of)] * len(captured)
    columns = (table.frame.index, table.contacts, table.owners, captured, at)
    moments = Moments(*(np.array(column, dtype=np.int64) for column in columns))
    return table.frame.join(timeline_of(moments, loads).set_index(table.frame.index))


def id_ranges(width: int) -> list[dict[str, int]]:
    """Ranges of ids of constant width that cover the open leads."""
    ends = Lead.objects.open().kept().aggregate(lowest=Min("pk"), highest=Max("pk"))
    if ends["lowest"] is None:
        return []
    return [
        {"lowest": start, "highest": start + width - 1}
        for start in range(ends["lowest"], ends["highest"] + 1, width)
    ]


# -- what there is to learn from -------------------------------------------------------------------


def _closed_by_status() -> Any:
    """Number and outcome of the closed leads."""
    rows = Lead.objects.closed().kept().order_by("pk").values_list("pk", "status")
    told = [(pk, int(status == LeadStatus.CONVERTED)) for pk, status in rows]
    return np.array(told, dtype=np.int64).reshape(-1, 2)


def _by_status(known: Any, most: int, seed: int) -> ClosedLeads:
    chosen = known if len(known) <= most else known[sample_of(known[:, 1], most, seed)]
    table = _table(_rows_of(chosen[:, 0].tolist()))
    outcomes = pd.Series(chosen[:, 1], index=chosen[:, 0]).loc[table.frame.index]
    return ClosedLeads(
        table.frame,
        outcomes,
        None if table.captured.isna().any() else table.captured,
        pd.Series(table.frame.index, index=table.frame.index),
        total=len(known),
        has_moments=False,
    )


def _by_moments(snapshots: Snapshots, undated: Any, most: int, seed: int) -> ClosedLeads:
    total = len(np.unique(snapshots.moments.leads)) + len(undated)
    outcomes = np.concatenate([snapshots.outcomes, undated[:, 1]])
    if len(outcomes) > most:
        rows = sample_of(outcomes, most, seed)
        is_moment = rows < len(snapshots)
        undated = undated[rows[~is_moment] - len(snapshots)]
        snapshots = snapshots[rows[is_moment]]
    wanted = np.union1d(snapshots.moments.leads, undated[:, 0])
    table = _table(_rows_of(wanted.tolist()))
    # Some may have been deleted for good in the meantime.
    snapshots = snapshots[np.isin(snapshots.moments.leads, table.frame.index)]
    undated = undated[np.isin(undated[:, 0], table.frame.index)]
    moments, known = snapshots.moments, undated[:, 0]
    frame = table.frame.loc[moments.leads].reset_index(drop=True)
    _take_back(frame, table, moments)
    frame = frame.join(timeline_of(moments, OwnerLoads.read()))
    # What has no moment stands before all others: it is learned from, and tested last.
    order = np.concatenate([moments.captured, np.full(len(known), moments.captured.min() - 1)])
    frame = pd.concat([frame, table.frame.loc[known]], ignore_index=True)
    return ClosedLeads(
        frame,
        pd.Series(np.concatenate([snapshots.outcomes, undated[:, 1]]), index=frame.index),
        pd.Series(order, index=frame.index),
        pd.Series(np.concatenate([moments.leads, known]), index=frame.index),
        total=total,
        has_moments=True,
    )


def _take_back(frame: pd.DataFrame, table: _Table, moments: Moments) -> None:
    """Give the cells the values that they had at the moments of their rows."""
    at = [EPOCH + timedelta(milliseconds=int(each)) for each in moments.at]
    custom = {custom_name(key): name for name, key in custom_fields_known_before().items()}
    records = {
        "crm.lead": moments.leads,
        "crm.contact": table.contacts.reindex(moments.leads).to_numpy(),
        "crm.company": table.companies.reindex(moments.leads).to_numpy(),
    }
    for object_type, numbers in records.items():
        columns = {name: f"{OBJECT}.{name}" for name in KEPT_IN[object_type]}
        if object_type == OBJECT:
            columns |= custom
        rows: list[Moment] = [
            (row, int(number), moment)
            for row, (number, moment) in enumerate(zip(numbers, at, strict=True))
            if number
        ]
        overwrite(frame, later_changes(object_type, rows, list(columns)), columns)


def overwrite(
    frame: pd.DataFrame, changes: Iterable[tuple[int, str, Any]], columns: Mapping[str, str]
) -> None:
    """Give cells the values of before: row, field and value, and the column of each field."""
    before: dict[str, dict[int, Any]] = {}
    for row, name, value in changes:
        before.setdefault(columns[name], {})[row] = cell_of(value)
    for column, values in before.items():
        cells = frame[column].to_numpy(dtype=object, copy=True)
        cells[list(values)] = list(values.values())
        frame[column] = pd.Series(cells, index=frame.index, dtype=object)


def sample_of(outcomes: Any, most: int, seed: int) -> Any:
    """Positions of a sample with the same share of each outcome, in order."""
    chance = np.random.default_rng(seed)
    parts = []
    for outcome in (0, 1):
        positions = np.flatnonzero(outcomes == outcome)
        size = round(most * len(positions) / len(outcomes))
        parts.append(chance.choice(positions, size=size, replace=False))
    return np.sort(np.concatenate(parts))


# -- cells -----------------------------------------------------------------------------------------


def _rows_of(ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        yield from _cells(Lead.objects.filter(pk__in=some).order_by("pk"))


def _cells(rows: Any) -> Iterable[tuple[Any, ...]]:
    links = ("contact_id", "company_id", "owner_id")
    cells: Iterable[tuple[Any, ...]] = rows.values_list(
        "pk", "captured_at", *links, "custom", *FIXED_FIELDS.values()
    ).iterator(chunk_size=CHUNK)
    return cells


def cell_of(value: Any) -> Any:
    """Several choices are a level of their own."""
    return " / ".join(sorted(value)) if isinstance(value, list) else value


def _table(rows: Iterable[tuple[Any, ...]]) -> _Table:
    custom = custom_fields_known_before()
    facts: list[tuple[Any, ...]] = []
    columns: dict[str, list[Any]] = {name: [] for name in (*FIXED_FIELDS, *custom)}
    for pk, at, contact, company, owner, values, *fixed in rows:
        facts.append((pk, at, contact or 0, company or 0, owner or 0))
        for name, value in zip(FIXED_FIELDS, fixed, strict=True):
            columns[name].append(value)
        for name, key in custom.items():
            columns[name].append(cell_of(values.get(key)))
    ids, captured, *links = zip(*facts, strict=True) if facts else ((), (), (), (), ())
    index = pd.Index(ids, dtype="int64")
    frame = pd.DataFrame(
        {name: pd.Series(cells, index=index, dtype=object) for name, cells in columns.items()},
        index=index,
    )
    # Microseconds reach from year 1 to 9999; nanoseconds end in 2262.
    moments = pd.Series(captured, index=index, dtype="datetime64[us, UTC]")
    contacts, companies, owners = (pd.Series(each, index=index, dtype="int64") for each in links)
    return _Table(frame, moments, contacts, companies, owners)
