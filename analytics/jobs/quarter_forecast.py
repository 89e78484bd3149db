"""What the quarter will bring by its open deals, and how well that would have done in past quarters."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext_noop

from analytics.datasets.closed_deals import whole_table
from analytics.datasets.timeline import milliseconds
from analytics.jobs.finite_json import finite
from analytics.jobs.quarter_replay import NEEDED, Position, Replay
from analytics.methods.quarter_outcome import (
    OpenDeals,
    PastQuarters,
    QuarterOutcome,
    simulate_quarter,
    variance_shares,
)
from analytics.methods.view_comparison import compare_views
from analytics.models.quarters import Quarter, this_quarter
from analytics.services.quarter_forecasts import QuarterSaid, store_forecasts
from core.company import company
from core.errors import InsufficientData
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan
from core.models import Team
from crm.choices import DealKind
from crm.models import DealOutlook

MAX_DEALS = 30_000
QUARTERS = 8
LEAST_PAST = 2  # earlier quarters, for a past one to be judged by
MONTHS = (0, 30, 60)  # days into a quarter at which it is gone through again
NEAR = 5
HUNDREDTHS = np.linspace(0, 1, 101)
CARRIERS = 5

TOO_FEW = gettext_noop(
    "%(found)s deals have been won or lost; %(needed)s are needed to say what a quarter will bring."
)


@dataclass(frozen=True)
class Now:
    """The quarter as it stands."""

    quarter: Quarter
    rows: npt.NDArray[np.int64]
    won: npt.NDArray[np.float64]  # by group
    won_deals: npt.NDArray[np.int64]
    deals: OpenDeals
    is_dated: npt.NDArray[np.bool_]  # expected to close in the quarter by whoever sells
    is_renewal: npt.NDArray[np.bool_]
    past: PastQuarters
    late_shares: npt.NDArray[np.float64]
    outcome: QuarterOutcome


class QuarterForecastJob(Job):
    """Goes through past quarters again, draws the present one, and stores it for each owner and team."""

    prepare_share = 100

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Read the deals"))
        table = whole_table(most=MAX_DEALS, as_of=run.as_of)
        closed = int((table.closed <= milliseconds(run.as_of)).sum())
        if closed < NEEDED:
            raise InsufficientData(TOO_FEW, needed=NEEDED, found=closed)
        replay = Replay(table, company().time_zone, run.seed)
        quarter = this_quarter(run.as_of)
        run.step(gettext_noop("Go through past quarters again"))
        today = (run.as_of - quarter.starts(replay.zone)).days
        past = _positions(run, replay, quarter, _offsets(today))
        rows = _backtest(past, run.seed)
        run.detail(gettext_noop("%(count)s days of past quarters"), count=len(rows))
        run.step(gettext_noop("Draw the quarter"))
        now = _now(replay, quarter, run.as_of, past[today], run.seed)
        said = list(_said(replay, now, rows, run))
        return Plan([], save=lambda: _store(said), rows_read=len(table))


def _offsets(today: int) -> list[int]:
    """Days into a quarter to go through again: today's, and the first of each month unless it is near."""
    return sorted({today, *(days for days in MONTHS if abs(days - today) > NEAR)})


def _store(said: Sequence[QuarterSaid]) -> None:
    store_forecasts(said)


def _positions(
    run: RunContext, replay: Replay, quarter: Quarter, offsets: Sequence[int]
) -> dict[int, list[Position]]:
    """Past quarters, the oldest first, by days into the quarter."""
    found: dict[int, list[Position]] = {offset: [] for offset in offsets}
    for count in range(QUARTERS, 0, -1):
        each = quarter.before(count)
        for offset in offsets:
            at = each.starts(replay.zone) + timedelta(days=min(offset, each.days - 1))
            position = replay.position(each, at)
            if position is not None and position.actual > 0:
                found[offset].append(position)
        run.progress((QUARTERS - count + 1) / QUARTERS)
    return found


def _past(positions: Sequence[Position]) -> PastQuarters:
    ratios = [each.ratio for each in positions if each.ratio is not None]
    return PastQuarters(
        np.array(ratios, dtype=np.float64),
        np.array([float(each.late.sum()) for each in positions], dtype=np.float64),
    )


def _backtest(past: dict[int, list[Position]], seed: int) -> list[dict[str, Any]]:
    """What would have been said on each day, from what earlier quarters had taught, and what came."""
    rows = []
    for offset, positions in past.items():
        for place in range(LEAST_PAST, len(positions)):
            each = positions[place]
            outcome = simulate_quarter(
                [float(each.won.sum())],
                OpenDeals(
                    each.deals.chances,
                    each.deals.in_time,
                    each.deals.amounts,
                    np.zeros(len(each.deals.amounts), dtype=np.int64),
                ),
                _past(positions[:place]),
                seed=seed,
            )
            low, likely, high = np.quantile(outcome.whole, (0.1, 0.5, 0.9)).tolist()
            rows.append(
                {
                    "quarter": each.quarter.key,
                    "days": offset,
                    "actual": each.actual,
                    "likely": likely,
                    "low": low,
                    "high": high,
                    "baseline": positions[place - 1].actual,
                    "series": each.series,
                }
            )
    return rows


