"""What a lead would score with another value of one field."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.methods.errors import InvalidData
from analytics.methods.lead_score import LeadScoreModel
from analytics.methods.states import CodedField

__all__ = ["Raise", "what_would_raise"]

MOST_TRIED = 120  # rows scored for one lead, so that a page can wait for it
LEAST_POINTS = 1.0


@dataclass(frozen=True)
class Raise:
    """Another value of one field, and by how much leads that have it score higher, all else equal.

    Parameters
    ----------
    field : str
        The field's name.
    state : str
        The other value, as the encoder labels it.
    points : float
        Gain in score points.

    Examples
    --------
    >>> Raise("source", "fair", 12.0).state
    'fair'
    """

    field: str
    state: str
    points: float


@dataclass(frozen=True)
class _Trial:
    field: str
    state: str
    cell: Any


def what_would_raise(
    model: LeadScoreModel,
    row: pd.DataFrame,
    fields: Collection[str],
    most: int = 3,
    least: float = LEAST_POINTS,
) -> list[Raise]:
    """Score a lead again with each other known value of one field at a time.

    This compares leads, it proves no cause: whoever changes the value changes nothing else that made
    such leads convert.

    Parameters
    ----------
    model : LeadScoreModel
        The one that scored the lead.
    row : DataFrame, shape (1, m)
        Raw cells of the lead.
    fields : collection of str
        Fields that a person can act on; those that the model does not use say nothing.
    most : int
        Most answers, one for each field.
    least : float
        Smallest gain worth telling, in score points.

    Returns
    -------
    list of Raise
        The largest gain first; empty where nothing raises it. At most 120 values are tried, those
        of the most training rows first.

    Raises
    ------
    InvalidData
        ``missing_column``, ``duplicate_columns``; ``bad_parameter`` unless it is one row.

    Examples
    --------
    >>> from analytics.methods.features import Feature
    >>> from analytics.methods.lead_score_fit import fit_lead_score
    >>> frame = pd.DataFrame({"source": ["web", "fair"] * 150})
    >>> fit = fit_lead_score(frame, [0, 1, 0, 1, 1, 0] * 50, [Feature("source", "category")])
    >>> [(it.state, round(it.points)) for it in what_would_raise(fit.model, frame.head(1), ["source"])]
    [('fair', 50)]
    """
    if len(row) != 1:
        raise InvalidData("bad_parameter", "one lead at a time")
    trials = list(_trials(model, row, fields))
    if not trials:
        return []
    scores = model.score(_tried(row, trials)).score
    best: dict[str, Raise] = {}
    for trial, gain in zip(trials, (scores[1:] - scores[0]).tolist(), strict=True):
        known = best.get(trial.field)
        if gain >= least and (known is None or gain > known.points):
            best[trial.field] = Raise(trial.field, trial.state, gain)
    return sorted(best.values(), key=lambda it: (-it.points, it.field))[:most]


def _trials(model: LeadScoreModel, row: pd.DataFrame, fields: Collection[str]) -> Iterator[_Trial]:
    """Every other value of each field, those of the most training rows first."""
    encoder = model.model.encoder
    own = encoder.transform(row)[0]
    found = [
        (field.counts[code], _Trial(field.feature.name, field.labels[code], _cell(field, code)))
        for place, field in enumerate(encoder.fields)
        if field.feature.name in fields
        for code in range(len(field.labels))
        if code != own[place]
    ]
    found.sort(key=lambda pair: -pair[0])
    yield from (trial for _count, trial in found[:MOST_TRIED])


def _tried(row: pd.DataFrame, trials: Sequence[_Trial]) -> pd.DataFrame:
    """The lead as it is, then once for each trial."""
    columns: dict[str, list[Any]] = {}
    for place, trial in enumerate(trials, start=1):
        unchanged = [row[trial.field].iloc[0]] * (len(trials) + 1)
        columns.setdefault(trial.field, unchanged)[place] = trial.cell
    rows = row.loc[row.index.repeat(len(trials) + 1)].reset_index(drop=True)
    return rows.assign(**{name: pd.Series(cells, dtype=object) for name, cells in columns.items()})


def _cell(field: CodedField, code: int) -> Any:
    """A cell of the state: the level, or a number of the training rows in that bin."""
    if field.feature.kind != "numeric":
        return field.labels[code]
    edges = field.edges
    if code < len(edges):
        return edges[code]
    step = edges[-1] - edges[-2] if len(edges) > 1 else max(abs(edges[-1]), 1.0)
    return float(np.nextafter(edges[-1], np.inf)) if step <= 0 else edges[-1] + step
