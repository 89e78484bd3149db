"""What several periods bring together: the model's sum, or what as many periods before them brought."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.forecasting.forecast import Forecast

__all__ = ["TotalAhead", "total_ahead"]

MODEL, LAST = "model", "last_total"
FEWEST = 3  # past moments that tell which of the two is better


@dataclass(frozen=True)
class TotalAhead:
    """The sum of the periods to come, said in two ways, and which way serves.

    Parameters
    ----------
    model, last : float
        Sum of the forecast; sum of as many periods before. NaN where the series is shorter.
    model_error, last_error : float
        What each was off by at past moments, as a share of what came; NaN if there are none.
    origins : int
        How many past moments that is.
    serves : {"model", "last_total"}
        The model where it was better at three past moments or more, else the total before.

    Examples
    --------
    >>> TotalAhead(9.0, 8.0, 0.1, 0.2, 4, "model").ahead
    9.0
    """

    model: float
    last: float
    model_error: float
    last_error: float
    origins: int
    serves: str

    @property
    def ahead(self) -> float:
        """What serves."""
        return self.model if self.serves == MODEL else self.last


def total_ahead(values: npt.ArrayLike, forecast: Forecast, steps: int) -> TotalAhead:
    """Compare the sum of a forecast with the total of as many periods before it.

    "As much as last quarter" is what people say without a model, and hard to beat where most of
    what moves within a quarter comes back in the next.

    Parameters
    ----------
    values : array_like, shape (n,)
        The series that the forecast was made of.
    forecast : Forecast
        With a horizon of `steps` or more.
    steps : int
        Periods to sum up.

    Returns
    -------
    TotalAhead
        Past moments count where as many periods lie before them and after.

    Raises
    ------
    InsufficientData
        ``empty``.
    InvalidData
        ``bad_parameter`` for no step or more than were forecast.

    Examples
    --------
    >>> from analytics.methods.forecasting.forecast import forecast_series
    >>> rising = np.arange(40.0)
    >>> found = total_ahead(rising, forecast_series(rising, season=1, horizon=4), 4)
    >>> found.serves, round(found.last)
    ('model', 150)
    """
    x = np.asarray(values, dtype=np.float64)
    if not x.size:
        raise InsufficientData("empty", needed=1, found=0)
    if not 1 <= steps <= len(forecast.ahead):
        raise InvalidData("bad_parameter", "steps must lie within the horizon")
    model = float(forecast.ahead[:steps].sum())
    last = float(x[-steps:].sum()) if len(x) >= steps else float("nan")
    off = _misses(x, forecast, steps)
    if off is None:
        serves = LAST if np.isfinite(last) else MODEL
        return TotalAhead(model, last, float("nan"), float("nan"), 0, serves)
    model_error, last_error, origins = off
    is_better = origins >= FEWEST and model_error < last_error
    return TotalAhead(model, last, model_error, last_error, origins, MODEL if is_better else LAST)


def _misses(
    x: npt.NDArray[np.float64], forecast: Forecast, steps: int
) -> tuple[float, float, int] | None:
    """Errors of both at past moments with `steps` periods before and after; None if there is none."""
    if forecast.backtest is None:
        return None
    backtest = forecast.backtest
    at = backtest.origins + len(x) - backtest.length  # of long series the last values are looked at
    came = backtest.actual[:, :steps].sum(axis=1)
    kept = np.isfinite(came) & (at >= steps)
    size = float(np.abs(came[kept]).sum())
    if not size:
        return None
    said = backtest.said[forecast.choice.name][kept, :steps].sum(axis=1)
    before = np.array([x[origin - steps : origin].sum() for origin in at[kept]])
    return (
        float(np.abs(said - came[kept]).sum()) / size,
        float(np.abs(before - came[kept]).sum()) / size,
        int(kept.sum()),
    )
