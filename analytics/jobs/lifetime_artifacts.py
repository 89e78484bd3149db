"""What a version of the lifetime value stores, and what it says of contacts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.choices import AS_BEFORE, BG_NBD, MEAN_RATE
from analytics.datasets.purchases import histories_of
from analytics.methods.lead_score import LeadScoreModel
from analytics.methods.lifetime.histories import PurchaseHistories
from analytics.methods.lifetime.lifetime_value import YEAR, LifetimeModel
from core.models import ModelVersion
from core.services.model_versions import load_artifact

__all__ = ["AHEAD", "Ahead", "Lifetimes", "lifetimes_of"]

MOST_KEPT = 2
# What is said of each customer; NaN where it is not known.
AHEAD = (
    "alive",
    "expected",
    "expected_low",
    "expected_high",
    "value",
    "value_low",
    "value_high",
)
FROM_MODEL = {"expected": "purchases", "expected_low": "purchases_low"}
FROM_MODEL |= {"expected_high": "purchases_high"}

Floats = npt.NDArray[np.float64]
Ahead = pd.DataFrame


@dataclass(frozen=True)
class Lifetimes:
    """Which way serves, and what each of them needs; `serves` is empty where there is too little to learn from.

    The floors are that everybody goes on at their own pace so far, or at that of all.
    """

    serves: str
    model: LifetimeModel | None
    weekly: float  # repeat purchases of a customer in a week, of all
    worth: float  # mean value of a purchase, of all; NaN where none is known
    churn: LeadScoreModel | None = None

    @property
    def knows_alive(self) -> bool:
        """Whether it says of who came back whether they are still there."""
        return self.serves == BG_NBD

    def to_bytes(self) -> bytes:
        """The artifact of a version."""
        stored = {
            "serves": self.serves,
            "model": None if self.model is None else self.model.to_dict(),
            "weekly": self.weekly,
            "worth": None if np.isnan(self.worth) else self.worth,
            "churn": None if self.churn is None else self.churn.to_dict(),
        }
        return json.dumps(stored, separators=(",", ":")).encode()

    def ahead(self, frame: pd.DataFrame, until: date) -> Ahead:
        """What the customers of a frame of purchases will do within a year, under their numbers."""
        histories = histories_of(frame, until)
        if self.serves == BG_NBD and self.model is not None:
            told = self.model.predict(histories, YEAR)
            found = pd.DataFrame(
                {name: told[FROM_MODEL.get(name, name)] for name in AHEAD}, index=frame.index
            )
            # Of who bought once, purchases alone cannot tell: the model takes them for customers.
            found["alive"] = found["alive"].where(frame["days"] > 1)
            return found
        found = pd.DataFrame(np.nan, index=frame.index, columns=list(AHEAD))
        if self.serves:
            found["expected"] = self.counts(histories, YEAR)
            found["value"] = found["expected"] * self.each(frame)
        return found

    def counts(self, histories: PurchaseHistories, weeks: float, way: str = "") -> Floats:
        """Purchases expected by a floor: that which serves, or another one."""
        return floor_counts(way or self.serves, histories, weeks, self.weekly)

    def each(self, frame: pd.DataFrame) -> Floats:
        """Value of a purchase of each customer: their own mean, else that of all."""
        found: Floats = frame["mean"].fillna(self.worth).to_numpy(dtype=np.float64)
        return found


def floor_counts(way: str, histories: PurchaseHistories, weeks: float, weekly: float) -> Floats:
    """Purchases within so many weeks, at the own pace so far or at that of all."""
    if way == AS_BEFORE:
        age = np.where(histories.age > 0, histories.age, np.inf)
        return histories.frequency / age * weeks
    if way == MEAN_RATE:
        return np.full(len(histories), weekly * weeks)
    raise ValueError(way)


def lifetimes_of(version: ModelVersion) -> Lifetimes:
    """What the version says; refused when it isn't what was published."""
    return _lifetimes(version.pk, version.artifact_sha256)


@lru_cache(maxsize=MOST_KEPT)
def _lifetimes(version: int, _checksum: str) -> Lifetimes:
    """The checksum is a part of the key: another artifact is read, and checked, anew."""
    stored = json.loads(load_artifact(ModelVersion.objects.get(pk=version)))
    return Lifetimes(
        stored["serves"],
        None if stored["model"] is None else LifetimeModel.from_dict(stored["model"]),
        stored["weekly"],
        float("nan") if stored["worth"] is None else stored["worth"],
        None if stored["churn"] is None else LeadScoreModel.from_dict(stored["churn"]),
    )


def rows_of(ahead: Ahead) -> Iterator[dict[str, Any]]:
    """Each row as columns of the table; nothing where no number is."""
    for values in ahead[list(AHEAD)].to_numpy(dtype=np.float64).tolist():
        yield {
            name: None if value != value else round(value, 2 if "value" in name else 6)
            for name, value in zip(AHEAD, values, strict=True)
        }
