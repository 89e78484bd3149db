"""The operators: what they take, what they mean, how they read."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.choices import SEVERAL_ROWS, FieldType
from core.conditions import given, meanings
from core.conditions.fields import TEXTS, ResolvedField
from core.conditions.given import Read
from core.conditions.meanings import Mean
from core.errors import Refused


@dataclass(frozen=True)
class Operator:
    """One operator. `read` checks a value and brings it into its JSON form; `mean` says what it is.

    `takes` names the kind of value for forms: nothing, text, number, date, days, period, several,
    two_numbers or two_dates.
    """

    key: str
    label: Promise
    types: frozenset[FieldType]
    takes: str
    read: Read
    mean: Mean
    is_negated: bool = False


NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})
TIMES = frozenset({FieldType.DATE, FieldType.MOMENT})
NAMED = frozenset({FieldType.CHOICE, FieldType.USER, FieldType.LINK})
YES_NO = frozenset({FieldType.BOOLEAN})
SETS = SEVERAL_ROWS | {FieldType.CHOICES}
ANY = TEXTS | NUMBERS | TIMES | NAMED | YES_NO | SETS

OPERATORS = {
    operator.key: operator
    for operator in (
        Operator(
            "is",
            pgettext_lazy("filter", "is"),
            TEXTS | NUMBERS | NAMED,
            "several",
            given.several,
            meanings.one_of,
        ),
        Operator(
            "is_not",
            pgettext_lazy("filter", "is not"),
            TEXTS | NUMBERS | NAMED,
            "several",
            given.several,
            meanings.one_of,
            is_negated=True,
        ),
        Operator(
            "contains", gettext_lazy("contains"), TEXTS, "text", given.text, meanings.contains
        ),
        Operator(
            "contains_not",
            gettext_lazy("does not contain"),
            TEXTS,
            "text",
            given.text,
            meanings.contains,
            is_negated=True,
        ),
        Operator(
            "starts_with",
            gettext_lazy("starts with"),
            TEXTS,
            "text",
            given.text,
            meanings.starts_with,
        ),
        Operator(
            "at_least",
            gettext_lazy("is at least"),
            NUMBERS,
            "number",
            given.number,
            meanings.bound("gte"),
        ),
        Operator(
            "at_most",
            gettext_lazy("is at most"),
            NUMBERS,
            "number",
            given.number,
            meanings.bound("lte"),
        ),
        Operator(
            "more_than",
            gettext_lazy("is more than"),
            NUMBERS,
            "number",
            given.number,
            meanings.bound("gt"),
        ),
        Operator(
            "less_than",
            gettext_lazy("is less than"),
            NUMBERS,
            "number",
            given.number,
            meanings.bound("lt"),
        ),
        Operator(
            "between",
            gettext_lazy("is between"),
            NUMBERS,
            "two_numbers",
            given.two(given.number),
            meanings.between,
        ),
        Operator("on", pgettext_lazy("filter", "is on"), TIMES, "date", given.day, meanings.on),
        Operator("before", gettext_lazy("is before"), TIMES, "date", given.day, meanings.before),
        Operator("after", gettext_lazy("is after"), TIMES, "date", given.day, meanings.after),
        Operator(
            "between_days",
            gettext_lazy("is between"),
            TIMES,
            "two_dates",
            given.two(given.day),
            meanings.between_days,
        ),
        Operator(
            "in",
            pgettext_lazy("filter", "is in"),
            TIMES,
            "period",
            given.period,
            meanings.in_period,
        ),
        Operator(
            "last_days",
            gettext_lazy("is in the last"),
            TIMES,
            "days",
            given.days,
            meanings.last_days,
        ),
        Operator(
            "next_days",
            gettext_lazy("is in the next"),
            TIMES,
            "days",
            given.days,
            meanings.next_days,
        ),
        Operator(
            "longer_ago",
            gettext_lazy("is longer ago than"),
            TIMES,
            "days",
            given.days,
            meanings.longer_ago,
        ),
        Operator(
            "has_any", gettext_lazy("has one of"), SETS, "several", given.several, meanings.one_of
        ),
        Operator(
            "has_none",
            gettext_lazy("has none of"),
            SETS,
            "several",
            given.several,
            meanings.one_of,
            is_negated=True,
        ),
        Operator("yes", gettext_lazy("is yes"), YES_NO, "nothing", given.nothing, meanings.true),
        Operator(
            "no",
            gettext_lazy("is not yes"),
            YES_NO,
            "nothing",
            given.nothing,
            meanings.true,
            is_negated=True,
        ),
        Operator(
            "set", gettext_lazy("is filled in"), ANY, "nothing", given.nothing, meanings.present
        ),
        Operator(
            "empty",
            gettext_lazy("is empty"),
            ANY,
            "nothing",
            given.nothing,
            meanings.present,
            is_negated=True,
        ),
    )
}


def operators_for(field_type: FieldType) -> list[Operator]:
    return [operator for operator in OPERATORS.values() if field_type in operator.types]


def operator_for(key: str, field: ResolvedField) -> Operator:
    """The operator; refuses one that this type of field does not know."""
    operator = OPERATORS.get(key)
    if operator is None or field.type not in operator.types:
        raise Refused(_("“%(field)s” cannot be compared in this way.") % {"field": field.label})
    return operator
