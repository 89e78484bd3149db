"""Whether the score treats groups of leads alike, as a version records it."""

from typing import Any

import pandas as pd

from analytics.methods.fairness import (
    LEAST,
    four_fifths,
    group_table,
    selection_ratio,
    small_groups,
)

MOST_GROUPS = 12  # the largest; the others are told by number


def compared_groups(groups: pd.DataFrame | None, tested: pd.DataFrame) -> list[dict[str, Any]]:
    """A table of each field, out of fold; `tested` holds outcome and probability by row.

    Rows without groups are further moments of a lead that is compared already.
    """
    if groups is None:
        return []
    rows = tested.index.intersection(groups.index)
    return [_compared(groups.loc[rows, name], tested.loc[rows]) for name in groups.columns]


def _compared(cells: "pd.Series[Any]", tested: pd.DataFrame) -> dict[str, Any]:
    table = group_table(cells, tested["outcome"], tested["probability"])
    table = table[table["n"] >= LEAST]  # small groups that are few even together
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    small = small_groups(cells)
    return {
        "field": str(cells.name),
        "groups": rows[:MOST_GROUPS],
        "further": max(len(rows) - MOST_GROUPS, 0),
        "ratio": selection_ratio(table) if len(table) else None,
        "below": [{"group": group, "surely": surely} for group, surely in four_fifths(table)],
        "small": [{"group": group, "n": n} for group, n in list(small.items())[:MOST_GROUPS]],
        "small_groups": len(small),
        "small_rows": sum(small.values()),
    }
