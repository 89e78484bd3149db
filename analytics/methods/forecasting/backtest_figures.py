"""How far off each candidate was in a backtest, and what its bands held."""

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InvalidData
from analytics.methods.forecasting.accuracy import covered_share, mase_scale, smape
from analytics.methods.forecasting.backtest import Backtest
from analytics.methods.forecasting.bands import band_widths

__all__ = ["backtest_figures", "figures_by_step"]

FloatArray = npt.NDArray[np.float64]

LEVELS = (0.8, 0.95)


def backtest_figures(
    values: npt.ArrayLike, backtest: Backtest, *, season: int
) -> dict[str, dict[str, float]]:
    """Errors over all origins, and the share that bands held which did not know the origin.

    Parameters
    ----------
    values : array_like, shape (n,)
        The series that was tested.
    backtest : Backtest
        Of `backtest_series`.
    season : int
        Steps in a season.

    Returns
    -------
    dict of str to dict
        By candidate ``smape``, ``mase``, ``coverage80``, ``coverage95`` and ``seconds``. The band at an
        origin is made of the errors from the other ones. NaN where the series never changed (MASE).

    Raises
    ------
    InvalidData
        ``unequal_lengths`` for another series than the tested one.

    References
    ----------
    R. J. Hyndman, A. B. Koehler (2006), "Another look at measures of forecast accuracy",
    International Journal of Forecasting 22, 679–688; V. Vovk, A. Gammerman, G. Shafer (2005),
    "Algorithmic Learning in a Random World", Springer.

    Examples
    --------
    >>> from analytics.methods.forecasting.backtest import backtest_series
    >>> x = np.tile([10.0, 12.0, 11.0, 15.0], 8)
    >>> found = backtest_figures(x, backtest_series(x, season=4, horizon=4), season=4)
    >>> round(found["seasonal_naive"]["smape"], 6), found["naive2"]["coverage95"] > 0.9
    (0.0, True)
    """
    x = np.asarray(values, dtype=np.float64)
    if len(x) != backtest.length:
        raise InvalidData("unequal_lengths", f"{len(x)} values, {backtest.length} were tested")
    is_known = np.isfinite(backtest.actual)
    scales = np.array([mase_scale(x[:origin], season) for origin in backtest.origins])
    found = {}
    for name, said in backtest.said.items():
        mean_errors = backtest.mean_errors(name)
        is_scaled = scales > 0
        lower, upper = _bands(backtest, name)
        actual = backtest.actual[is_known]
        found[name] = {
            "smape": smape(actual, said[is_known]),
            "mase": float((mean_errors[is_scaled] / scales[is_scaled]).mean())
            if is_scaled.any()
            else float("nan"),
            "coverage80": covered_share(actual, lower[0][is_known], upper[0][is_known]),
            "coverage95": covered_share(actual, lower[1][is_known], upper[1][is_known]),
            "seconds": backtest.seconds[name],
        }
    return found


def figures_by_step(backtest: Backtest, name: str) -> list[dict[str, float]]:
    """How far off one candidate was one step ahead, two steps ahead and so on.

    Parameters
    ----------
    backtest : Backtest
        Of `backtest_series`.
    name : str
        Of the candidate.

    Returns
    -------
    list of dict
        By step ``smape``, ``coverage80`` of bands that did not know the origin, and ``count``, how many
        origins a value came after so many steps; NaN where none did.

    References
    ----------
    R. J. Hyndman, A. B. Koehler (2006), "Another look at measures of forecast accuracy",
    International Journal of Forecasting 22, 679–688.

    Examples
    --------
    >>> from analytics.methods.forecasting.backtest import backtest_series
    >>> found = backtest_series(np.arange(30.0), season=1, horizon=2)
    >>> [round(step["smape"], 1) for step in figures_by_step(found, "naive2")]
    [4.5, 8.9]
    """
    lower, upper = _bands(backtest, name)
    found = []
    for step in range(backtest.actual.shape[1]):
        came = np.isfinite(backtest.actual[:, step])
        actual, said = backtest.actual[came, step], backtest.said[name][came, step]
        held = (actual >= lower[0, came, step]) & (actual <= upper[0, came, step])
        found.append(
            {
                "smape": smape(actual, said) if came.any() else float("nan"),
                "coverage80": float(held.mean()) if came.any() else float("nan"),
                "count": float(came.sum()),
            }
        )
    return found


def _bands(backtest: Backtest, name: str) -> tuple[FloatArray, FloatArray]:
    """Of each origin from the errors of the others, shape (levels, k, h)."""
    errors = backtest.errors(name)
    widths = np.stack(
        [
            band_widths(np.delete(errors, origin, axis=0), backtest.independent, LEVELS)
            for origin in range(len(errors))
        ],
        axis=1,
    )
    return backtest.said[name] - widths, backtest.said[name] + widths
