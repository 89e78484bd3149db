"""Leads as frames of raw cells: the index holds ids, columns are full field names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import Max, Min

from core.choices import FieldType, KnownWhen
from core.fields.added import fields_of
from crm.choices import LeadStatus
from crm.models import Lead

OBJECT = "crm.lead"
CHUNK = 2_000

# Field names as rules and reasons know them, and where their values lie.
FIXED_FIELDS = {
    "crm.lead.source": "source",
    "crm.lead.country": "country",
    "crm.lead.city": "city",
    "crm.lead.job_title": "contact__job_title",
    "crm.lead.industry": "company__industry",
    "crm.lead.employees": "company__employees",
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
    """Leads whose outcome is known: cells, outcome (1 converted), and capture times if all have one."""

    frame: pd.DataFrame
    outcomes: "pd.Series[int]"
    captured: "pd.Series[Any] | None"
    total: int


def custom_fields_known_before() -> dict[str, str]:
    """Custom fields a score may learn from: full name to key in the record's `custom`."""
    return {
        field.name: field.key
        for field in fields_of(OBJECT)
        if field.known_when == KnownWhen.BEFORE and field.type in TELLING_TYPES
    }


def closed_leads(*, most: int, seed: int) -> ClosedLeads:
    """All closed leads, or a stratified, seeded sample of `most` of them."""
    known = np.array(
        [
            (pk, int(status == LeadStatus.CONVERTED))
            for pk, status in Lead.objects.closed().order_by("pk").values_list("pk", "status")
        ],
        dtype=np.int64,
    ).reshape(-1, 2)
    chosen = known if len(known) <= most else known[_sample(known[:, 1], most, seed)]
    frame = _frame(_rows_of(chosen[:, 0].tolist()))
    outcomes = pd.Series(chosen[:, 1], index=chosen[:, 0]).loc[frame.index]
    captured = frame.pop("captured_at")
    return ClosedLeads(
        frame, outcomes, None if captured.isna().any() else captured, total=len(known)
    )


def open_leads(lowest: int, highest: int) -> pd.DataFrame:
    """The open leads with ids from `lowest` to `highest`, both included."""
    rows = Lead.objects.open().filter(pk__gte=lowest, pk__lte=highest).order_by("pk")
    frame = _frame(_cells(rows))
    return frame.drop(columns="captured_at")


def id_ranges(width: int) -> list[dict[str, int]]:
    """Ranges of ids of constant width that cover the open leads."""
    ends = Lead.objects.open().aggregate(lowest=Min("pk"), highest=Max("pk"))
    if ends["lowest"] is None:
        return []
    return [
        {"lowest": start, "highest": start + width - 1}
        for start in range(ends["lowest"], ends["highest"] + 1, width)
    ]


def _sample(outcomes: Any, most: int, seed: int) -> Any:
    """Positions of a sample with the same share of each outcome, in order."""
    chance = np.random.default_rng(seed)
    parts = []
    for outcome in (0, 1):
        positions = np.flatnonzero(outcomes == outcome)
        size = round(most * len(positions) / len(outcomes))
        parts.append(chance.choice(positions, size=size, replace=False))
    return np.sort(np.concatenate(parts))


def _rows_of(ids: list[int]) -> Iterator[tuple[Any, ...]]:
    for some in _batches(ids):
        yield from _cells(Lead.objects.filter(pk__in=some).order_by("pk"))


def _batches(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _cells(rows: Any) -> Iterable[tuple[Any, ...]]:
    paths = FIXED_FIELDS.values()
    cells: Iterable[tuple[Any, ...]] = rows.values_list(
        "pk", "captured_at", "custom", *paths
    ).iterator(chunk_size=CHUNK)
    return cells


def _cell(value: Any) -> Any:
    """Several choices are a level of their own."""
    return " / ".join(sorted(value)) if isinstance(value, list) else value


def _frame(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    custom = custom_fields_known_before()
    ids: list[int] = []
    captured: list[datetime | None] = []
    columns: dict[str, list[Any]] = {name: [] for name in (*FIXED_FIELDS, *custom)}
    for pk, at, values, *fixed in rows:
        ids.append(pk)
        captured.append(at)
        for name, value in zip(FIXED_FIELDS, fixed, strict=True):
            columns[name].append(value)
        for name, key in custom.items():
            columns[name].append(_cell(values.get(key)))
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
    # Microseconds reach from year 1 to 9999; nanoseconds end in 2262.
    frame["captured_at"] = pd.Series(captured, dtype="datetime64[us, UTC]")
    frame.index = pd.Index(ids, dtype="int64")
    return frame
