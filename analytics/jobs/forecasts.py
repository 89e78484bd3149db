"""Forecasts of all series: read once, forecast by parts, added up and shown together."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
from django.utils.translation import gettext_noop

from analytics.choices import OVERLAPS, Cut, Grain
from analytics.datasets.calendar import HORIZONS, SEASONS
from analytics.datasets.series import Series, read_series
from analytics.jobs.forecast_rows import BASELINE, forecast_row
from analytics.methods.forecasting.forecast import LEVELS, MOST
from analytics.methods.forecasting.pool import MEAN, POOL
from analytics.methods.forecasting.reconciling import parts_of_total
from analytics.models import ForecastSeries
from analytics.services.forecasts import (
    MOVED,
    move_forecasts,
    show_forecasts,
    store_forecasts,
    tie_to_version,
)
from core.errors import InsufficientData
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved

# Series of one partition: a second or two of work.
BLOCKS = {Grain.DAY: 5, Grain.WEEK: 5, Grain.MONTH: 12}
NOTHING = gettext_noop(
    "Nothing has been won, captured or done in a whole day, week or month yet. Win deals or import some "
    "with the days on which they were closed; the forecast begins by itself."
)
Row = dict[str, Any]


class ForecastsJob(Job):
    """Parts of a total are brought to add up to it at the end; the total stays as it was tested."""

    prepare_share = 15

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Count what was won, captured and done"))
        found = list(read_series(run.as_of, run.progress))
        if not found:
            raise InsufficientData(NOTHING)
        run.detail(
            gettext_noop("%(series)s series, back to %(year)s"),
            series=len(found),
            year=min(one.first for one in found).year,
        )
        run.step(gettext_noop("Forecast and test each series"))
        return Plan(
            list(_blocks(found)),
            save=lambda: _tie(run),
            rows_read=sum(len(one.values) for one in found),
        )

    def load(self, run: RunContext, payload: dict[str, Any]) -> list[Series]:
        return [_series(told) for told in payload["series"]]

    def compute(self, run: RunContext, data: list[Series]) -> list[Row]:
        return [forecast_row(one) for one in data]

    def save(self, run: RunContext, results: list[Row]) -> Saved:
        version = run.run.model_version_id
        assert version is not None  # noqa: S101  # tied by prepare
        written = store_forecasts(results, run=run.run, version=version, as_of=run.as_of)
        tested = [row for row in results if "beats" in row["backtest"]]
        beats = sum(row["backtest"]["beats"] for row in tested)
        return Saved(
            len(results), written, {"tested": len(tested), "beats": beats, "series": len(results)}
        )

    def finish(self, run: RunContext) -> None:
        _add_up(run)
        show_forecasts(run=run.run, as_of=run.as_of)


def _tie(run: RunContext) -> None:
    parameters = {
        "candidates": [*POOL, MEAN],
        "baseline": BASELINE,
        "bands": list(LEVELS),
        "values_looked_at": MOST,
        "seasons": {str(grain): season for grain, season in SEASONS.items()},
        "horizons": {str(grain): horizon for grain, horizon in HORIZONS.items()},
    }
    tie_to_version(run=run.run, parameters=parameters, as_of=run.as_of)


def _blocks(found: list[Series]) -> Iterator[dict[str, Any]]:
    """Series of the same grain together, totals first: what takes longest is begun with."""
    by_grain: dict[str, list[Series]] = defaultdict(list)
    for one in found:
        by_grain[one.grain].append(one)
    for grain, every in by_grain.items():
        size = BLOCKS[Grain(grain)]
        for start in range(0, len(every), size):
            yield {"series": [_told(one) for one in every[start : start + size]]}


def _told(one: Series) -> dict[str, Any]:
    return {
        "measure": one.measure,
        "grain": one.grain,
        "cut": one.cut,
        "key": one.key,
        "first": one.first.isoformat(),
        "values": one.values.tolist(),
    }


def _series(told: dict[str, Any]) -> Series:
    first, values = date.fromisoformat(told["first"]), np.array(told["values"], dtype=np.float64)
    return Series(**(told | {"first": first, "values": values}))


# -- parts and wholes ----------------------------------------------------------------------------


def _add_up(run: RunContext) -> None:
    """Move the parts of each cut so that they add up to the total; their bands go along."""
    columns = ("pk", "measure", "grain", "cut", "spread", "is_never_negative", *MOVED)
    rows = ForecastSeries.objects.filter(run=run.run).only(*columns).order_by("pk")
    totals: dict[tuple[str, str], Any] = {}
    parts: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for row in rows.iterator(chunk_size=500):
        if row.cut == Cut.TOTAL:
            totals[row.measure, row.grain] = row
        elif (row.measure, row.cut) not in OVERLAPS:
            parts[row.measure, row.grain, row.cut].append(row)
    moved: list[Any] = []
    for (measure, grain, _cut), cut_rows in parts.items():
        total = totals.get((measure, grain))
        if total is not None:  # amounts that cancel each other have no total
            _move(total, cut_rows)
            moved += cut_rows
    move_forecasts(moved)


def _move(total: Any, rows: list[Any]) -> None:
    said = np.array([row.ahead for row in rows])
    moved = parts_of_total(total.ahead, said, [row.spread for row in rows])
    for row, by in zip(rows, moved - said, strict=True):
        row.ahead = (np.array(row.ahead) + by).round(4).tolist()
        row.lower = [_along(ends, by, row.is_never_negative) for ends in row.lower]
        row.upper = [_along(ends, by, row.is_never_negative) for ends in row.upper]


def _along(ends: list[float | None], by: Any, is_never_negative: bool) -> list[float | None]:
    """Ends of a band moved with the forecast; of one value alone there is no band."""
    least = 0.0 if is_never_negative else -np.inf
    return [
        None if end is None else round(float(max(end + step, least)), 4)
        for end, step in zip(ends, by, strict=True)
    ]
