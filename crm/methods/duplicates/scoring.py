"""Scoring: how probable it is that two records are the same, and why.

Log-odds of the prior plus the weight of each field (Fellegi and Sunter, 1969).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp, log

from crm.methods.duplicates.comparing import Agreement, compare_firms, compare_people
from crm.methods.duplicates.levels import Field, Level
from crm.methods.duplicates.profiles import FirmProfile, PersonProfile
from crm.methods.duplicates.sentences import COMMON_NAME, SENTENCES
from crm.methods.duplicates.weights import (
    COMMON_TO_A_FIRM,
    COMMON_TO_A_PLACE,
    COMMON_TO_COLLEAGUES,
    PRIOR,
    WEIGHTS,
)

THRESHOLD = 0.9
MANY = 10  # records with one name, from which on the name is said to be common

Frequency = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Reason:
    """A message key with its arguments, and how much it says (negative: against)."""

    message: str
    weight: float
    args: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """How probable it is that two records are the same; reasons, the weightiest first."""

    probability: float
    reasons: tuple[Reason, ...]

    @property
    def is_duplicate(self) -> bool:
        """Whether the default threshold is reached."""
        return self.probability >= THRESHOLD


def match_people(one: PersonProfile, other: PersonProfile, frequency: Frequency) -> Match:
    """Score two people; `frequency` counts the records with a `Name.key`."""
    agreement = compare_people(one, other)
    name = agreement[Field.NAME]
    reasons = _reasons(agreement, _said_otherwise(agreement))
    if name not in {Level.DIFFERENT, Level.MISSING}:
        reasons += _commonness(max(frequency(one.name.key), frequency(other.name.key)))
    return _match(reasons)


def match_firms(one: FirmProfile, other: FirmProfile, frequency: Frequency) -> Match:
    """Score two companies; `frequency` counts the records with a `FirmProfile.key`."""
    agreement = compare_firms(one, other)
    reasons = _reasons(agreement)
    if agreement[Field.FIRM_NAME] in {Level.SAME, Level.CLOSE}:
        reasons += _commonness(max(frequency(one.key), frequency(other.key)))
    return _match(reasons)


def _said_otherwise(agreement: Agreement) -> frozenset[Field]:
    """Fields whose agreement is no evidence of its own (they depend on what others say)."""
    if agreement[Field.NAME] is Level.DIFFERENT:
        return COMMON_TO_A_PLACE
    if agreement[Field.FIRM] in {Level.SAME, Level.CLOSE}:
        return COMMON_TO_COLLEAGUES if _are_colleagues(agreement) else COMMON_TO_A_FIRM
    return frozenset()


def _are_colleagues(agreement: Agreement) -> bool:
    """Similar names, each with an address of their own at one company."""
    own = agreement[Field.EMAIL] is Level.NEIGHBOUR
    return own and agreement[Field.NAME] not in {Level.SAME, Level.SWAPPED, Level.ROMANISED}


def _reasons(agreement: Agreement, muted: frozenset[Field] = frozenset()) -> list[Reason]:
    return [
        Reason(SENTENCES[at], WEIGHTS[at])
        for at in agreement.items()
        if at in WEIGHTS and (WEIGHTS[at] < 0 or at[0] not in muted)
    ]


def _commonness(count: int) -> list[Reason]:
    """A name that n others have is n times as often the same by chance (Winkler, 1989)."""
    others = count - 1  # one of the records counted is the other of this pair
    return [Reason(COMMON_NAME, -log(others), {"count": count})] if others > 1 else []


def _match(reasons: list[Reason]) -> Match:
    odds = PRIOR + sum(it.weight for it in reasons)
    told = [it for it in reasons if it.message != COMMON_NAME or it.args["count"] >= MANY]
    told.sort(key=lambda it: (-abs(it.weight), it.message))
    return Match(1 / (1 + exp(-odds)), tuple(told))
