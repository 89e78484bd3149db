"""Gradient boosted trees and random forests, with exact contributions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analytics.methods.table_rows import TableRows
from analytics.methods.tree_shares import TreeShares

if TYPE_CHECKING:
    import lightgbm

__all__ = ["Trees"]

FloatArray = npt.NDArray[np.float64]

CHUNK = 16_384


@dataclass(frozen=True)
class Trees:
    """A sum (boosting) or mean (forest) of trees on the log-odds scale.

    Parameters
    ----------
    text : str
        The trees in LightGBM's own text form.
    used : int
        How many of them, from the first on.

    References
    ----------
    G. Ke et al. (2017), "LightGBM", NIPS; S. Lundberg et al. (2020), "From local explanations to
    global understanding with explainable AI for trees", Nature Machine Intelligence 2.

    Examples
    --------
    >>> from analytics.methods.trees_fit import fit_trees
    >>> numbers = np.arange(200.0).reshape(-1, 1)
    >>> rows = TableRows(np.zeros((200, 1), dtype=int), numbers)
    >>> trees = fit_trees(rows, (numbers[:, 0] > 100).astype(float), "boosting", 20)
    >>> said = trees.base + trees.contributions(rows).sum(axis=1)
    >>> bool(np.allclose(said, trees.logits(rows), atol=1e-6))
    True
    """

    text: str
    used: int

    @cached_property
    def _booster(self) -> "lightgbm.Booster":
        import lightgbm  # noqa: PLC0415  # loads scikit-learn, which other models do without

        return lightgbm.Booster(model_str=self.text)

    @cached_property
    def _trees(self) -> list[TreeShares]:
        """Read once for a model: LightGBM's own way to the same values takes many times as long."""
        dumped = self._booster.dump_model(num_iteration=self.used)["tree_info"]
        return [TreeShares.of(tree["tree_structure"]) for tree in dumped]

    @cached_property
    def base(self) -> float:
        """Log-odds of the average training row."""
        return sum(tree.base for tree in self._trees)

    def contributions(self, rows: TableRows) -> FloatArray:
        """SHAP values of the path-dependent kind, exact for these trees."""
        found = np.zeros(rows.numbers.shape)
        for start in range(0, len(rows), CHUNK):
            part = slice(start, start + CHUNK)
            for tree in self._trees:
                tree.add_to(found[part], rows.numbers[part])
        return found

    def logits(self, rows: TableRows) -> FloatArray:
        """The trees' own answer."""
        said = self._booster.predict(rows.numbers, raw_score=True, num_iteration=self.used)
        return np.asarray(said, dtype=np.float64)

    def first(self, used: int) -> "Trees":
        """The same with fewer trees."""
        return replace(self, used=used)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; `from_dict` gives the same trees back."""
        return {"text": self.text, "used": self.used}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Trees":
        """Rebuild trees from `to_dict`."""
        return cls(str(stored["text"]), int(stored["used"]))
