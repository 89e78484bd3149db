"""The quarter by the time series of bookings: what is won by a day, and a forecast of the days left."""

import numpy as np
import numpy.typing as npt

from analytics.datasets.timeline import DAY
from analytics.methods.forecasting.forecast import forecast_series
from analytics.methods.forecasting.totals import MODEL, total_ahead

WEEK = 7 * DAY
SEASON = 52
MOST = 5 * SEASON  # weeks that are looked at

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def series_view(closed: Integers, worth: Floats, *, start: int, at: int, end: int) -> float | None:
    """What the quarter from `start` to `end` brings, said at `at` from deals won before; milliseconds.

    Weeks are counted back from the moment, so that none is cut. None where nothing was won by then.
    """
    known = closed <= at
    if not known.any():
        return None
    closed, worth = closed[known], worth[known]
    won = float(worth[closed >= start].sum())
    left = (end - at) / WEEK
    steps = int(np.ceil(left))
    if steps < 1:
        return won
    weeks = min(MOST, max(1, int((at - closed.min()) // WEEK)))
    edges = at - WEEK * np.arange(weeks, -1, -1)
    values = np.histogram(closed, edges, weights=worth)[0]
    forecast = forecast_series(values, season=SEASON, horizon=steps)
    total = total_ahead(values, forecast, steps)
    if total.serves != MODEL:
        return won + total.ahead * left / steps
    part = float(forecast.ahead[steps - 1]) * (steps - left)
    return won + total.ahead - part
