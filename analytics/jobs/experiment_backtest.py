"""What a trial of a test prints: every arm against the control group, by one look and by daily ones."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext, gettext_noop

from analytics.datasets.file_arms import NO_ARM, Arms, amounts_in, arms_in
from analytics.jobs.finite_json import finite
from analytics.methods.experiments.always_valid import TUNED_FOR, always_valid
from analytics.methods.experiments.cuped import adjusted_effect
from analytics.methods.experiments.effects import Arm, arm_of_counts, arm_of_values, compare_arms
from analytics.methods.experiments.many import holm
from analytics.methods.experiments.sample_ratio import BROKEN_BELOW, sample_ratio_p
from core.errors import InsufficientData, Refused

TOO_FEW = gettext_noop("“%(arm)s” has %(found)s rows with an outcome; two are needed.")
NO_WEIGHT = gettext_noop("The shares of all arms have to be named and positive: %(arms)s.")


@dataclass(frozen=True)
class ArmsQuestion:
    """What is asked of a file of a test."""

    arm_column: str
    outcome_column: str
    control: str = ""
    before_column: str = ""  # known before the test, for CUPED
    weights: Mapping[str, float] = field(default_factory=dict)  # by arm; even without
    tuned_for: float = TUNED_FOR


def backtest_experiment(frame: pd.DataFrame, question: ArmsQuestion) -> dict[str, Any]:
    """Effects with intervals of all arms, and whether the split is sound, as plain JSON.

    Raises
    ------
    Refused, InsufficientData
        A sentence.
    """
    arms = arms_in(frame, question.arm_column, question.control)
    outcomes = amounts_in(frame, question.outcome_column)
    known = (arms.numbers >= 0) & outcomes.notna()
    values = [outcomes[known & (arms.numbers == number)] for number in range(len(arms.names))]
    for name, each in zip(arms.names, values, strict=True):
        if len(each) < 2:
            raise InsufficientData(TOO_FEW, arm=name, found=len(each))
    is_share = bool(outcomes[known].isin((0.0, 1.0)).all())
    told = [_arm(each, is_share=is_share) for each in values]
    ratio_p = sample_ratio_p([one.people for one in told], _weights(arms, question.weights))
    is_broken = ratio_p < BROKEN_BELOW
    compared = [] if is_broken else _compared(arms, told, question.tuned_for)
    if compared and question.before_column:
        _adjust(compared, frame, arms, outcomes, question.before_column)
    return finite(
        {
            "rows": int(known.sum()),
            "rows_without": int((~known).sum()),
            "is_share": is_share,
            "control": arms.names[0],
            "split_p_value": ratio_p,
            "split_is_broken": is_broken,
            "arms": [
                {"name": name, "people": one.people, "mean": one.mean}
                for name, one in zip(arms.names, told, strict=True)
            ],
            "effects": compared,
            "notes": _notes(is_broken=is_broken),
        }
    )


def _arm(values: "pd.Series[float]", *, is_share: bool) -> Arm:
    if is_share:
        return arm_of_counts(int(values.sum()), len(values))
    return arm_of_values(values.to_numpy())


def _weights(arms: Arms, named: Mapping[str, float]) -> list[float]:
    for name in named:
        if name not in arms.names:
            raise Refused.by_msgid(NO_ARM, name="", arm=name, arms=", ".join(arms.names))
    if named and (len(named) < len(arms.names) or min(named.values()) <= 0):
        raise Refused.by_msgid(NO_WEIGHT, arms=", ".join(arms.names))
    return [named.get(name, 1.0) for name in arms.names]


def _compared(arms: Arms, told: list[Arm], tuned_for: float) -> list[dict[str, Any]]:
    found = []
    for name, one in zip(arms.names[1:], told[1:], strict=True):
        effect = compare_arms(one, told[0])
        always = always_valid(effect, tuned_for=tuned_for)
        found.append(
            {"arm": name}
            | asdict(effect)
            | {
                "always_lower": always.lower,
                "always_upper": always.upper,
                "always_p_value": always.p_value,
            }
        )
    for key in ("p_value", "always_p_value"):
        for row, raised in zip(found, holm([row[key] for row in found]), strict=True):
            row[f"holm_{key}"] = raised
    return found


def _adjust(
    compared: list[dict[str, Any]],
    frame: pd.DataFrame,
    arms: Arms,
    outcomes: "pd.Series[float]",
    before_column: str,
) -> None:
    before = amounts_in(frame, before_column)
    known = outcomes.notna() & before.notna()
    rows = [np.asarray(known & (arms.numbers == number)) for number in range(len(arms.names))]
    for number, row in enumerate(compared, start=1):
        pair = (rows[number], rows[0])
        found = adjusted_effect(
            *(outcomes[each].to_numpy() for each in pair),
            *(before[each].to_numpy() for each in pair),
        )
        row["adjusted"] = asdict(found.effect) | {"saved": found.saved}


def _notes(*, is_broken: bool) -> list[str]:
    if not is_broken:
        return []
    return [
        gettext(
            "The arms are not as large as they should be: people were lost or put into an arm by "
            "something that hangs on them. No effect is told, since it would be wrong."
        )
    ]
