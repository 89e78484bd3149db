"""What a lead would score with another value of one field."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from analytics.methods.errors import InvalidData
from analytics.methods.lead_score import LeadScoreModel
from analytics.methods.states import CodedField
from analytics.methods.table_rows import TableRows

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
    """Another state of a field, and what trees read in its place."""

    place: int
    field: CodedField
    code: int

    @property
    def name(self) -> str:
        return self.field.feature.name

    @property
    def number(self) -> float:
        """The state, or a number of the training rows in that bin."""
        if self.field.feature.kind != "numeric":
            return float(self.code)
        edges = self.field.edges
        if self.code < len(edges):
            return edges[self.code]
        step = edges[-1] - edges[-2] if len(edges) > 1 else max(abs(edges[-1]), 1.0)
        return edges[-1] + step


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
    own = TableRows.of(model.model.encoder, row)
    trials = list(_trials(model, own, fields))
    if not trials:
        return []
    scores = model.scores(_tried(own, trials))
    best: dict[str, Raise] = {}
    for trial, gain in zip(trials, (scores[1:] - scores[0]).tolist(), strict=True):
        known = best.get(trial.name)
        if gain >= least and (known is None or gain > known.points):
            best[trial.name] = Raise(trial.name, trial.field.labels[trial.code], gain)
    return sorted(best.values(), key=lambda it: (-it.points, it.field))[:most]


def _trials(model: LeadScoreModel, own: TableRows, fields: Collection[str]) -> list[_Trial]:
    """Every other value of each field, those of the most training rows first."""
    found = [
        _Trial(place, field, code)
        for place, field in enumerate(model.model.encoder.fields)
        if field.feature.name in fields
        for code in range(len(field.labels))
        if code != own.codes[0, place]
    ]
    found.sort(key=lambda trial: -trial.field.counts[trial.code])
    return found[:MOST_TRIED]


def _tried(own: TableRows, trials: Sequence[_Trial]) -> TableRows:
    """The lead as it is, then once for each trial."""
    codes = own.codes.repeat(len(trials) + 1, axis=0)
    numbers = own.numbers.repeat(len(trials) + 1, axis=0)
    for row, trial in enumerate(trials, start=1):
        codes[row, trial.place], numbers[row, trial.place] = trial.code, trial.number
    return TableRows(codes, numbers)
