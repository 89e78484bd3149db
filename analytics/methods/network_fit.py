"""Fitting the small neural network."""

import warnings

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from analytics.methods.logistic import centred_one_hot
from analytics.methods.network import Network
from analytics.methods.table_rows import TableRows
from analytics.methods.tabular import TabularEncoder

__all__ = ["fit_network"]

FloatArray = npt.NDArray[np.float64]

UNITS = 16
PENALTY = 1.0
EPOCHS = 60
LEAST_TO_STOP_EARLY = 2_000


def fit_network(rows: TableRows, y: FloatArray, encoder: TabularEncoder, seed: int = 0) -> Network:
    """Fit by Adam; with enough rows a tenth of them says when to stop.

    Parameters
    ----------
    rows : TableRows
        Training rows.
    y : ndarray of {0.0, 1.0}, shape (n,)
        Outcomes.
    encoder : TabularEncoder
        The one that has read the rows.
    seed : int
        Of the first weights and of the order of the rows.

    Returns
    -------
    Network

    Examples
    --------
    >>> import pandas as pd
    >>> from analytics.methods.features import Feature
    >>> frame = pd.DataFrame({"source": ["web", "fair"] * 50})
    >>> encoder = TabularEncoder.fit(frame, [Feature("source", "category")])
    >>> fit_network(TableRows.of(encoder, frame), np.array([0.0, 1.0] * 50), encoder).out.shape
    (16,)
    """
    solver = MLPClassifier(
        (UNITS,),
        alpha=PENALTY,
        max_iter=EPOCHS,
        early_stopping=len(y) >= LEAST_TO_STOP_EARLY,
        random_state=seed,
    )
    with warnings.catch_warnings():
        # Stopping at the last epoch is a way to stop, and the figures say how good it is.
        warnings.simplefilter("ignore", ConvergenceWarning)
        solver.fit(centred_one_hot(rows.codes, encoder), y)
    (into, out), (biases, offset) = solver.coefs_, solver.intercepts_
    return Network(encoder, into, biases, out[:, 0], float(offset[0]))
