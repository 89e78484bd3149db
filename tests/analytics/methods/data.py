"""Data the method tests share: made-up leads, and the public X Education set."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.methods.features import Feature, guess_feature

REPOSITORY = Path(__file__).resolve().parents[3]
X_EDUCATION = REPOSITORY.parent / "shared" / "data" / "x-education" / "leads.csv"

FEATURES = (
    Feature("source", "category"),
    Feature("visits", "numeric"),
    Feature("opted_in", "boolean"),
)


def made_up_leads(rows: int = 600, seed: int = 7) -> tuple[pd.DataFrame, pd.Series]:
    """Leads with a known log-odds: source and visits matter, consent does not."""
    rng = np.random.default_rng(seed)
    source = rng.choice(
        ["Web", "Fair", "Referral", "", "Radio"], rows, p=[0.4, 0.3, 0.15, 0.1, 0.05]
    )
    visits = rng.poisson(3, rows).astype(float)
    visits[rng.random(rows) < 0.1] = np.nan
    opted_in = rng.choice(["Yes", "no", "是", None], rows)
    effect = pd.Series(source).map({"Referral": 1.5, "Fair": 0.5}).fillna(0.0).to_numpy()
    logit = -1.0 + effect + 0.4 * (np.nan_to_num(visits, nan=3.0) - 3)
    outcome = (rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(int)
    ids = pd.Index(rng.permutation(np.arange(1000, 1000 + rows)), name="lead")
    frame = pd.DataFrame({"source": source, "visits": visits, "opted_in": opted_in}, index=ids)
    return frame, pd.Series(outcome, index=ids)


def x_education() -> tuple[pd.DataFrame, pd.Series]:
    """The X Education leads by lead number, oldest first, and who converted."""
    if not X_EDUCATION.exists():
        pytest.skip(f"the public X Education set is not at {X_EDUCATION}")
    leads = pd.read_csv(X_EDUCATION, dtype=str, keep_default_na=False)
    leads.index = pd.Index(leads["Lead Number"].astype(int), name="lead")
    leads = leads.sort_index()
    return leads.drop(columns="Converted"), leads["Converted"].astype(int)


def usable(frame: pd.DataFrame, without: tuple[str, ...] = ()) -> list[Feature]:
    """The features guessed from a frame's raw columns."""
    guesses = (guess_feature(frame[name], ["Select"]) for name in frame if name not in without)
    return [guess.feature for guess in guesses if guess.feature]
