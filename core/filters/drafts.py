"""A condition as it is being built: lines and groups of lines, in the texts of a form.

A form says which entries it has by `entry`, in their order: `0`, and `1.0` within the group `1`;
what stands in them is called `0.field`, `1.0.value` and so on.
"""

import re
from dataclasses import dataclass
from typing import Union

from django.http import QueryDict  # noqa: TID251  # a filter is made from an address

from core.conditions import Condition, Criterion, Happened, Joined, Not, to_parameter
from core.filters.offered import HAPPENED

LEVELS = 2
MOST_ENTRIES = 60
PATH = re.compile(r"\d{1,2}(\.\d{1,2})?")
ANY, ALL, NONE, NOT_ALL = "any", "all", "none", "not_all"
JOINS = (ANY, ALL, NONE, NOT_ALL)
NEGATED = {NONE: ANY, NOT_ALL: ALL}
TOP = "top"


@dataclass(frozen=True)
class Line:
    """One test as it was typed; `sought` is what a look-up was asked for."""

    field: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    how: str = "at_least"
    times: str = "1"
    most: str = ""
    days: str = ""
    since: str = ""
    until: str = ""
    sought: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Kept:
    """A condition that no lines can say, in its written form."""

    written: str


@dataclass(frozen=True)
class Branch:
    """Entries, and which of them have to hold."""

    join: str = ALL
    entries: tuple["Entry", ...] = ()


Entry = Union[Line, Kept, Branch]  # noqa: UP007  # Branch is not complete where this stands


# -- from a condition --------------------------------------------------------------------------


def draft_of(condition: Condition, join: str = ALL) -> Branch:
    """The lines of a condition; `join` is how further lines join a single one."""
    return _branch(condition, LEVELS) or Branch(join, (_entry(condition, LEVELS),))


def _branch(condition: Condition, levels: int) -> Branch | None:
    """The condition as a group; None when it is a single test, or joins nothing."""
    is_negated = isinstance(condition, Not)
    inner = condition.part if isinstance(condition, Not) else condition
    if isinstance(inner, Joined) and inner.parts:
        join, parts = inner.join, inner.parts
    elif is_negated:
        join, parts = ANY, (inner,)
    else:
        return None
    if is_negated:
        join = NONE if join == ANY else NOT_ALL
    return Branch(join, tuple(_entry(part, levels - 1) for part in parts))


def _entry(condition: Condition, levels: int) -> Entry:
    found: Entry | None
    if isinstance(condition, Happened):
        found = _counted(condition)
    elif isinstance(condition, Criterion):
        found = _compared(condition)
    else:
        found = _branch(condition, levels) if levels else None
    return found or Kept(to_parameter(condition))


def _compared(test: Criterion) -> Line | None:
    values = test.value if isinstance(test.value, list) else [test.value]
    texts = tuple(str(value) for value in values if value is not None)
    is_typed = all(text.splitlines() == [text] for text in texts)
    return Line(test.field, test.operator, texts) if is_typed else None


def _counted(test: Happened) -> Line | None:
    least, most = test.at_least, test.at_most
    days = "" if test.days is None else str(test.days)
    line = (f"{HAPPENED}{test.behaviour}", "", (), test.kinds)
    when = (days, test.since or "", test.until or "")
    if most is None:
        return Line(*line, "at_least", str(1 if least is None else least), "", *when)
    if not least:
        return Line(*line, "at_most" if most else "never", str(most or 1), "", *when)
    between = Line(*line, "between", str(least), str(most), *when)
    return between if least <= most else None


# -- from a form -------------------------------------------------------------------------------


def draft_from(data: QueryDict) -> Branch:
    """What the form holds after the step that was asked for: a line more, a line less."""
    paths = [path for path in dict.fromkeys(data.getlist("entry")) if PATH.fullmatch(path)]
    paths = [path for path in paths[:MOST_ENTRIES] if path != data.get("drop", "")]
    entries = [_read(data, path, paths) for path in paths if "." not in path]
    join = _join(data.get("join", ""))
    if data.get("add") == TOP:
        entries.append(Line())
    if "group" in data:
        entries.append(Branch(ANY if join in (ALL, NOT_ALL) else ALL, (Line(),)))
    kept = tuple(entry for entry in entries if not isinstance(entry, Branch) or entry.entries)
    return Branch(join, kept or (Line(),))


def _read(data: QueryDict, path: str, paths: list[str]) -> Entry:
    if "." not in path and f"{path}.join" in data:
        within = [_read(data, each, []) for each in paths if each.startswith(f"{path}.")]
        if data.get("add") == path:
            within.append(Line())
        return Branch(_join(data.get(f"{path}.join", "")), tuple(within))
    if f"{path}.kept" in data:
        return Kept(data.get(f"{path}.kept", ""))
    return _line(data, path)


def _join(given: str) -> str:
    return given if given in JOINS else ALL


def _line(data: QueryDict, path: str) -> Line:
    """The line; of another field than before nothing is left."""

    def text(name: str, default: str = "") -> str:
        return data.get(f"{path}.{name}", default).strip()

    field = text("field")
    if field != text("was", field):
        return Line(field)
    given = (line.strip() for value in data.getlist(f"{path}.value") for line in value.splitlines())
    return Line(
        field,
        text("operator"),
        tuple(value for value in given if value),
        tuple(data.getlist(f"{path}.kinds")),
        text("how", "at_least"),
        text("times", "1"),
        text("most"),
        text("days"),
        text("since"),
        text("until"),
        (text("sought"), text("sought_id")),
    )
