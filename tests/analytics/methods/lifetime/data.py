"""Customers whose true rates are known, and the CDNOW purchases."""

import numpy as np
import pandas as pd

from analytics.methods.lifetime.histories import PurchaseHistories, purchase_histories
from tests.data import data_file

TRUE = {"r": 0.8, "alpha": 6.0, "a": 0.7, "b": 2.5, "p": 6.0, "q": 4.0, "v": 15.0}
FIRST_WEEKS = 12.0


def simulated(
    customers: int, weeks: float, ahead: float, seed: int
) -> tuple[PurchaseHistories, np.ndarray, np.ndarray]:
    """Histories until `weeks`, and what each customer bought afterwards: purchases and their value."""
    random = np.random.default_rng(seed)
    rate = random.gamma(TRUE["r"], 1 / TRUE["alpha"], customers)
    leaves = random.beta(TRUE["a"], TRUE["b"], customers)
    nu = random.gamma(TRUE["q"], 1 / TRUE["v"], customers)
    born = random.uniform(0, FIRST_WEEKS, customers)
    rows, later, worth = [], np.zeros(customers), np.zeros(customers)
    for who in range(customers):
        at, times, values = born[who], [], []
        while (at := at + random.exponential(1 / rate[who])) < weeks + ahead:
            value = random.gamma(TRUE["p"], 1 / nu[who])
            if at < weeks:
                times.append(at)
                values.append(value)
            else:
                later[who] += 1
                worth[who] += value
            if random.random() < leaves[who]:
                break
        last = times[-1] - born[who] if times else 0.0
        mean = np.mean(values) if values else np.nan
        rows.append((len(times), last, weeks - born[who], mean))
    columns = np.array(rows).T
    return PurchaseHistories(pd.RangeIndex(customers), *columns), later, worth


def cdnow_sample() -> pd.DataFrame:
    """The 1/10 sample of 2,357 customers."""
    return pd.read_csv(
        data_file("cdnow/CDNOW_sample.txt"),
        sep=r"\s+",
        header=None,
        names=["master", "customer", "date", "cds", "value"],
        dtype={"date": str},
        parse_dates=["date"],
    )


def cdnow_histories() -> PurchaseHistories:
    """Of the sample, after 39 weeks."""
    bought = cdnow_sample()
    return purchase_histories(bought["customer"], bought["date"], bought["value"], "1997-09-30")
