"""The lead score tried on the rows of any file: what it would have learned, and how good it would be."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop

from analytics.datasets.file_columns import order_in, outcomes_in, plain_cells
from analytics.jobs.lead_score_fairness import compared_groups
from analytics.jobs.lead_score_training import (
    MISSING_WORDS,
    SMALLEST_CLASS,
    Fields,
    split_fields,
)
from analytics.methods import errors
from analytics.methods.lead_score_fit import LeadScoreFit, fit_lead_score
from core.errors import InsufficientData, Refused

HOLDOUT = 0.3

NO_COLUMN = gettext_noop("The file has no column “%(name)s”.")
TARGET_TWICE = gettext_noop("“%(name)s” says who converted; it cannot be the time as well.")
ONE_CLASS = gettext_noop("All rows ended the same way. The score needs converted and other ones.")
TOO_FEW = gettext_noop(
    "%(won)s rows converted and %(lost)s did not; %(needed)s of each are needed."
)
NO_FIELD = gettext_noop("No column of the file tells the rows apart.")
SEARCH = gettext_noop("Look for columns that know the outcome")


@dataclass(frozen=True)
class Question:
    """What is asked of a file: which column says who converted, and what may be learnt from.

    `positive` and `negative` are values of the target; without them it has to say yes or no. With a
    time column the last 30 % are tested once on the first 70 %, else five stratified folds.
    """

    target: str
    positive: Collection[str] = ()
    negative: Collection[str] = ()
    exclude: Collection[str] = ()
    time_column: str = ""
    groups: Collection[str] = ()
    seed: int = 0


@dataclass(frozen=True)
class Tried:
    """What came of it: all models with their figures, what the leak guard says, groups compared."""

    fit: LeadScoreFit
    fields: Fields
    cells: pd.DataFrame
    positives: int
    rows_without_target: int
    rows_without_time: int
    fairness: list[dict[str, Any]]

    @property
    def unusable(self) -> dict[str, str]:
        """Columns that cannot be used, and why."""
        return self.fields.unusable | dict(self.fit.model.model.encoder.dropped)


def try_lead_score(
    frame: pd.DataFrame, question: Question, *, begins: Callable[[str], None] | None = None
) -> Tried:
    """Train and measure every candidate on the rows of a file; `begins` is told each step.

    Raises
    ------
    Refused
        Where the question does not fit the file.
    InsufficientData
        Where the file holds too little to learn from.
    """
    _check(frame, question)
    outcomes = outcomes_in(
        frame[question.target],
        positive=question.positive,
        negative=question.negative,
        missing_values=MISSING_WORDS,
    )
    timed = question.time_column
    order = order_in(frame[timed], MISSING_WORDS) if timed else None
    with_target = outcomes.notna()
    known = with_target if order is None else with_target & order.notna()
    y = outcomes[known].astype(int)
    _check_classes(y)
    left_out = {question.target, *question.exclude, *([timed] if timed else [])}
    cells = plain_cells(frame.loc[known, [n for n in frame.columns if n not in left_out]])
    if begins:
        begins(SEARCH)
    fields = split_fields(cells, y, seed=question.seed)
    fit = _fit(cells, y, fields, None if order is None else order[known], question.seed, begins)
    return Tried(
        fit=fit,
        fields=fields,
        cells=cells,
        positives=int(y.sum()),
        rows_without_target=int((~with_target).sum()),
        rows_without_time=0 if order is None else int(order[with_target].isna().sum()),
        fairness=compared_groups(
            frame[list(question.groups)], fit.candidates.chosen_fit.out_of_fold
        ),
    )


def _check(frame: pd.DataFrame, question: Question) -> None:
    named = (question.target, *question.exclude, question.time_column, *question.groups)
    for name in named:
        if name and name not in frame.columns:
            raise Refused.by_msgid(NO_COLUMN, name=name)
    if question.time_column == question.target:
        raise Refused.by_msgid(TARGET_TWICE, name=question.target)


def _check_classes(y: "pd.Series[int]") -> None:
    won, lost = int(y.sum()), int((1 - y).sum())
    if not won or not lost:
        raise InsufficientData(ONE_CLASS)
    if min(won, lost) < SMALLEST_CLASS:
        raise InsufficientData(TOO_FEW, won=won, lost=lost, needed=SMALLEST_CLASS)


def _fit(
    cells: pd.DataFrame,
    y: "pd.Series[int]",
    fields: Fields,
    order: "pd.Series[float] | None",
    seed: int,
    begins: Callable[[str], None] | None,
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
            begins=begins,
        )
    except errors.InsufficientData as answer:
        raise InsufficientData(NO_FIELD) from answer
