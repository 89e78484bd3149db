"""What the columns of a file hold, and which of them says who converted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from analytics.methods.answers import outcome_of, target_rank  # noqa: TID253  # words only
from core.values_in_files.placeholders import is_placeholder

MOST_VALUES = 50  # of a column that could say what group a row is of
MOST_OUTCOMES = 20  # of a column that could say who converted
LONGEST_VALUE = 100
EXAMPLES = 3

Column = dict[str, Any]


def columns_of(rows: Iterable[Sequence[str]], names: Sequence[str]) -> list[Column]:
    """Of each column its name, its values with their counts where they are few, else examples."""
    counts: list[Counter[str] | None] = [Counter() for _name in names]
    examples: list[list[str]] = [[] for _name in names]
    few = list(range(len(names)))
    for row in rows:
        for place in few:
            cell = row[place].strip() if place < len(row) else ""
            count = counts[place]
            if count is None or not cell:
                continue
            count[cell] += 1
            if len(count) > MOST_VALUES or len(cell) > LONGEST_VALUE:
                examples[place] = [text[:LONGEST_VALUE] for text in list(count)[:EXAMPLES]]
                counts[place] = None
        if None in counts:
            few = [place for place in few if counts[place] is not None]
    return [
        {
            "name": name,
            "values": [[text, number] for text, number in count.most_common()] if count else [],
            "is_varied": count is None,
            "examples": some,
        }
        for name, count, some in zip(names, counts, examples, strict=True)
    ]


def likely_target(columns: Sequence[Column]) -> str:
    """The column that most surely says who converted; empty where none does."""
    ranks = [
        (is_too_varied(column) or not has_values(column), rank, place)
        for place, column in enumerate(columns)
        if (rank := target_rank(column["name"])) is not None
    ]
    return str(columns[min(ranks)[2]]["name"]) if ranks else ""


def has_values(column: Column) -> bool:
    """Whether a column has some values, but few: it parts the rows."""
    return len(column["values"]) > 1


def is_too_varied(column: Column) -> bool:
    """Whether a column has too many values to say who converted."""
    return column["is_varied"] or len(column["values"]) > MOST_OUTCOMES


def may_be_target(column: Column) -> bool:
    """Whether a column could say who converted, by its values or by its name."""
    is_likely = has_values(column) and not is_too_varied(column)
    return is_likely or target_rank(column["name"]) is not None


def outcomes_of(column: Column) -> dict[str, bool | None]:
    """Which values count as converted (True) or not (False), guessed; None: left out.

    Of two values that say nothing by themselves the rarer one counts as converted.
    """
    values = [text for text, _count in column["values"]]
    found = {text: outcome_of(text) for text in values}
    said = set(found.values()) - {None}
    answers = [text for text in values if not is_placeholder(text) or outcome_of(text) is False]
    if len(answers) == 2 and len(said) < 2:
        one, other = answers  # the commoner one first
        is_won = found[one] is True or found[other] is False
        return {**dict.fromkeys(values), one: is_won, other: not is_won}
    return found
