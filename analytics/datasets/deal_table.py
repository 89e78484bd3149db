"""Deals with their way through the stages, and what was known of each at a moment of its life."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.choices import DEAL_FACTS
from analytics.datasets.history import Moment, later_changes
from analytics.datasets.leads import cell_of, custom_fields_known_before, overwrite
from analytics.datasets.snapshots import FAR
from analytics.datasets.timeline import (
    DAY,
    activities_on,
    interactions_of,
    milliseconds,
    whole_days,
)
from core.custom_names import custom_name
from crm.choices import StageKind
from crm.models import Deal, DealLine, StageChange

OBJECT = "crm.deal"
CHUNK = 2_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SPAN = 1 << 44  # milliseconds: 557 years

# Field names as rules and reasons know them, and where their values lie.
FIXED_FIELDS = {
    "crm.deal.kind": "kind",
    "crm.deal.source": "source",
    "crm.deal.pipeline": "pipeline_id",
    "crm.deal.owner": "owner_id",
    "crm.company.industry": "company__industry",
    "crm.company.employees": "company__employees",
    "crm.company.country": "company__country",
}
STAGE, AMOUNT = "crm.deal.stage", "crm.deal.amount"
NUMBERED = frozenset({STAGE, "crm.deal.pipeline", "crm.deal.owner"})
# Made of what has a date, as of each row's moment: the leak guard has nothing to ask of it.
DATED = frozenset({STAGE, *DEAL_FACTS}) - {"deal.product"}
KEPT_IN = ("kind", "source", "owner", "amount")

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Steps:
    """Stage changes by deal and time; `keys` hold both in one number, in order."""

    rows: Integers  # the place of the deal in the table
    times: Integers
    stages: Integers
    is_open: npt.NDArray[np.bool_]

    @property
    def keys(self) -> Integers:
        return self.rows * SPAN + self.times

    @property
    def until(self) -> Integers:
        """When the next step of the same deal was; a far day for the last one."""
        ends = np.full(len(self.rows), FAR, dtype=np.int64)
        same = self.rows[1:] == self.rows[:-1]
        ends[:-1][same] = self.times[1:][same]
        return ends


@dataclass(frozen=True)
class DealTable:
    """Deals by number, with times in milliseconds since 1970 (`closed` of an open deal is far off)."""

    ids: Integers
    contacts: Integers
    owners: Integers
    teams: Integers
    created: Integers
    closed: Integers
    is_won: npt.NDArray[np.bool_]
    amounts: Floats  # in the deal's currency
    worth: Floats  # in the base currency
    expected: Integers  # the day on which whoever sells expects the closing; -1 where nobody says
    frame: pd.DataFrame
    steps: Steps

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def read(cls, deals: Any) -> "DealTable":
        """These deals and their steps, three queries for each some thousand of them."""
        custom = custom_fields_known_before(OBJECT)
        facts: list[tuple[Any, ...]] = []
        columns: dict[str, list[Any]] = {name: [] for name in (*FIXED_FIELDS, *custom)}
        for fact, values, fixed in _rows(deals):
            facts.append(fact)
            for name, value in zip(FIXED_FIELDS, fixed, strict=True):
                columns[name].append(_number(name, value))
            for name, key in custom.items():
                columns[name].append(cell_of(values.get(key)))
        table = np.array(facts, dtype=object).reshape(-1, 10).T
        whole = [column.astype(np.int64) for column in (*table[:6], table[9])]
        ids = whole[0]
        columns["deal.product"] = _products(ids.tolist())
        frame = pd.DataFrame(
            {name: pd.Series(cells, dtype=object) for name, cells in columns.items()}
        )
        return cls(
            ids=ids,
            contacts=whole[1],
            owners=whole[2],
            teams=whole[3],
            created=whole[4],
            closed=whole[5],
            is_won=table[6].astype(bool),
            amounts=table[7].astype(np.float64),
            worth=table[8].astype(np.float64),
            expected=whole[6],
            frame=frame,
            steps=_steps(ids),
        )

    def stage_at(self, rows: Integers, at: Integers) -> tuple[Integers, Integers]:
        """The open stage of each deal at its moment and since when it was there; 0 where nobody knows."""
        if not len(self.steps.rows):
            return np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
        place = np.searchsorted(self.steps.keys, rows * SPAN + at, side="right") - 1
        there = np.maximum(place, 0)
        is_known = (place >= 0) & (self.steps.rows[there] == rows) & self.steps.is_open[there]
        stages = np.where(is_known, self.steps.stages[there], 0)
        return stages, np.where(is_known, self.steps.times[there], 0)

    def cells(
        self, rows: Integers, at: Integers, usual: Mapping[int, float], *, is_now: bool = False
    ) -> pd.DataFrame:
        """What was known of the deals at the moments; `usual` are the median days in each stage.

        What is asked of now needs no look into the trail.
        """
        frame = self.frame.iloc[rows].reset_index(drop=True)
        frame[AMOUNT] = pd.Series(self.worth[rows], dtype=object)
        if not is_now:
            self._take_back(frame, rows, at)
        stages, since = self.stage_at(rows, at)
        frame[STAGE] = pd.Series([_number(STAGE, each or None) for each in stages], dtype=object)
        told = self._timeline(rows, at) | _ages(self.created[rows], stages, since, at, usual)
        beside = pd.DataFrame({name: told[name] for name in DEAL_FACTS if name in told})
        return frame.join(beside.astype("float64"))

    def _timeline(self, rows: Integers, at: Integers) -> dict[str, Any]:
        """What was done by then: our activities on the deal, and what its contact did."""
        deals, who = self.ids[rows], self.contacts[rows]
        ours = activities_on("deal", np.unique(deals).tolist())
        did, answered = interactions_of(np.unique(who[who > 0]).tolist())
        return {
            "deal.activities_30": ours.within(deals, at, 30 * DAY),
            "deal.activities": ours.before(deals, at),
            "deal.since_touch": whole_days(ours.since_last(deals, at)),
            "deal.interactions_30": did.within(who, at, 30 * DAY),
            "deal.answers_90": answered.within(who, at, 90 * DAY),
            "deal.since_interaction": whole_days(did.since_last(who, at)),
        }

    def _take_back(self, frame: pd.DataFrame, rows: Integers, at: Integers) -> None:
        """Give the cells the values that they had at the moments of their rows."""
        moments: list[Moment] = [
            (place, int(deal), EPOCH + timedelta(milliseconds=int(moment)))
            for place, (deal, moment) in enumerate(zip(self.ids[rows], at, strict=True))
        ]
        custom = {
            custom_name(key): name for name, key in custom_fields_known_before(OBJECT).items()
        }
        columns = {name: f"{OBJECT}.{name}" for name in KEPT_IN} | custom
        rate = np.divide(
            self.worth[rows],
            self.amounts[rows],
            out=np.full(len(rows), np.nan),
            where=self.amounts[rows] > 0,
        )
        overwrite(frame, _as_cells(later_changes(OBJECT, moments, list(columns)), rate), columns)

    def worth_at(self, rows: Integers, at: Integers) -> Floats:
        """What the deals were worth at the moments, in the base currency."""
        frame = pd.DataFrame({AMOUNT: pd.Series(self.worth[rows], dtype=object)})
        for name in (*FIXED_FIELDS, *custom_fields_known_before(OBJECT)):
            frame[name] = self.frame[name].iloc[rows].to_numpy()
        self._take_back(frame, rows, at)
        return np.asarray(frame[AMOUNT], dtype=np.float64)


def _as_cells(
    changes: Iterable[tuple[int, str, Any]], rate: Floats
) -> Iterable[tuple[int, str, Any]]:
    """Values of the trail as cells: amounts in the base currency, people and stages as texts."""
    for row, name, value in changes:
        if name == "amount":
            told = float("nan") if value is None else float(value) * float(rate[row])
            yield row, name, told
        else:
            yield row, name, _number(f"{OBJECT}.{name}", value)


def _ages(
    created: Integers, stages: Integers, since: Integers, at: Integers, usual: Mapping[int, float]
) -> dict[str, Any]:
    """Days since the opening and in the stage, and how often the usual stay that is."""
    here = np.where(stages > 0, whole_days((at - since).astype(np.float64)), np.nan)
    days = np.array([usual.get(int(stage), np.nan) for stage in stages], dtype=np.float64)
    return {
        "deal.age": np.maximum(whole_days((at - created).astype(np.float64)), 0),
        "deal.stage_age": here,
        "deal.stage_pace": np.round(here / np.maximum(days, 1), 1),
        # All that is known of a deal without stages is when it was opened: that would be the calendar.
        "deal.quarter_left": np.where(stages > 0, _quarter_left(at), np.nan),
    }


def _quarter_left(at: Integers) -> Floats:
    """Days until the calendar quarter ends."""
    days = at.astype("datetime64[ms]").astype("datetime64[D]")
    months = days.astype("datetime64[M]").astype(np.int64)
    ends = ((months // 3 + 1) * 3).astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(ends - days, dtype=np.float64)


def _number(name: str, value: Any) -> Any:
    """Numbers of records are names of levels, not amounts."""
    return str(value) if name in NUMBERED and value is not None else value


def _rows(deals: Any) -> Iterable[tuple[tuple[Any, ...], dict[str, Any], tuple[Any, ...]]]:
    found = deals.order_by("pk").values_list(
        "pk",
        "contact_id",
        "owner_id",
        "team_id",
        "created_at",
        "closed_at",
        "status",
        "amount",
        "base_amount",
        "close_on",
        "custom",
        *FIXED_FIELDS.values(),
    )
    for pk, contact, owner, team, created, closed, status, *rest in found.iterator(CHUNK):
        amount, worth, expected, custom, *fixed = rest
        begun = milliseconds(created)
        # Whoever told an earlier closing than the opening meant the same day.
        ended = FAR if closed is None else max(milliseconds(closed), begun)
        day = -1 if expected is None else milliseconds(_noon(expected))
        fact = (
            pk,
            contact or 0,
            owner or 0,
            team or 0,
            begun,
            ended,
            status == StageKind.WON,
            _float(amount),
            _float(worth),
            day,
        )
        yield fact, custom or {}, tuple(fixed)


def _noon(day: Any) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _float(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _products(deals: Sequence[int]) -> list[Any]:
    """The product that each deal spends most on."""
    best: dict[int, tuple[float, str]] = {}
    for start in range(0, len(deals), CHUNK):
        lines = DealLine.objects.filter(deal__in=deals[start : start + CHUNK]).order_by("pk")
        for deal, name, quantity, price in lines.values_list(
            "deal_id", "product__name", "quantity", "unit_price"
        ).iterator(CHUNK):
            worth = float(quantity * price)
            if deal not in best or worth > best[deal][0]:
                best[deal] = (worth, name)
    return [best[deal][1] if deal in best else None for deal in deals]


def _steps(ids: Integers) -> Steps:
    found: list[tuple[int, int, int, bool]] = []
    place = {int(pk): row for row, pk in enumerate(ids)}
    numbers = ids.tolist()
    for start in range(0, len(numbers), CHUNK):
        rows = StageChange.objects.filter(deal__in=numbers[start : start + CHUNK])
        found += [
            (place[deal], milliseconds(at), stage, kind == StageKind.OPEN)
            for deal, at, stage, kind in rows.order_by("deal_id", "at", "pk")
            .values_list("deal_id", "at", "to_stage_id", "to_stage__kind")
            .iterator(CHUNK)
        ]
    table = np.array(found, dtype=np.int64).reshape(-1, 4)
    return Steps(table[:, 0], table[:, 1], table[:, 2], table[:, 3].astype(bool))


def closed_table(*, most: int, as_of: datetime) -> DealTable:
    """The deals that had closed by then, so many of the latest."""
    closed = Deal.objects.kept().filter(closed_at__lte=as_of).exclude(status=StageKind.OPEN)
    first = closed.order_by("-closed_at").values_list("closed_at", flat=True)[most - 1 : most]
    return DealTable.read(closed.filter(closed_at__gte=first[0]) if first else closed)
