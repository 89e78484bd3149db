"""How the score treats the groups that an administrator has named, ready to draw."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.phrases import percent

AXIS = 120  # pixels from 0 to 100 %
OTHERS = "(others)"
SHOWN_SMALL = 4


def compared_tables(
    stored: list[dict[str, Any]], labels: dict[str, Any], words: dict[str, Any]
) -> list[dict[str, Any]]:
    """A table of each field that the user may see, with its warning in words."""
    return [
        _table(table, labels[table["field"]], words.get(table["field"], {}))
        for table in stored
        if table["field"] in labels
    ]


def _table(table: dict[str, Any], label: Any, words: dict[str, str]) -> dict[str, Any]:
    surely = {one["group"]: one["surely"] for one in table["below"]}
    return {
        "label": label,
        "rows": [_row(row, surely, words) for row in table["groups"]],
        "further": table["further"],
        "warning": _warning(table, words),
        "is_sure": any(surely.values()),
        "small": _small(table, words),
    }


def _row(row: dict[str, Any], surely: dict[str, bool], words: dict[str, str]) -> dict[str, Any]:
    ends = {"low": row["selected_lower"], "high": row["selected_upper"], "at": row["selected"]}
    return {
        **row,
        "name": _name(row["group"], words),
        "gap": 100 * (row["predicted"] - row["observed"]),
        "is_off": not row["observed_lower"] <= row["predicted"] <= row["observed_upper"],
        "is_surely_below": surely.get(row["group"], False),
        "place": {name: round(AXIS * share) for name, share in ends.items()},
    }


def _name(group: str, words: dict[str, str]) -> str:
    if group == OTHERS:
        return _("Small groups together")
    return words.get(group, group) or _("Not answered")


def _warning(table: dict[str, Any], words: dict[str, str]) -> str:
    """Who is chosen less than four fifths as often as whom, and what became of their leads."""
    if not table["below"]:
        return ""
    rows = {row["group"]: row for row in table["groups"]}
    most = max(table["groups"], key=lambda row: float(row["selected"]))
    least = min(
        (rows[one["group"]] for one in table["below"] if one["group"] in rows),
        key=lambda row: float(row["selected"]),
        default=None,
    )
    if least is None:
        return ""
    return _(
        "%(least)s is among the likeliest fifth in %(low)s of its leads, %(most)s in %(high)s. "
        "%(low_won)s and %(high_won)s of them converted."
    ) % {
        "least": _name(least["group"], words),
        "most": _name(most["group"], words),
        "low": percent(least["selected"]),
        "high": percent(most["selected"]),
        "low_won": percent(least["observed"]),
        "high_won": percent(most["observed"]),
    }


def _small(table: dict[str, Any], words: dict[str, str]) -> str:
    """The groups that are too small to say anything of."""
    number = table["small_groups"]
    if not number:
        return ""
    shown = [f"{_name(one['group'], words)} ({one['n']})" for one in table["small"][:SHOWN_SMALL]]
    named = pgettext("punctuation", ", ").join(shown)
    return ngettext(
        "%(number)s group is too small to be compared, below 50 leads: %(named)s.",
        "%(number)s groups are too small to be compared, below 50 leads, such as %(named)s.",
        number,
    ) % {"number": number, "named": named}
