"""What a trial of uplift prints: how well learners tell for whom a message changes most."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop

from analytics.datasets.file_arms import NO_ARM, amounts_in, arms_in, check_column
from analytics.datasets.file_columns import plain_cells
from analytics.jobs.finite_json import finite
from analytics.methods import errors
from analytics.methods.features import Feature, guess_feature
from analytics.methods.uplift.choice import TriedLearner, fit_uplift
from analytics.queries.uplift import why_served
from core.errors import InsufficientData, Refused

NAME_ARM = gettext_noop("Say which value of “%(name)s” stands for the message: %(arms)s.")
SENTENCES = {
    "empty": gettext_noop("The file has no rows with an arm and an outcome."),
    "one_class": gettext_noop("Nobody, or everybody, got the message."),
    "few_positives": gettext_noop(
        "%(found)s outcomes in an arm; %(needed)s of each arm are needed."
    ),
    "few_negatives": gettext_noop(
        "%(found)s people without the outcome in an arm; %(needed)s of each arm are needed."
    ),
    "few_rows": gettext_noop("%(found)s rows of a kind; %(needed)s are needed."),
    "no_usable_field": gettext_noop("No column of the file tells the rows apart."),
}
STEPS = 10  # of the curve that is printed


@dataclass(frozen=True)
class UpliftQuestion:
    """What is asked of a file of a test."""

    treatment_column: str
    outcome_column: str
    treated: str = ""
    control: str = ""
    exclude: Collection[str] = ()
    seed: int = 0


def backtest_uplift(frame: pd.DataFrame, question: UpliftQuestion) -> dict[str, Any]:
    """Qini coefficients on a held-out third, which learner serves and why, as plain JSON.

    Raises
    ------
    Refused, InsufficientData
        A sentence.
    """
    for name in question.exclude:
        check_column(frame, name)
    arms = arms_in(frame, question.treatment_column, question.control)
    number = _treated(arms.names, question)
    outcomes = amounts_in(frame, question.outcome_column)
    known = arms.numbers.isin((0, number)) & outcomes.notna()
    left_out = {question.treatment_column, question.outcome_column, *question.exclude}
    cells = plain_cells(frame.loc[known, [n for n in frame.columns if n not in left_out]])
    features = [
        Feature(guess.name, guess.kind)
        for guess in (guess_feature(cells[name]) for name in cells)
        if guess.kind is not None
    ]
    treated = arms.numbers[known] == number
    try:
        fit = fit_uplift(cells, treated, outcomes[known], features, seed=question.seed)
    except errors.InsufficientData as answer:
        raise InsufficientData(
            SENTENCES[answer.code], needed=answer.needed, found=answer.found
        ) from answer
    return finite(
        {
            "rows": fit.rows,
            "treated": int(treated.sum()),
            "held_out": fit.held_out,
            "overall": fit.overall,
            "chosen": fit.chosen,
            "best": fit.best.learner,
            "field": fit.model.field if fit.model else "",
            "learners": {each.learner: told_learner(each) for each in fit.tried},
            "random": {"qini": 0.0, "folds": 0.0},
            "why": why_served(fit.chosen, fit.best.learner),
        }
    )


def _treated(names: list[str], question: UpliftQuestion) -> int:
    if question.treated:
        if question.treated not in names[1:]:
            raise Refused.by_msgid(
                NO_ARM,
                name=question.treatment_column,
                arm=question.treated,
                arms=", ".join(names[1:]),
            )
        return names.index(question.treated)
    if len(names) > 2:
        raise Refused.by_msgid(NAME_ARM, name=question.treatment_column, arms=", ".join(names[1:]))
    return 1


def told_learner(each: TriedLearner) -> dict[str, Any]:
    """A learner's figures; the curve at tenths of the people."""
    shares = [step / STEPS for step in range(STEPS + 1)]
    return {
        "field": each.field,
        "qini": each.curve.coefficient,
        "lower": each.lower,
        "upper": each.upper,
        "folds": each.folds,
        "folds_lower": each.least,
        "behind": each.behind,
        "error": each.error,
        "curve": [each.curve.at(share) for share in shares],
    }
