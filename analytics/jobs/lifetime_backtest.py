"""What a backtest of lifetime value prints: purchases of a file after a day, withheld and foretold."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext, gettext_noop, ngettext
from scipy.stats import spearmanr

from analytics.datasets.file_columns import moments_in, plain_cells
from analytics.jobs.finite_json import finite
from analytics.methods import errors
from analytics.methods.cells import as_numbers
from analytics.methods.lifetime.histories import (
    WEEK,
    PurchaseHistories,
    purchase_histories,
)
from analytics.methods.lifetime.holdout import errors_of, share_within
from analytics.methods.lifetime.lifetime_value import fit_lifetime_value
from analytics.methods.lifetime.past_totals import past_total_errors, total_band
from core.errors import InsufficientData, Refused

NO_COLUMN = gettext_noop("The file has no column “%(name)s”.")
SAME_COLUMN = gettext_noop("“%(name)s” is named twice; customer, time and value are three columns.")
NO_HOLDOUT = gettext_noop(
    "No purchase of the file lies on or after %(day)s; the last one is of %(last)s."
)
TOO_FEW = gettext_noop(
    "%(found)s customers came back before %(day)s; %(needed)s are needed to learn from."
)
NOBODY = gettext_noop("Nobody of the file bought before %(day)s.")
RELATED = 0.3  # rank correlation from which independence is doubtful


@dataclass(frozen=True)
class PurchasesQuestion:
    """Which columns hold customer, time and value, and from which day on purchases are withheld."""

    customer_column: str
    time_column: str
    value_column: str
    holdout_from: date


def backtest_lifetime_value(frame: pd.DataFrame, question: PurchasesQuestion) -> dict[str, Any]:
    """Parameters and how well the withheld purchases were foretold, as plain JSON.

    Times are weeks. Errors are shares of what was bought: -0.12 is twelve percent too little.

    Raises
    ------
    Refused, InsufficientData
        A sentence.
    """
    bought, left_out = _purchases(frame, question)
    until = pd.Timestamp(question.holdout_from) - pd.Timedelta(days=1)
    came = bought[bought["day"] > until]
    last = bought["day"].max()
    if came.empty:
        raise Refused.by_msgid(NO_HOLDOUT, day=str(question.holdout_from), last=str(last.date()))
    try:
        known = purchase_histories(bought["who"], bought["day"], bought["value"], until)
        model = fit_lifetime_value(known)
    except errors.InsufficientData as answer:
        sentence = NOBODY if answer.code == "empty" else TOO_FEW
        raise InsufficientData(
            sentence, needed=answer.needed, found=answer.found, day=str(question.holdout_from)
        ) from answer
    weeks = float((last - until).days) / WEEK
    told = model.predict(known, weeks)
    actual = _withheld(came, known)
    past = past_total_errors(bought["who"], bought["day"], until)
    low, high = total_band(float(told["purchases"].sum()), past)
    return finite(
        {
            "parameters": {
                **{name: getattr(model.purchases, name) for name in ("r", "alpha", "a", "b")},
                **{name: getattr(model.spending, name, None) for name in ("p", "q", "v")},
            },
            "log_likelihood": model.purchases.log_likelihood,
            "customers": len(known),
            "weeks": weeks,
            **_figures(told, actual, known, weeks),
            "expected": float(told["purchases"].sum()),
            "expected_low": low,
            "expected_high": high,
            "actual": float(actual["purchases"].sum()),
            "notes": _notes(left_out, model.correlation, has_values=model.spending is not None),
        }
    )


def _purchases(frame: pd.DataFrame, question: PurchasesQuestion) -> tuple[pd.DataFrame, int]:
    """Who bought when for how much, and how many rows said no day or nobody."""
    names = [question.customer_column, question.time_column, question.value_column]
    for name in names:
        if name not in frame.columns:
            raise Refused.by_msgid(NO_COLUMN, name=name)
        if names.count(name) > 1:
            raise Refused.by_msgid(SAME_COLUMN, name=name)
    moments, is_date = moments_in(frame[question.time_column])
    cells = plain_cells(frame[[question.value_column]])[question.value_column]
    table = pd.DataFrame(
        {
            "who": frame[question.customer_column].astype(str).str.strip(),
            "day": pd.to_datetime(moments, unit="s" if is_date else "D").dt.floor("D"),
            "value": np.nan_to_num(as_numbers(cells), nan=0.0),
        }
    )
    whole = table[table["day"].notna() & (table["who"] != "")]
    return whole, len(table) - len(whole)


def _withheld(came: pd.DataFrame, known: PurchaseHistories) -> pd.DataFrame:
    """What each known customer bought afterwards: days with a purchase, and their value."""
    by_customer = came.groupby("who")
    return pd.DataFrame(
        {"purchases": by_customer["day"].nunique(), "value": by_customer["value"].sum()}
    ).reindex(known.customers, fill_value=0.0)


def _figures(
    told: pd.DataFrame, actual: pd.DataFrame, known: PurchaseHistories, weeks: float
) -> dict[str, float | None]:
    """Errors of the counts and of the value, beside going on as before and nothing at all."""
    count, came = told["purchases"].to_numpy(), actual["purchases"].to_numpy()
    before = known.frequency / np.where(known.age > 0, known.age, np.inf) * weeks
    found: dict[str, float | None] = {
        **errors_of(count, came),
        "spearman": float(spearmanr(count, came).statistic),
        "coverage80": share_within(came, told["purchases_low"], told["purchases_high"]),
        "as_before_total_error": errors_of(before, came)["total_error"],
        "as_before_rmse": errors_of(before, came)["rmse"],
        "nothing_mae": float(came.mean()),
    }
    if told["value"].notna().all():
        worth, spent = told["value"].to_numpy(), actual["value"].to_numpy()
        off = errors_of(worth, spent)
        found |= {f"value_{name}": figure for name, figure in off.items()}
        found["value_spearman"] = float(spearmanr(worth, spent).statistic)
        found["value_coverage80"] = share_within(spent, told["value_low"], told["value_high"])
    return found


def _notes(left_out: int, correlation: float | None, *, has_values: bool) -> list[str]:
    notes = []
    if left_out:
        sentence = ngettext(
            "%(count)s row names no customer or no day; it is left out.",
            "%(count)s rows name no customer or no day; they are left out.",
            left_out,
        )
        notes.append(sentence % {"count": left_out})
    if not has_values:
        notes.append(gettext("Too few customers came back and spent something to foretell values."))
    elif correlation is not None and abs(correlation) >= RELATED:
        sentence = gettext(
            "How often customers buy and how much they spend at a time hang together (rank "
            "correlation %(value)s); the values are less sure than their ends say."
        )
        notes.append(sentence % {"value": f"{correlation:.2f}"})
    return notes
