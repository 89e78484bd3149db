"""The lead score tried on the rows of any file: what it would have learned, and how good it would be."""

from collections.abc import Collection
from datetime import UTC, datetime, time
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext as _

from analytics.jobs.lead_score_training import (
    MISSING_WORDS,
    NO_BETTER_THAN_CHANCE,
    SMALLEST_CLASS,
    Fields,
    split_fields,
)
from analytics.methods import errors
from analytics.methods.cells import as_numbers, level_keys, truth_keys
from analytics.methods.evaluation import Evaluation, evaluate
from analytics.methods.fairness import group_table, selection_ratio
from analytics.methods.lead_score_fit import LeadScoreFit, fit_lead_score
from analytics.methods.reliability import lift_table
from core.errors import Refused
from core.values_in_files.dates import DateFormat, infer_dates, read_moment

HOLDOUT = 0.3
NUMBERS_SHARE = 0.98  # of a column of numbers; what is no number in it has no place in time
TOP = 5  # parts of which the first is the likeliest fifth
FOUR_FIFTHS = 0.8


def backtest_lead_score(
    frame: pd.DataFrame,
    *,
    target: str,
    exclude: Collection[str] = (),
    time_column: str = "",
    group: str = "",
    seed: int = 0,
) -> dict[str, Any]:
    """Figures of every candidate out of fold, suspects of the leak guard, fairness, as plain JSON.

    With a time column the last 30 % are tested once on the first 70 %, else five stratified folds.

    Raises
    ------
    Refused
        A sentence.
    """
    _check_columns(frame, (target, *exclude, *filter(None, (time_column, group))))
    outcomes, without = _outcomes(frame[target])
    order = _order(frame[time_column]) if time_column else None
    known = ~without if order is None else ~without & order.notna()
    rows, y = frame[known], outcomes[known].astype(int)
    cells = rows.drop(columns=[target, *exclude, *([time_column] if time_column else [])])
    _check_classes(y)
    fields = split_fields(cells, y, seed=seed)
    fit = _fit(cells, y, fields, None if order is None else order[known], seed)
    return {
        "chosen": fit.candidates.chosen,
        "candidates": _candidates(fit),
        **_told_of(fields, fit),
        "fairness": _fairness(fit, rows[group]) if group else None,
        "rows": len(rows),
        "rows_without_target": int(without.sum()),
        "rows_without_time": 0 if order is None else int(order[~without].isna().sum()),
        "positives": int(y.sum()),
        "validation": fit.candidates.folds,
        "equal_rows": fit.equal_rows,
        "without_equal_rows": (
            _figures(fit.evaluation_without_equal) if fit.evaluation_without_equal else None
        ),
        "has_signal": _has_signal(fit),
    }


def _check_columns(frame: pd.DataFrame, names: Collection[str]) -> None:
    for name in names:
        if name not in frame.columns:
            raise Refused(_("The file has no column “%(name)s”.") % {"name": name})


def _fit(
    cells: pd.DataFrame,
    y: "pd.Series[int]",
    fields: Fields,
    order: "pd.Series[float] | None",
    seed: int,
) -> LeadScoreFit:
    """Refuses columns of which none is left: unusable, suspected, or the same in nearly all rows."""
    try:
        return fit_lead_score(
            cells,
            y,
            fields.used,
            order=order,
            holdout=HOLDOUT if order is not None else 0.0,
            seed=seed,
            missing_values=MISSING_WORDS,
            min_class=SMALLEST_CLASS,
        )
    except errors.InsufficientData as answer:
        raise Refused(_("No column of the file tells the rows apart.")) from answer


def _told_of(fields: Fields, fit: LeadScoreFit) -> dict[str, Any]:
    """What the leak guard suspects, and what cannot be used."""
    unusable = fields.unusable | dict(fit.model.model.encoder.dropped)
    return {
        "suspected": [
            {"field": one.name, "reason": ", ".join(one.reasons), "severity": one.severity}
            for one in fields.evidence
            if one.severity
        ],
        "left_out": [{"field": name, "reason": reason} for name, reason in unusable.items()],
    }


