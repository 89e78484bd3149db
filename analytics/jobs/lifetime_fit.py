"""Learning what customers will buy: the fit to everybody, tried on the last third of the time beside floors."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import spearmanr

from analytics.choices import AS_BEFORE, BG_NBD, MEAN_RATE
from analytics.datasets.purchases import (
    fit_sample,
    histories_of,
    known_until,
    read_purchases,
)
from analytics.jobs.lifetime_artifacts import Lifetimes, floor_counts
from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.lifetime.histories import WEEK, PurchaseHistories
from analytics.methods.lifetime.holdout import (
    by_past_purchases,
    errors_of,
    share_within,
    tracked,
)
from analytics.methods.lifetime.lifetime_value import LifetimeModel, fit_lifetime_value
from analytics.methods.lifetime.past_totals import ORIGINS, past_total_error, total_band
from crm.queries.purchases import Purchases

__all__ = ["Learned", "learn"]

MOST_FITTED = 200_000  # customers; of more, each so-manieth
MOST_DRAWN = 5_000  # whose ends are held against what came
SHORTEST = 28  # days that are withheld, at least
LONGEST_TRACK = 260  # weeks

Floats = npt.NDArray[np.float64]
Report = Callable[[float], None]


@dataclass(frozen=True)
class Learned:
    """What serves from now on, how good it was, and why there is no more of it."""

    lifetimes: Lifetimes
    customers: int
    returned: int
    every: int
    why_not: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Withheld:
    """Purchases up to a day, and what the same customers bought afterwards."""

    known: PurchaseHistories
    frame: pd.DataFrame
    purchases: Floats
    value: Floats
    weeks: float


def learn(as_of: datetime, report: Report) -> Learned:
    """Fit to everybody who has bought before the moment, and try it on the last third of the time."""
    sample = fit_sample(as_of, MOST_FITTED)
    frame, until = read_purchases(sample), known_until(sample)
    report(0.2)
    histories = histories_of(frame, until)
    returned = int((histories.frequency > 0).sum())
    age = float(histories.age.sum())
    floors = Lifetimes(
        "",
        None,
        weekly=float(histories.frequency.sum()) / age if age else 0.0,
        worth=float(frame["total"].sum() / frame["days"].sum()) if len(frame) else float("nan"),
    )
    facts: dict[str, Any] = {"customers": len(frame), "returned": returned, "every": sample.every}
    try:
        model = fit_lifetime_value(histories)
    except InsufficientData:
        return Learned(floors, why_not="few_returned", **facts)
    except InvalidData:
        return Learned(floors, why_not="too_new", **facts)
    report(0.4)
    metrics = _tried(sample, frame, until) | _past_totals(sample, frame, until)
    report(0.9)
    serves = metrics.get("serves", BG_NBD)
    return Learned(replace(floors, serves=serves, model=model), metrics=metrics, **facts)


# -- the last third of the time -------------------------------------------------------------------


def _tried(sample: Purchases, frame: pd.DataFrame, until: date) -> dict[str, Any]:
    """Figures of all ways on what was withheld, and which one was closest; empty if it cannot be said."""
    first = frame["first"].min().date()
    cut = first + timedelta(days=(until - first).days * 2 // 3)
    if (until - cut).days < SHORTEST:
        return {}
    withheld = _withhold(sample, frame, cut, until)
    try:
        model = fit_lifetime_value(withheld.known)
    except (InsufficientData, InvalidData):
        return {}
    said = _said(model, withheld)
    worth = said[BG_NBD][1] is not None
    figures = [_figures(way, count, value, withheld) for way, (count, value) in said.items()]
    by = "value_rmse" if worth else "rmse"
    best = min(figures, key=lambda row: (row[by], row["way"] != BG_NBD))
    return {
        "serves": best["way"],
        "judged_by": by,
        "cut": cut.isoformat(),
        "weeks": withheld.weeks,
        "withheld_customers": len(withheld.known),
        "expected": float(said[BG_NBD][0].sum()),
        "came": float(withheld.purchases.sum()),
        "ways": figures,
        **_covered(model, withheld),
        "by_past": by_past_purchases(
            withheld.known.frequency, said[BG_NBD][0], withheld.purchases
        ).to_dict("records"),
        "track": _track(sample, model, first, until),
    }


def _withhold(sample: Purchases, frame: pd.DataFrame, cut: date, until: date) -> Withheld:
    before = read_purchases(replace(sample, as_of=_end_of(cut, sample)))
    later = frame.reindex(before.index)
    came = (later["days"] - before["days"]).fillna(0).clip(lower=0)
    value = later["total"].fillna(0) - before["total"].fillna(0)
    return Withheld(
        histories_of(before, cut),
        before,
        came.to_numpy(dtype=np.float64),
        value.where(came > 0, 0).to_numpy(dtype=np.float64),
        (until - cut).days / WEEK,
    )


def _end_of(day: date, sample: Purchases) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, sample.zone)


def _said(model: LifetimeModel, withheld: Withheld) -> dict[str, tuple[Floats, Floats | None]]:
    """Purchases and their value that each way would have foretold."""
    known, weeks, frame = withheld.known, withheld.weeks, withheld.frame
    count = model.purchases.expected_purchases(known, weeks)
    value = None if model.spending is None else count * model.spending.expected_value(known)
    said: dict[str, tuple[Floats, Floats | None]] = {BG_NBD: (count, value)}
    weekly = float(known.frequency.sum() / known.age.sum())
    usual = float(frame["total"].sum() / frame["days"].sum())
    each = frame["mean"].fillna(usual).to_numpy(dtype=np.float64)
    for way, worth in ((AS_BEFORE, each), (MEAN_RATE, np.full(len(known), usual))):
        floor = floor_counts(way, known, weeks, weekly)
        said[way] = (floor, None if value is None else floor * worth)
    return said


def _figures(way: str, count: Floats, value: Floats | None, withheld: Withheld) -> dict[str, Any]:
    found: dict[str, Any] = {"way": way, **errors_of(count, withheld.purchases)}
    # Where all are told the same, or do the same, there is no order to compare.
    found["spearman"] = (
        float(spearmanr(count, withheld.purchases).statistic)
        if np.ptp(count) and np.ptp(withheld.purchases)
        else None
    )
    if value is not None:
        off = errors_of(value, withheld.value)
        found |= {f"value_{name}": figure for name, figure in off.items()}
    return found


def _covered(model: LifetimeModel, withheld: Withheld) -> dict[str, float]:
    """Share of the customers whose purchases, and their value, lay between the 80 % ends."""
    rows = np.unique(np.linspace(0, len(withheld.known) - 1, MOST_DRAWN).astype(np.int64))
    told = model.predict(withheld.known.take(rows), withheld.weeks)
    ends = (told["purchases_low"], told["purchases_high"])
    found = {"covered": share_within(withheld.purchases[rows], *ends)}
    if model.spending is not None:
        ends = (told["value_low"], told["value_high"])
        found["value_covered"] = share_within(withheld.value[rows], *ends)
    return found


def _track(sample: Purchases, model: LifetimeModel, first: date, until: date) -> dict[str, Any]:
    """Repeat purchases of all until the end of each week, as they came and as the model said at the cut."""
    new, again = _by_week(sample, first, until)
    weeks = np.arange(1, len(new) + 1, dtype=np.float64)
    said = tracked(model.purchases.expected_since_first, weeks - 0.5, new, weeks)
    start = max(0, len(new) - LONGEST_TRACK)
    return {
        "first": (first + timedelta(weeks=start)).isoformat(),
        "came": np.cumsum(again)[start:].round().tolist(),
        "said": said[start:].round(1).tolist(),
    }


def _by_week(sample: Purchases, first: date, until: date) -> tuple[Floats, Floats]:
    """Who came for the first time and who came again in each whole week since the first purchase."""
    length = ((until - first).days + 1) // int(WEEK)
    new, again = np.zeros(length), np.zeros(length)
    for day, came_first, came_again, _worth in sample.by_day():
        week = (day - first).days // int(WEEK)
        if 0 <= week < length:
            new[week] += came_first
            again[week] += came_again
    return new, again


# -- how far totals were off ----------------------------------------------------------------------


def _past_totals(sample: Purchases, frame: pd.DataFrame, until: date) -> dict[str, Any]:
    """Errors of the expected total at earlier moments, and the factors of the band they give."""
    first = frame["first"].min().date()
    whole = (until - first).days
    later = histories_of(frame, until)
    found = []
    for share in ORIGINS:
        origin = first + timedelta(days=int(whole * share))
        known = read_purchases(replace(sample, as_of=_end_of(origin, sample)))
        weeks = (until - origin).days / WEEK
        try:
            error = past_total_error(histories_of(known, origin), later, weeks)
        except InvalidData:  # nobody was known for longer than a day then
            continue
        if error is not None:
            found.append(error)
    low, high = total_band(1.0, found)
    return {
        "past_errors": [float(np.exp(error) - 1) for error in found],
        "band": None if np.isnan(low) else [low, high],
    }
