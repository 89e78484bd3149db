"""One field's states: the levels or quantile bins a raw column is reduced to."""

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.cells import MISSING, Column, as_numbers, level_keys, truth_keys
from analytics.methods.features import Feature

__all__ = ["CodedField", "fit_field", "fit_levels", "fit_number"]

Codes = npt.NDArray[np.int64]

NEUTRAL = -1
RARE_STATE = "(rare)"
MISSING_STATE = "(missing)"


@dataclass(frozen=True)
class CodedField:
    """One field's states, as learnt from the training rows.

    Parameters
    ----------
    feature : Feature
        Name and kind.
    labels : tuple of str
        What a person reads for each regular state: a level, or a bin such as ``"2 – 5"``.
    keys : tuple of str
        Normalised level of each regular state; empty for a number.
    edges : tuple of float
        Increasing upper bounds (included) of all bins but the last; empty for a category.
    counts : tuple of int
        Training rows per state: the regular ones, then rare and missing where they occurred.
    has_rare, has_missing : bool
        Whether training rows were rare or missing. A state training never saw is neutral.

    Examples
    --------
    >>> field = CodedField(Feature("visits", "numeric"), ("≤ 2", "> 2"), (), (2.0,), (9, 7),
    ...                    has_rare=False, has_missing=False)
    >>> field.encode(pd.Series([1, 3, None])).tolist()
    [0, 1, -1]
    """

    feature: Feature
    labels: tuple[str, ...]
    keys: tuple[str, ...]
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    has_rare: bool
    has_missing: bool

    @property
    def states(self) -> tuple[str, ...]:
        """Label of every state, in the order of its code."""
        rare = (RARE_STATE,) if self.has_rare else ()
        return self.labels + rare + ((MISSING_STATE,) if self.has_missing else ())

    def encode(self, values: Column, missing_values: Collection[str] = ()) -> Codes:
        """Give each cell its state.

        Parameters
        ----------
        values : Series, shape (n,)
            Raw cells.
        missing_values : collection of str
            Words that mean "not answered".

        Returns
        -------
        ndarray of int, shape (n,)
            State codes; -1 (neutral) for a rare or missing cell where training had none.
        """
        rare = len(self.labels) if self.has_rare else NEUTRAL
        missing = len(self.labels) + self.has_rare if self.has_missing else NEUTRAL
        if self.feature.kind == "numeric":
            numbers = as_numbers(values, missing_values)
            bins = np.searchsorted(np.array(self.edges), numbers, side="left").astype(np.int64)
            return np.where(np.isnan(numbers), missing, bins)
        codes, keys = _category_keys(self.feature, values, missing_values)
        code_of = {key: code for code, key in enumerate(self.keys)} | {MISSING: missing}
        return np.array([code_of.get(key, rare) for key in keys], dtype=np.int64)[codes]


def field_from_dict(stored: Mapping[str, Any]) -> CodedField:
    """Rebuild a field from its JSON form."""
    return CodedField(
        feature=Feature(**stored["feature"]),
        labels=tuple(stored["labels"]),
        keys=tuple(stored["keys"]),
        edges=tuple(stored["edges"]),
        counts=tuple(stored["counts"]),
        has_rare=bool(stored["has_rare"]),
        has_missing=bool(stored["has_missing"]),
    )


def _category_keys(
    feature: Feature, values: Column, missing_values: Collection[str]
) -> tuple[npt.NDArray[np.intp], list[str]]:
    codes, keys, _ = level_keys(values, missing_values)
    return codes, truth_keys(keys) if feature.kind == "boolean" else keys


def fit_field(
    feature: Feature,
    values: Column,
    missing_values: Collection[str] = (),
    bins: int = 10,
    max_levels: int = 50,
    least: int = 20,
) -> CodedField:
    """Learn the states of a field of any kind.

    Parameters
    ----------
    feature : Feature
        Name and kind.
    values : Series, shape (n,)
        Raw cells.
    missing_values, bins, max_levels, least
        See `fit_number` and `fit_levels`.

    Returns
    -------
    CodedField

    Examples
    --------
    >>> fit_field(Feature("opted_in", "boolean"), pd.Series(["Yes", "no"] * 30)).states
    ('false', 'true')
    """
    if feature.kind == "numeric":
        return fit_number(feature, values, missing_values, bins, least)
    return fit_levels(feature, values, missing_values, max_levels, least)