def _outcomes(cells: "pd.Series[Any]") -> tuple["pd.Series[float]", "pd.Series[bool]"]:
    """1 and 0, NaN where nothing stands; refuses what is neither yes nor no."""
    codes, keys, labels = level_keys(cells, MISSING_WORDS)
    words = truth_keys(keys)
    odd = sorted({label for word, label in zip(words, labels, strict=True)} - {""})
    if not set(words) <= {"true", "false", ""}:
        raise Refused(
            _("“%(name)s” has to say yes or no (1 or 0) for each row; it says %(values)s.")
            % {"name": cells.name, "values": ", ".join(odd[:5])}
        )
    values = {"true": 1.0, "false": 0.0, "": np.nan}
    found = pd.Series(np.array([values[word] for word in words])[codes], index=cells.index)
    return found, found.isna()


def _check_classes(y: "pd.Series[int]") -> None:
    won, lost = int(y.sum()), int((1 - y).sum())
    if not len(y) or not won or not lost:
        raise Refused(_("All rows ended the same way. The score needs converted and other ones."))
    if min(won, lost) < SMALLEST_CLASS:
        raise Refused(
            _("%(won)s rows converted and %(lost)s did not; %(needed)s of each are needed.")
            % {"won": won, "lost": lost, "needed": SMALLEST_CLASS}
        )


def _order(cells: "pd.Series[Any]") -> "pd.Series[float]":
    """Numbers as they are, dates as seconds; NaN where neither stands."""
    numbers = pd.Series(as_numbers(cells, MISSING_WORDS), index=cells.index)
    if numbers.notna().mean() >= NUMBERS_SHARE:
        return numbers
    texts = {str(cell).strip() for cell in cells} - {""}
    formats = infer_dates(texts, may_be_counted=True).formats if texts else ()
    if not formats:
        raise Refused(
            _("“%(name)s” holds neither numbers nor dates to order the rows by.")
            % {"name": cells.name}
        )
    seconds = {text: _seconds(text, formats[0]) for text in texts}
    return cells.map(lambda cell: seconds.get(str(cell).strip(), np.nan)).astype(float)


def _seconds(text: str, form: DateFormat) -> float:
    try:
        found = read_moment(text, form)
    except ValueError:
        return np.nan
    if not isinstance(found, datetime):
        found = datetime.combine(found, time.min)
    return found.replace(tzinfo=found.tzinfo or UTC).timestamp()


def _candidates(fit: LeadScoreFit) -> dict[str, Any]:
    found = {}
    for name, each in fit.candidates.fits.items():
        outcome, chance = each.out_of_fold["outcome"], each.out_of_fold["probability"]
        figures = _figures(evaluate(outcome, chance))
        lift = float(lift_table(outcome, chance, TOP)["lift"].iloc[0])
        found[name] = {**figures, "lift_top20": lift, "seconds": round(each.seconds, 2)}
    return found


def _figures(evaluation: Evaluation) -> dict[str, float]:
    return {
        "roc_auc": evaluation.roc_auc,
        "pr_auc": evaluation.average_precision,
        "log_loss": evaluation.log_loss,
        "brier": evaluation.brier,
        "ece": evaluation.calibration_error,
    }


def _has_signal(fit: LeadScoreFit) -> bool:
    surely = fit.evaluation.roc_auc_lower > NO_BETTER_THAN_CHANCE
    return bool(surely and fit.model.model.has_signal)


def _fairness(fit: LeadScoreFit, groups: "pd.Series[Any]") -> dict[str, Any]:
    tested = fit.candidates.chosen_fit.out_of_fold
    table = group_table(groups.loc[tested.index], tested["outcome"], tested["probability"])
    ratio = selection_ratio(table)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return {"groups": rows, "selection_ratio": ratio, "is_below_four_fifths": ratio < FOUR_FIFTHS}
