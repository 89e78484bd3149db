"""What each field adds to the answer of a tree: Shapley values, read from a table for each leaf.

A row's share in a leaf hangs only on which fields of the leaf's path it satisfies. So the values of
all such patterns are computed once for each leaf, and a row costs a comparison for each split and a
look-up for each field. The values are those of TreeSHAP.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import factorial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["TreeShares"]

FloatArray = npt.NDArray[np.float64]
Patterns = npt.NDArray[np.int64]

NAN, NONE = "NaN", "None"  # LightGBM's words for what stands for a missing value
MOST_BITS = 62  # splits whose answers fit one number
MOST_KNOWN = 2_000  # ways through a tree that are remembered, so that memory stays flat


@dataclass(frozen=True)
class _Leaf:
    """The fields of a leaf's path, and what each pattern of satisfied fields (a bit each) gives them."""

    fields: tuple[int, ...]
    conditions: tuple[tuple[tuple[int, bool], ...], ...]  # of each field: (split, goes left)
    table: FloatArray  # (2^m, m)


@dataclass
class TreeShares:
    """One tree, ready to tell what each field adds.

    Parameters
    ----------
    base : float
        Mean answer over the training rows.
    splits : list of (int, float, bool, bool)
        Of each split: field, threshold, whether missing goes left, whether zero stands for missing.
    leaves : list
        With their tables.

    References
    ----------
    S. Lundberg et al. (2020), "From local explanations to global understanding with explainable AI
    for trees", Nature Machine Intelligence 2 (path-dependent TreeSHAP); L. Shapley (1953).

    Examples
    --------
    >>> tree = TreeShares.of({"split_feature": 0, "threshold": 5.0, "default_left": True,
    ...     "missing_type": "NaN", "internal_count": 4,
    ...     "left_child": {"leaf_value": 1.0, "leaf_count": 1},
    ...     "right_child": {"leaf_value": -1.0, "leaf_count": 3}})
    >>> shares = np.zeros((2, 1))
    >>> tree.add_to(shares, np.array([[3.0], [9.0]]))
    >>> tree.base, shares.tolist()
    (-0.5, [[1.5], [-0.5]])
    """

    base: float
    splits: list[tuple[int, float, bool, bool]]
    leaves: list[_Leaf]
    _known: dict[int, FloatArray] = field(default_factory=dict)

    @classmethod
    def of(cls, node: Mapping[str, Any]) -> "TreeShares":
        """From the structure that LightGBM dumps of a tree.

        Parameters
        ----------
        node : mapping
            ``split_feature``, ``threshold``, ``default_left``, ``missing_type``, children and counts.

        Returns
        -------
        TreeShares
        """
        tree = cls(0.0, [], [])
        tree.base = tree._grow(node, {}, 1.0)
        return tree

    def _grow(
        self,
        node: Mapping[str, Any],
        path: dict[int, tuple[float, tuple[tuple[int, bool], ...]]],
        weight: float,
    ) -> float:
        """Collect the leaves below a node; returns their part of the mean."""
        if "leaf_value" in node:
            value = float(node["leaf_value"])
            if path:
                self.leaves.append(_leaf(value, path))
            return weight * value
        number, name = len(self.splits), int(node["split_feature"])
        goes_left, missing = bool(node["default_left"]), node["missing_type"]
        self.splits.append(
            (name, float(node["threshold"]), goes_left if missing == NAN else False, missing == NAN)
        )
        total = _count(node)
        part = 0.0
        for child, is_left in ((node["left_child"], True), (node["right_child"], False)):
            share = _count(child) / total
            before, conditions = path.get(name, (1.0, ()))
            below = {**path, name: (before * share, (*conditions, (number, is_left)))}
            part += self._grow(child, below, weight * share)
        return part

    def add_to(self, shares: FloatArray, numbers: FloatArray) -> None:
        """Add what each field adds to each row, less the base.

        Parameters
        ----------
        shares : ndarray, shape (n, f)
            Changed in place.
        numbers : ndarray, shape (n, f)
            Rows; NaN is missing.
        """
        if not self.splits:
            return
        left = np.stack([self._goes_left(split, numbers) for split in self.splits])
        if len(self.splits) > MOST_BITS:
            shares += self._shares_of(left, shares.shape[1])
            return
        codes = np.zeros(len(numbers), dtype=np.int64)
        for bit, answers in enumerate(left):
            codes |= answers.astype(np.int64) << bit
        places, found = pd.factorize(codes)
        new = [code for code in found.tolist() if code not in self._known]
        bits = np.arange(len(self.splits))[:, None]
        answers = (np.array(new, dtype=np.int64) >> bits & 1).astype(bool)
        made = dict(zip(new, self._shares_of(answers, shares.shape[1]), strict=True))
        known = self._known | made
        if len(known) <= MOST_KNOWN:
            self._known = known
        shares += np.stack([known[code] for code in found.tolist()])[places]

    @staticmethod
    def _goes_left(
        split: tuple[int, float, bool, bool], numbers: FloatArray
    ) -> npt.NDArray[np.bool_]:
        name, threshold, missing_left, is_told = split
        values = numbers[:, name]
        absent = np.isnan(values)
        if is_told:
            return np.where(absent, missing_left, values <= threshold)
        return np.where(absent, 0.0, values) <= threshold

    def _shares_of(self, left: npt.NDArray[np.bool_], width: int) -> FloatArray:
        """The shares of rows by which way each split sends them, shape (rows, f)."""
        shares = np.zeros((left.shape[1], width))
        for leaf in self.leaves:
            pattern = np.zeros(left.shape[1], dtype=np.int64)
            for bit, conditions in enumerate(leaf.conditions):
                holds = np.ones(left.shape[1], dtype=bool)
                for number, is_left in conditions:
                    holds &= left[number] == is_left
                pattern |= holds.astype(np.int64) << bit
            shares[:, leaf.fields] += leaf.table[pattern]
        return shares


def _count(node: Mapping[str, Any]) -> float:
    return float(node.get("internal_count", node.get("leaf_count", 0)))


def _leaf(value: float, path: Mapping[int, tuple[float, tuple[tuple[int, bool], ...]]]) -> _Leaf:
    """Shapley values of the game in which a field that is told is satisfied or not, and one that is
    not told counts as often as in training."""
    shares = np.array([share for share, _conditions in path.values()])
    size = len(shares)
    satisfied = (np.arange(1 << size)[:, None] >> np.arange(size)) & 1
    table = np.empty((1 << size, size))
    orders = np.array(
        [factorial(told) * factorial(size - told - 1) / factorial(size) for told in range(size)]
    )
    for one in range(size):
        # By how many others are told: the sum over all such sets of what they make of the leaf.
        sums = np.zeros((1 << size, size))
        sums[:, 0] = 1.0
        for other in range(size):
            if other != one:
                told = np.zeros_like(sums)
                told[:, 1:] = sums[:, :-1] * satisfied[:, [other]]
                sums = sums * shares[other] + told
        table[:, one] = value * (satisfied[:, one] - shares[one]) * (sums @ orders)
    conditions = tuple(each for _share, each in path.values())
    return _Leaf(tuple(path), conditions, table)
