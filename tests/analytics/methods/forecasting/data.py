"""Series the tests of forecasting share: made ones, odd ones, public ones."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.data import data_file

# Seasonal, with a trend, around 100: what businesses see.
SEASON = 4


def made(length: int = 40, seed: int = 1) -> np.ndarray:
    step = np.arange(length)
    noise = np.random.default_rng(seed).normal(0, 3, length)
    return 100 + step + 10 * np.sin(2 * np.pi * step / SEASON) + noise


def passengers() -> np.ndarray:
    return pd.read_csv(data_file("air_passengers.csv"))["passengers"].to_numpy(float)


def odd_series() -> dict[str, np.ndarray]:
    """What real files hold beside well-behaved series."""
    chance = np.random.default_rng(3)
    return {
        "constant": np.full(30, 7.0),
        "zeros": np.zeros(30),
        "one value": np.array([4.0]),
        "two values": np.array([4.0, 6.0]),
        "nine values": np.arange(9.0),
        "ten values": np.arange(10.0),
        "mostly zero": np.where(chance.random(60) < 0.9, 0.0, 5.0),
        "one deal": np.r_[np.zeros(29), 1e6],
        "negative": -made(),
        "around zero": chance.normal(0, 1, 50),
        "huge": made() * 1e12,
        "tiny": made() * 1e-12,
        "one outlier": np.r_[made(30), 1e9, made(9)],
        "explodes": np.exp(np.arange(40.0) / 2),
        "level shift": np.r_[np.full(20, 1.0), np.full(20, 1000.0)],
        "alternates": np.tile([0.0, 1.0], 20),
    }


SERIES = hnp.arrays(
    np.float64,
    st.integers(10, 40),
    elements=st.floats(-1000, 1000).map(lambda value: round(value, 3)),
)
