"""Who will be quiet: learned from customers at moments of the past, for those whose purchases tell nothing."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from analytics.choices import CUSTOMER_FACTS, QUIET_DAYS
from analytics.datasets.customer_moments import customer_cells, quiet_customers
from analytics.jobs.deal_artifacts import HUNDREDTHS
from analytics.jobs.finite_json import finite
from analytics.jobs.lead_score_training import SMALLEST_CLASS, train
from analytics.jobs.scorers import reasons_of
from analytics.methods.errors import InsufficientData
from analytics.methods.lead_score import LeadScoreModel
from crm.queries.purchases import Purchases

__all__ = ["learn_churn", "said_of"]

# Of all that a training measures, what the page tells.
TOLD = (
    "roc_auc",
    "roc_auc_lower",
    "roc_auc_upper",
    "brier",
    "base_rate",
    "calibration_error",
    "rows",
    "reliability",
    "drivers",
    "left_out",
)


def learn_churn(as_of: datetime, seed: int) -> tuple[LeadScoreModel | None, dict[str, Any]]:
    """The model, where there is enough to learn from and it tells something; and what is to be said of it."""
    seen = quiet_customers(as_of)
    told: dict[str, Any] = {
        "days": QUIET_DAYS,
        "customers": int(seen.contacts.nunique()),
        "moments": len(seen.frame),
        "quiet": int(seen.outcomes.sum()),
    }
    for code, outcome in (("few_quiet", 1), ("few_active", 0)):
        found = int(seen.contacts[seen.outcomes == outcome].nunique())
        if found < SMALLEST_CLASS:
            return None, told | {"why_not": code, "found": found}
    try:
        trained = train(
            seen.frame,
            seen.outcomes,
            order=seen.moments,
            seed=seed,
            decided=dict.fromkeys(CUSTOMER_FACTS, "before"),
            leads=seen.contacts,
            groups=None,
        )
    except InsufficientData as answer:
        return None, told | {"why_not": answer.code}
    told |= {"algorithm": trained.algorithm}
    told |= finite({name: trained.metrics[name] for name in TOLD if name in trained.metrics})
    if not trained.has_signal:
        return None, told | {"why_not": "no_signal"}
    # The score is the chance in hundredths, so that reasons are points of 100.
    return replace(trained.model, reference=HUNDREDTHS), told | {"why_not": ""}


def said_of(
    model: LeadScoreModel, known: pd.DataFrame, then: Purchases
) -> dict[int, tuple[float, list[dict[str, Any]]]]:
    """Chance to be quiet and its reasons of each of these customers, by number."""
    if known.empty:
        return {}
    frame = customer_cells(known, then)
    said = model.score(frame)
    chances = np.clip(said.probability, 0, 1).tolist()
    return {
        int(pk): (float(chance), reasons)
        for pk, chance, reasons in zip(frame.index, chances, reasons_of(frame, said), strict=True)
    }
