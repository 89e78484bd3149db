"""What a backtest prints: figures of every candidate, suspects of the leak guard, fairness, notes."""

from collections.abc import Collection
from typing import Any

import pandas as pd
from django.utils.translation import gettext as _

from analytics.jobs.file_backtest import Question, Tried, try_lead_score
from analytics.jobs.finite_json import finite
from analytics.methods.candidates import CandidateFit
from analytics.methods.evaluation import Evaluation, evaluate
from analytics.methods.leakage import FieldEvidence
from analytics.methods.reliability import lift_table
from analytics.queries.lead_score_models import REASONS
from core.values import grouped

TOP = 5  # parts of which the first is the likeliest fifth
# Alone these are no sign of a leak: honest columns are strong, and filled for one outcome more often.
STATISTICAL = frozenset({"separates_well", "fill_gap"})


def backtest_lead_score(
    frame: pd.DataFrame,
    *,
    target: str,
    positive: Collection[str] = (),
    exclude: Collection[str] = (),
    time_column: str = "",
    group: str = "",
    seed: int = 0,
) -> dict[str, Any]:
    """The figures out of fold, as plain JSON.

    Raises
    ------
    Refused, InsufficientData
        A sentence.
    """
    groups = [group] if group else []
    question = Question(target, positive, (), exclude, time_column, groups, seed)
    tried = try_lead_score(frame, question)
    fit = tried.fit
    without = fit.evaluation_without_equal
    suspected, asked = suspects_of(tried)
    found = {
        "chosen": fit.candidates.chosen,
        "candidates": candidates_of(tried),
        "suspected": [_told(one) for one in suspected],
        "fairness": next(iter(tried.fairness), None),
        "rows": len(tried.cells),
        "positives": tried.positives,
        "validation": fit.candidates.folds,
        "asked": [_told(one) for one in asked],
        "left_out": [
            {"field": name, "reason": _(REASONS[reason]), "code": reason}
            for name, reason in tried.unusable.items()
        ],
        "has_signal": fit.candidates.has_signal,
        "equal_rows": fit.equal_rows,
        "without_equal_rows": _figures(without) if without else None,
        "rows_without_target": tried.rows_without_target,
        "rows_without_time": tried.rows_without_time,
        "notes": notes_of(tried),
    }
    return finite(found)


def suspects_of(tried: Tried) -> tuple[list[FieldEvidence], list[FieldEvidence]]:
    """Columns that the guard suspects, and columns that are only worth a question."""
    weighed = [one for one in tried.fields.evidence if one.severity]
    asked = [
        one
        for one in weighed
        if one.severity == "weak" and len(one.reasons) == 1 and set(one.reasons) <= STATISTICAL
    ]
    return [one for one in weighed if one not in asked], asked


def _told(one: FieldEvidence) -> dict[str, Any]:
    return {
        "field": one.name,
        "reason": "; ".join(_(REASONS[code]) for code in one.reasons),
        "codes": list(one.reasons),
        "severity": one.severity,
    }


def candidates_of(tried: Tried) -> dict[str, dict[str, float]]:
    """The figures of each candidate out of fold, the simplest first."""
    found = {}
    for name, each in tried.fit.candidates.fits.items():
        tested = each.out_of_fold
        figures = _figures(evaluate(tested["outcome"], tested["probability"]))
        lift = lift_of_top(each)
        found[name] = {**figures, "lift_top20": lift, "seconds": round(each.seconds, 2)}
    return found


def lift_of_top(candidate: CandidateFit) -> float:
    """How many times as many of the likeliest fifth convert as of all."""
    tested = candidate.out_of_fold
    return float(lift_table(tested["outcome"], tested["probability"], TOP)["lift"].iloc[0])


def _figures(evaluation: Evaluation) -> dict[str, float]:
    return {
        "roc_auc": evaluation.roc_auc,
        "pr_auc": evaluation.average_precision,
        "log_loss": evaluation.log_loss,
        "brier": evaluation.brier,
        "ece": evaluation.calibration_error,
    }


def notes_of(tried: Tried) -> list[str]:
    """What has to be said beside the figures, each in a sentence."""
    fit = tried.fit
    notes = []
    if not fit.candidates.has_signal:
        notes.append(_("No usable signal: the score would be chance."))
    if fit.equal_rows:
        without = fit.evaluation_without_equal
        auc = f"{without.roc_auc:.4f}" if without else _("unknown, as one outcome is left")
        notes.append(
            _(
                "%(equal)s rows equal another one in every column used; without them the ROC-AUC is %(auc)s."
            )
            % {"equal": grouped(fit.equal_rows), "auc": auc}
        )
    if tried.rows_without_target:
        notes.append(
            _("%(rows)s rows do not say whether they converted; they are left out.")
            % {"rows": grouped(tried.rows_without_target)}
        )
    if tried.rows_without_time:
        notes.append(
            _("%(rows)s rows have no time; they are left out.")
            % {"rows": grouped(tried.rows_without_time)}
        )
    return notes