def fit_levels(
    feature: Feature, values: Column, missing_values: Collection[str], max_levels: int, least: int
) -> CodedField:
    """Learn the levels of a category or a yes/no.

    Parameters
    ----------
    feature : Feature
        Of kind ``category`` or ``boolean``.
    values : Series, shape (n,)
        Raw cells.
    missing_values : collection of str
        Words that mean "not answered".
    max_levels : int
        Most levels kept.
    least : int
        Rows a level needs; smaller ones are merged into the rare state.

    Returns
    -------
    CodedField
        Levels in the order of their keys; each labelled by its commonest spelling.

    Examples
    --------
    >>> cells = pd.Series(["Google", "google", "Google", "fair", "fair", "radio", None])
    >>> field = fit_levels(Feature("source", "category"), cells, (), max_levels=9, least=2)
    >>> dict(zip(field.states, field.counts))
    {'fair': 2, 'Google': 3, '(rare)': 1, '(missing)': 1}
    """
    codes, keys = _category_keys(feature, values, missing_values)
    _, _, spellings = level_keys(values, missing_values)
    sizes = np.bincount(codes, minlength=len(keys))
    table = pd.DataFrame({"key": keys, "label": spellings, "size": sizes})
    # The label is the commonest spelling; the order never hangs on the order of the rows.
    table = table.sort_values(["size", "label"], ascending=[False, True])
    levels = table.groupby("key").agg(size=("size", "sum"), label=("label", "first"))
    missing = int(levels["size"].get(MISSING, 0))
    levels = levels.drop(index=MISSING, errors="ignore").reset_index()
    kept = levels[levels["size"] >= least].nlargest(max_levels, "size").sort_values("key")
    rare = int(levels["size"].sum() - kept["size"].sum())
    labels = kept["key"] if feature.kind == "boolean" else kept["label"]
    counts = [*kept["size"], *[rest for rest in (rare, missing) if rest]]
    return CodedField(
        feature=feature,
        labels=tuple(map(str, labels)),
        keys=tuple(map(str, kept["key"])),
        edges=(),
        counts=tuple(map(int, counts)),
        has_rare=rare > 0,
        has_missing=missing > 0,
    )


def fit_number(
    feature: Feature, values: Column, missing_values: Collection[str], bins: int, least: int
) -> CodedField:
    """Learn the quantile bins of a number.

    Parameters
    ----------
    feature : Feature
        Of kind ``numeric``.
    values : Series, shape (n,)
        Raw cells, in the field's own unit.
    missing_values : collection of str
        Words that mean "not answered".
    bins : int
        Most bins; the lowest value has one of its own where it is heavy (the zero of a count).
    least : int
        Rows a bin needs.

    Returns
    -------
    CodedField
        Bins closed above; values beyond the training range fall into the outermost bins.

    Examples
    --------
    >>> cells = pd.Series([0, 0, 0, 0, 1, 2, 3, 4, 5, 6])
    >>> field = fit_number(Feature("visits", "numeric"), cells, (), bins=3, least=2)
    >>> dict(zip(field.states, field.counts))
    {'≤ 0': 4, '0 – 3': 3, '> 3': 3}
    """
    numbers = as_numbers(values, missing_values)
    known = numbers[~np.isnan(numbers)]
    edges = _quantile_edges(known, bins, least)
    counts = np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1)
    missing = len(numbers) - len(known)
    return CodedField(
        feature=feature,
        labels=_bin_labels(edges),
        keys=(),
        edges=tuple(edges),
        counts=(*map(int, counts), *([missing] if missing else [])),
        has_rare=False,
        has_missing=missing > 0,
    )


def _quantile_edges(known: npt.NDArray[np.float64], bins: int, least: int) -> list[float]:
    if len(known) < 2 * least:
        return []
    lowest = float(known.min())
    above = known[known > lowest]
    heavy = len(known) - len(above)
    edges: list[float] = []
    if heavy >= max(least, len(known) / bins) and len(above) >= least:
        edges, known, bins = [lowest], above, bins - 1
    bins = min(bins, len(known) // least)
    shares = np.arange(1, bins) / max(bins, 1)
    for cut in np.unique(np.quantile(known, shares, method="inverted_cdf")):
        floor = edges[-1] if edges else -np.inf
        inside = ((known > floor) & (known <= cut)).sum()
        if inside >= least and (known > cut).sum() >= least:
            edges.append(float(cut))
    return edges


def _bin_labels(edges: Sequence[float]) -> tuple[str, ...]:
    if not edges:
        return ("any",)
    text = [f"{edge:.6g}" for edge in edges]
    inner = [f"{low} – {high}" for low, high in itertools.pairwise(text)]
    return (f"≤ {text[0]}", *inner, f"> {text[-1]}")
