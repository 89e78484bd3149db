"""A small neural network on lags, a candidate on demand."""

import warnings

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from analytics.methods.forecasting.pool import Candidate
from analytics.methods.forecasting.prefixes import Prefixes
from analytics.methods.forecasting.seasonality import has_season, seasonal_indices

__all__ = ["network_candidate"]

FloatArray = npt.NDArray[np.float64]

LAGS = 6
HIDDEN = 6
NETWORKS = 5  # whose median counts
PENALTY = 0.1
FEWEST = 20  # windows to learn from; below, the last value is said


def network_candidate(seed: int = 0) -> Candidate:
    """A candidate that learns the next value from the last six, less the last one, in units of the spread.

    Seasons are taken out by classical decomposition before and put back. Five networks with six
    hidden units start from different weights; their median is fed back step by step.

    Parameters
    ----------
    seed : int
        Of the first weights.

    Returns
    -------
    callable
        Takes `Prefixes`, returns ndarray, shape (p, horizon).

    References
    ----------
    G. Zhang, B. E. Patuwo, M. Y. Hu (1998), "Forecasting with artificial neural networks: the state
    of the art", International Journal of Forecasting 14, 35–62.

    Examples
    --------
    >>> wave = Prefixes.of([10 + np.sin(np.arange(80.0))], 1, 3)
    >>> said = network_candidate()(wave)
    >>> bool(np.abs(said - (10 + np.sin(np.arange(80, 83)))).max() < 0.2)
    True
    """

    def candidate(prefixes: Prefixes) -> FloatArray:
        found = [_forecast(prefixes, number, seed) for number in range(len(prefixes))]
        return np.stack(found) * prefixes.scales[:, None]

    return candidate


def _forecast(prefixes: Prefixes, number: int, seed: int) -> FloatArray:
    x, season, horizon = prefixes.column(number), prefixes.season, prefixes.horizon
    indices = np.zeros(season)
    if has_season(x, season):
        indices = seasonal_indices(x, season, is_ratio=False)
    adjusted = x - indices[np.arange(len(x)) % season]
    ahead = indices[(len(x) + np.arange(horizon)) % season]
    spread = float(np.abs(np.diff(adjusted)).mean()) if len(x) > 1 else 0.0
    if len(x) < LAGS + FEWEST or spread <= 1e-9:
        return np.asarray(adjusted[-1] + ahead, dtype=np.float64)
    return _fed_back(adjusted / spread, horizon, seed) * spread + ahead


def _fed_back(x: FloatArray, horizon: int, seed: int) -> FloatArray:
    windows = np.lib.stride_tricks.sliding_window_view(x, LAGS + 1)
    last = windows[:, [LAGS - 1]]
    inputs, target = windows[:, : LAGS - 1] - last, windows[:, LAGS] - last[:, 0]
    networks = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # so many steps are enough
        for number in range(NETWORKS):
            network = MLPRegressor(
                hidden_layer_sizes=(HIDDEN,),
                activation="tanh",
                solver="lbfgs",
                alpha=PENALTY,
                max_iter=100,
                random_state=seed + number,
            )
            networks.append(network.fit(inputs, target))
    known = list(x[-LAGS:])
    for _step in range(horizon):
        window = np.array(known[-LAGS:])
        asked = (window[:-1] - window[-1]).reshape(1, -1)
        change = float(np.median([network.predict(asked)[0] for network in networks]))
        known.append(window[-1] + change)
    return np.array(known[LAGS:])
