"""The one condition engine: filters of lists, saved views, segments, journeys, reports.

A condition is data (`tree`), checked against fields and rights (`checking`), said to the database
(`sql`), asked of one record (`evaluation`), read by people (`sentences`), kept in an address
(`addresses`).
"""

from core.conditions.addresses import from_parameter, from_parameters, to_parameter
from core.conditions.checking import asks_who_asks, checked
from core.conditions.evaluation import meets
from core.conditions.happenings import Happenings
from core.conditions.sentences import Said, said_of_criterion, said_of_happened, sentence
from core.conditions.sql import answers_to, to_q
from core.conditions.tree import (
    Condition,
    Criterion,
    Happened,
    Joined,
    Not,
    all_of,
    any_of,
    from_json,
    leaves,
)
from core.conditions.viewpoint import Viewpoint

__all__ = [
    "Condition",
    "Criterion",
    "Happened",
    "Happenings",
    "Joined",
    "Not",
    "Said",
    "Viewpoint",
    "all_of",
    "answers_to",
    "any_of",
    "asks_who_asks",
    "checked",
    "from_json",
    "from_parameter",
    "from_parameters",
    "leaves",
    "meets",
    "said_of_criterion",
    "said_of_happened",
    "sentence",
    "to_parameter",
    "to_q",
]
