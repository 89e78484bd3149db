"""What the pages of RFM cells and of movement between segments show."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy

from analytics.pages.customer_segments import frame_context
from analytics.pages.customer_tabs import CELLS, MOVES
from analytics.pages.customer_words import CELL_MESSAGES
from analytics.pages.flows import flow_label, flow_of
from analytics.queries.customer_segments import (
    contacts_where,
    last_done,
    sees_cells,
    sees_everybody,
    sees_values,
)
from core import permissions
from core.conditions import Criterion
from core.currencies import base_currency
from core.models import JobRun, User
from core.phrases import money_short
from crm.choices import RfmCell
from crm.models import Contact, CustomerSegment

FIFTHS = range(1, 6)
MOST_OFTEN = gettext_lazy(
    "Moves between segments; most often from %(before)s to %(after)s, %(count)s times."
)
SHADES = 5  # of the heat map, the darkest for the fullest cell


def cells_context(user: User) -> dict[str, Any]:
    """The heat map of recency and frequency, and the cells by name."""
    access = permissions.access_of(user)
    context = frame_context(user, CELLS)
    run = last_done()
    if run is None or not sees_cells(access):
        return context | {"sees_cells": sees_cells(access)}
    is_whole = sees_everybody(user)
    counts = run.result if is_whole else _counted(user)
    shows_worth = is_whole and sees_values(access)
    rows = [_row(counts, frequency, shows_worth) for frequency in reversed(FIFTHS)]
    fullest = max((cell["count"] for row in rows for cell in row["cells"]), default=0)
    for row in rows:
        for cell in row["cells"]:
            cell["shade"] = -(-SHADES * cell["count"] // fullest) if fullest else 0
    cells = [_cell(counts, cell, shows_worth) for cell in RfmCell]
    total = sum(cell["count"] for cell in cells)
    for cell in cells:
        cell["share"] = cell["count"] / total if total else 0
    return context | {
        "sees_cells": True,
        "run": run,
        "as_of": run.as_of,
        "rows": rows,
        "columns": list(FIFTHS),
        "cells": cells,
        "total": total,
        "shows_worth": shows_worth,
    }


def _counted(user: User) -> Mapping[str, int]:
    """Cells of those whom the user sees, as a run counts everybody's."""
    seen = Contact.objects.visible_to(user).filter(segmented__recency__isnull=False).order_by()
    fields = ("segmented__recency", "segmented__frequency", "segmented__cell")
    counts: dict[str, int] = {}
    for recency, frequency, cell, times in (
        seen.values(*fields).annotate(n=Count("pk")).values_list(*fields, "n")
    ):
        for key in (f"rf_{recency}_{frequency}", f"cell_{cell}"):
            counts[key] = counts.get(key, 0) + times
    return counts


def _row(counts: Mapping[str, int], frequency: int, shows_worth: bool) -> dict[str, Any]:
    cells = []
    for recency in FIFTHS:
        key = f"{recency}_{frequency}"
        asked = (
            Criterion("rfm_recency", "is", [recency]),
            Criterion("rfm_frequency", "is", [frequency]),
        )
        cells.append(
            {
                "recency": recency,
                "frequency": frequency,
                "count": counts.get(f"rf_{key}", 0),
                "worth": _worth(counts, f"rf_worth_{key}") if shows_worth else "",
                "url": contacts_where(*asked),
            }
        )
    return {"frequency": frequency, "cells": cells}


def _cell(counts: Mapping[str, int], cell: RfmCell, shows_worth: bool) -> dict[str, Any]:
    return {
        "label": cell.label,
        "message": CELL_MESSAGES[cell],
        "count": counts.get(f"cell_{cell}", 0),
        "worth": _worth(counts, f"cell_worth_{cell}") if shows_worth else "",
        "url": contacts_where(Criterion("rfm_cell", "is", [str(cell)])),
    }


def _worth(counts: Mapping[str, int], key: str) -> str:
    return money_short(counts.get(key, 0) / 100, base_currency())


# -- movement --------------------------------------------------------------------------------------


def moves_context(user: User) -> dict[str, Any]:
    """Who went from which segment to which, as the last run found it."""
    context = frame_context(user, MOVES)
    run = last_done()
    if run is None or not context["sees_segments"]:
        return context
    counts = run.result if sees_everybody(user) else _moved(user, run)
    pairs = sorted(_pairs(counts), key=lambda pair: (-pair[2], pair[:2]))
    segments = CustomerSegment.objects.defer("profile").in_bulk(
        {number for pair in pairs for number in pair[:2]}
    )
    drawn = [pair for pair in pairs if pair[0] in segments and pair[1] in segments]
    rows: list[dict[str, Any]] = [
        {
            "before": segments[before],
            "after": segments[after],
            "count": times,
            "url": contacts_where(
                Criterion("model_segment_before", "is", [before]),
                Criterion("model_segment", "is", [after]),
            ),
        }
        for before, after, times in drawn
    ]

    def named(pk: int) -> tuple[str, str]:
        return str(segments[pk]), f"c{segments[pk].colour}"

    most = max((row["count"] for row in rows), default=1)
    return context | {
        "run": run,
        "as_of": run.as_of,
        "flow": flow_of(drawn, named),
        "flow_label": flow_label(MOST_OFTEN, drawn, named),
        "rows": [{**row, "percent": round(100 * row["count"] / most)} for row in rows],
        "moved": sum(row["count"] for row in rows),
        "balance": _balance(rows),
    }


def _pairs(counts: Mapping[str, int]) -> list[tuple[int, int, int]]:
    found = []
    for key, times in counts.items():
        word, *numbers = key.split("_")
        if word == "move":
            found.append((int(numbers[0]), int(numbers[1]), times))
    return found


def _moved(user: User, run: JobRun) -> Mapping[str, int]:
    """Moves since the run among those whom the user sees."""
    seen = Contact.objects.visible_to(user).filter(segmented__since__gte=run.as_of).order_by()
    seen = seen.filter(segmented__previous__isnull=False, segmented__segment__isnull=False)
    pair = ("segmented__previous", "segmented__segment")
    counted = seen.values(*pair).annotate(n=Count("pk")).values_list(*pair, "n")
    return {f"move_{before}_{after}": times for before, after, times in counted}


def _balance(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How many came and went, by segment."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        for side, key in (("before", "gone"), ("after", "come")):
            segment = row[side]
            own = found.setdefault(segment.pk, {"segment": segment, "come": 0, "gone": 0})
            own[key] += row["count"]
    told = [{**own, "net": own["come"] - own["gone"]} for own in found.values()]
    return sorted(told, key=lambda own: -own["net"])
