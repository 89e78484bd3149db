"""What a trial of segments prints: how many there are in the rows of a file, how sure, and what sets them apart."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from django.utils.translation import gettext, gettext_noop

from analytics.datasets.file_columns import plain_cells
from analytics.jobs.finite_json import finite
from analytics.methods import errors
from analytics.methods.segmentation.clustering import Segmentation, fit_segments
from analytics.methods.segmentation.personas import number_profile
from core.errors import InsufficientData, Refused

NO_COLUMN = gettext_noop("The file has no column “%(name)s”.")
NO_COLUMNS = gettext_noop("Name at least one column to look for segments in.")
SENTENCES = {
    "empty": gettext_noop("The file has no rows."),
    "few_rows": gettext_noop("The file has %(found)s rows; %(needed)s are needed for segments."),
    "no_usable_field": gettext_noop(
        "None of the columns holds numbers that differ from row to row."
    ),
}
MOST_TOLD = 3  # fields of a segment


def backtest_segments(
    frame: pd.DataFrame, columns: Sequence[str], *, seed: int = 0
) -> dict[str, Any]:
    """Number of segments, its stability and silhouette, and the segments, as plain JSON.

    Raises
    ------
    Refused, InsufficientData
        A sentence.
    """
    if not columns:
        raise Refused.by_msgid(NO_COLUMNS)
    for name in columns:
        if name not in frame.columns:
            raise Refused.by_msgid(NO_COLUMN, name=name)
    cells = plain_cells(frame[list(dict.fromkeys(columns))])
    try:
        found = fit_segments(cells, seed=seed)
    except errors.InsufficientData as answer:
        raise InsufficientData(
            SENTENCES[answer.code], needed=answer.needed, found=answer.found
        ) from answer
    chosen = found.chosen
    return finite(
        {
            "k": found.k if found.is_stable else None,
            "stability": chosen["stability"],
            "silhouette": chosen["silhouette"],
            "shuffled_silhouette": chosen["shuffled"],
            "rows": len(cells),
            "tried": found.table.to_dict("records"),
            "segments": _segments(found, cells) if found.is_stable else [],
            "left_out": list(found.scaling.left_out),
            "notes": _notes(found),
        }
    )


def _segments(found: Segmentation, cells: pd.DataFrame) -> list[dict[str, Any]]:
    labels = found.assign(cells)
    profile = number_profile(cells[list(found.scaling.names)], labels)
    centres = found.scaling.raw(found.centres)
    told = []
    for number in range(found.k):
        own = profile[profile["segment"] == number].head(MOST_TOLD)
        told.append(
            {
                "rows": int((labels == number).sum()),
                "centre": dict(zip(found.scaling.names, centres[number].tolist(), strict=True)),
                "sets_apart": own.drop(columns="segment").to_dict("records"),
            }
        )
    return told


def _notes(found: Segmentation) -> list[str]:
    notes = []
    if not found.is_stable:
        notes.append(
            gettext(
                "No stable segments: groups change when the rows are drawn anew, or are no "
                "clearer than in shuffled columns."
            )
        )
    if found.scaling.left_out:
        sentence = gettext(
            "Left out, since they are constant, mostly empty or no numbers: %(names)s."
        )
        notes.append(sentence % {"names": ", ".join(found.scaling.left_out)})
    return notes