def _now(
    replay: Replay, quarter: Quarter, as_of: datetime, positions: Sequence[Position], seed: int
) -> Now:
    table, at = replay.table, milliseconds(as_of)
    start, end = milliseconds(quarter.starts(replay.zone)), milliseconds(quarter.ends(replay.zone))
    won = replay.won_between(start, at + 1)
    rows = replay.open_at(at)
    said = dict(
        DealOutlook.objects.filter(deal__status="open").values_list("deal_id", "probability")
    )
    rates, *_range = replay.history(as_of).base_rates(
        table.stage_at(rows, np.full(len(rows), at))[0]
    )
    chances = np.array(
        [said.get(int(pk), rate) for pk, rate in zip(table.ids[rows], rates, strict=True)],
        dtype=np.float64,
    )
    deals = replay.deals(rows, as_of, end, chances, replay.worth[rows])
    past = _past(positions)
    late = sum((each.late for each in positions), np.zeros(len(replay.pairs)))
    total = float(late.sum())
    shares = late / total if total else np.full(len(late), 1 / len(late))
    begun = replay.by_group(won)
    outcome = simulate_quarter(begun, deals, past, late_shares=shares, seed=seed)
    expected = table.expected[rows]
    return Now(
        quarter,
        rows,
        begun,
        np.bincount(replay.groups[won], minlength=len(replay.pairs)),
        deals,
        (expected >= 0) & (expected < end),
        (table.frame["crm.deal.kind"].iloc[rows] == DealKind.RENEWAL).to_numpy(dtype=bool),
        past,
        shares,
        outcome,
    )


def _said(
    replay: Replay, now: Now, backtest: list[dict[str, Any]], run: RunContext
) -> Iterator[QuarterSaid]:
    """Rows for all, for each team with those below it, and for each owner."""
    series = replay.series(now.quarter, run.as_of)
    for scope, groups, teams in _scopes(replay):
        totals = now.outcome.of(groups)
        likely = float(np.median(totals))
        parts = _parts(replay, now, groups, likely)
        yield QuarterSaid(
            quarter=now.quarter.first,
            day=run.as_of.date(),
            scope=scope,
            as_of=run.as_of,
            run=run.run.pk,
            won=float(now.won[groups].sum()),
            won_deals=int(now.won_deals[groups].sum()),
            likely=likely,
            quantiles=np.quantile(totals, HUNDREDTHS).round(2).tolist(),
            parts=finite({**parts, "teams": teams, "series": series if scope == "all" else None}),
            backtest=_judged(backtest, run, replay) if scope == "all" else {},
        )


def _judged(rows: list[dict[str, Any]], run: RunContext, replay: Replay) -> dict[str, Any]:
    """Past quarters, and which view was nearer as many days into them as today."""
    today = (run.as_of - this_quarter(run.as_of).starts(replay.zone)).days
    here = [row for row in rows if row["days"] == today and row["series"] is not None]
    actual, deals, series = (
        {row["quarter"]: row[name] for row in here} for name in ("actual", "likely", "series")
    )
    return {"rows": rows, "compared": asdict(compare_views(actual, deals, series))}


def _scopes(replay: Replay) -> Iterator[tuple[str, list[int], list[int]]]:
    """Each scope with its groups, and the teams that these belong to."""
    pairs = [(int(owner), int(team)) for owner, team in replay.pairs]
    yield "all", list(range(len(pairs))), []
    below = _with_below()
    for team, whole in below.items():
        yield f"team:{team}", [g for g, (_owner, t) in enumerate(pairs) if t in whole], []
    for owner in sorted({owner for owner, _team in pairs if owner}):
        groups = [g for g, (who, _team) in enumerate(pairs) if who == owner]
        yield f"owner:{owner}", groups, sorted({pairs[g][1] for g in groups})


def _with_below() -> dict[int, set[int]]:
    """Each team with itself and all teams below it."""
    parents: dict[int, int | None] = dict(Team.objects.values_list("pk", "parent_id"))
    found: dict[int, set[int]] = {team: {team} for team in parents}
    for team, parent in parents.items():
        above = parent
        while above is not None and team not in found[above]:
            found[above].add(team)
            above = parents[above]
    return found


def _parts(replay: Replay, now: Now, groups: list[int], likely: float) -> dict[str, Any]:
    """What the likely outcome is made of; the parts add up to it.

    What people expect to close in the quarter counts with its chance of being won at all; what is taken
    off or added to that, because deals slip, come early or are sold for less, is the rest.
    """
    mine = np.isin(now.deals.groups, groups)
    worth = now.deals.chances * now.deals.amounts
    dated = mine & now.is_dated & ~now.is_renewal
    renewals = mine & now.is_dated & now.is_renewal
    late = now.outcome.late * float(now.late_shares[groups].sum())
    won = float(now.won[groups].sum())
    opened, renewed = float(worth[dated].sum()), float(worth[renewals].sum())
    return {
        "open": opened,
        "open_deals": int(dated.sum()),
        "renewals": renewed,
        "renewal_deals": int(renewals.sum()),
        "renewal_rate": float(now.deals.chances[renewals].mean()) if renewals.any() else None,
        "late": late,
        "slips": likely - won - opened - renewed - late,
        "past": len(now.past.late),
        "mean_deal": float(worth[mine].mean()) if mine.any() else 0.0,
        "carriers": _carriers(replay, now, mine),
    }


def _carriers(replay: Replay, now: Now, mine: npt.NDArray[np.bool_]) -> list[dict[str, Any]]:
    """The deals on which the outcome of these hangs most."""
    chosen = np.flatnonzero(mine)
    deals = OpenDeals(
        now.deals.chances[chosen],
        now.deals.in_time[chosen],
        now.deals.amounts[chosen],
        now.deals.groups[chosen],
    )
    shares = variance_shares(deals)
    first = np.argsort(-shares, kind="stable")[:CARRIERS]
    return [
        {"deal": int(replay.table.ids[now.rows[chosen[i]]]), "share": round(float(shares[i]), 4)}
        for i in first
        if shares[i] > 0
    ]
