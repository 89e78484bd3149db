"""What a test says in plain words, and when it says nothing."""

from dataclasses import dataclass
from math import ceil
from typing import Literal

from analytics.methods.errors import InvalidData
from analytics.methods.experiments.always_valid import TUNED_FOR, always_valid
from analytics.methods.experiments.effects import Arm, Effect, compare_arms
from analytics.methods.experiments.sample_ratio import BROKEN_BELOW

__all__ = ["Rules", "Verdict", "judge"]

Word = Literal[
    "unhealthy", "no_data", "days_left", "clear_gain", "clear_loss", "no_effect", "look_again"
]


@dataclass(frozen=True)
class Rules:
    """What was settled before the test.

    Parameters
    ----------
    worth : float
        Smallest difference per person worth having; 0 where none was named.
    days : int
        How long outcomes count.
    least_days : int
        No verdict before.
    alpha : float
        Chance of a false alarm, at most, however often one looks.
    tuned_for : float
        Planned number of people.

    Examples
    --------
    >>> Rules(worth=0.01).days
    14
    """

    worth: float = 0.0
    days: int = 14
    least_days: int = 3
    alpha: float = 0.05
    tuned_for: float = TUNED_FOR


@dataclass(frozen=True)
class Verdict:
    """The answer, and what it stands on.

    Parameters
    ----------
    word : str
        ``unhealthy`` (the split is broken, nothing else is said), ``no_data`` (too few said yes or
        no in an arm), ``days_left``, ``clear_gain``, ``clear_loss``, ``no_effect`` (none worth
        having), ``look_again`` (time is up, and it is still unclear).
    effect : Effect or None
        For one look; None with a broken split.
    always : Effect or None
        Always valid.
    days_left : int
        Until outcomes stop counting.

    Examples
    --------
    >>> Verdict("no_data", None, None, 4).days_left
    4
    """

    word: Word
    effect: Effect | None
    always: Effect | None
    days_left: int


def judge(
    treated: Arm, control: Arm, *, ratio_p: float, days: float, rules: Rules | None = None
) -> Verdict:
    """Say what a test has shown so far.

    A clear effect is said by the always-valid interval alone, so that looking every day does no
    harm. That there is none worth having is said when that interval lies within what is not worth
    having, or on the last day when the fixed one does.

    Parameters
    ----------
    treated, control : Arm
        What is known of both.
    ratio_p : float
        Of the sample-ratio check.
    days : float
        Since the test began.
    rules : Rules, optional
        What was settled beforehand.

    Returns
    -------
    Verdict
        A broken split is never given any other word than ``unhealthy``.

    Raises
    ------
    InvalidData
        ``bad_parameter``.

    References
    ----------
    GrowthBook, "Experiment decisions" (statuses); the guard of more than five of each is PostHog's.

    Examples
    --------
    >>> from analytics.methods.experiments.effects import arm_of_counts
    >>> arms = arm_of_counts(460, 4_000), arm_of_counts(300, 4_000)
    >>> judge(*arms, ratio_p=0.4, days=5).word, judge(*arms, ratio_p=1e-5, days=5).word
    ('clear_gain', 'unhealthy')
    """
    rules = rules or Rules()
    if rules.worth < 0 or not 0 <= ratio_p <= 1:
        raise InvalidData("bad_parameter", "worth must not be negative, ratio_p be a chance")
    left = max(0, ceil(rules.days - days))
    if ratio_p < BROKEN_BELOW:
        return Verdict("unhealthy", None, None, left)
    effect = compare_arms(treated, control, level=1 - rules.alpha)
    always = always_valid(effect, alpha=rules.alpha, tuned_for=rules.tuned_for)
    if not (treated.is_counted_enough and control.is_counted_enough):
        return Verdict("days_left" if left else "no_data", effect, always, left)
    return Verdict(_word(effect, always, left, days, rules), effect, always, left)


def _word(effect: Effect, always: Effect, left: int, days: float, rules: Rules) -> Word:
    if days < rules.least_days:
        return "days_left"
    if always.is_clear:
        return "clear_gain" if always.lower > 0 else "clear_loss"
    if _is_worthless(always, rules.worth):
        return "no_effect"
    if left:
        return "days_left"
    return "no_effect" if _is_worthless(effect, rules.worth) else "look_again"


def _is_worthless(effect: Effect, worth: float) -> bool:
    return -worth < effect.lower and effect.upper < worth
