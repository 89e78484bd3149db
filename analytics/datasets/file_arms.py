"""Arms and outcomes of a test, as a file tells them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext_noop

from analytics.datasets.file_columns import outcomes_in, plain_cells
from analytics.methods.answers import outcome_of
from analytics.methods.cells import as_numbers
from core.errors import InsufficientData, Refused

NUMBERS = 0.98  # of a column of amounts
MOST_ARMS = 10
NO_COLUMN = gettext_noop("The file has no column “%(name)s”.")
ONE_ARM = gettext_noop("“%(name)s” names one arm only; a comparison needs two or more.")
MANY_ARMS = gettext_noop("“%(name)s” names %(count)s arms; up to %(most)s can be compared.")
NO_ARM = gettext_noop("No row has “%(arm)s” in “%(name)s”. There are: %(arms)s.")
NAME_CONTROL = gettext_noop("Say which value of “%(name)s” stands for the control group: %(arms)s.")
NO_OUTCOMES = gettext_noop("“%(name)s” holds neither yes and no nor amounts.")


@dataclass(frozen=True)
class Arms:
    """Who was in which arm: names with the control group first, and a number for each row."""

    names: list[str]
    numbers: "pd.Series[Any]"  # -1 where the row names none


def arms_in(frame: pd.DataFrame, name: str, control: str = "") -> Arms:
    """The arms of a column; of one that says yes and no, those without are the control group.

    Raises
    ------
    Refused, InsufficientData
        A sentence.
    """
    check_column(frame, name)
    cells = frame[name].fillna("").astype(str).str.strip()
    names = sorted(set(cells) - {""})
    if len(names) < 2:
        raise InsufficientData(ONE_ARM, name=name)
    if len(names) > MOST_ARMS:
        raise Refused.by_msgid(MANY_ARMS, name=name, count=len(names), most=MOST_ARMS)
    listed = ", ".join(names)
    if control and control not in names:
        raise Refused.by_msgid(NO_ARM, name=name, arm=control, arms=listed)
    if not control:
        untreated = [each for each in names if outcome_of(each) is False]
        if len(untreated) != 1:
            raise Refused.by_msgid(NAME_CONTROL, name=name, arms=listed)
        control = untreated[0]
    names = [control, *(each for each in names if each != control)]
    places = {each: number for number, each in enumerate(names)}
    return Arms(names, cells.map(lambda cell: places.get(cell, -1)).astype(np.int64))


def amounts_in(frame: pd.DataFrame, name: str) -> "pd.Series[float]":
    """Outcomes as 1 and 0, or as amounts; NaN where nothing stands.

    Raises
    ------
    Refused
        A sentence.
    """
    check_column(frame, name)
    numbers = pd.Series(as_numbers(plain_cells(frame[[name]])[name]), index=frame.index)
    answered = frame[name].fillna("").astype(str).str.strip() != ""
    if answered.any() and numbers[answered].notna().mean() >= NUMBERS:
        return numbers
    try:
        return outcomes_in(frame[name])
    except Refused as answer:
        raise Refused.by_msgid(NO_OUTCOMES, name=name) from answer


def check_column(frame: pd.DataFrame, name: str) -> None:
    """Refuse a name that no column has."""
    if name not in frame.columns:
        raise Refused.by_msgid(NO_COLUMN, name=name)
