"""Putting customers into the segments of a version: nearest centre, or where they came later by machine."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.datasets.customers import COUNT, COUNTRY, INDUSTRY, SINCE, VALUE, Customers, texts_of
from analytics.jobs.customer_segment_training import Learned
from analytics.jobs.customer_space import LEVEL_AXIS, PROFILE, TEXT, THEME, CustomerSpace
from analytics.methods.segmentation.clustering import Segmentation
from analytics.methods.segmentation.newcomers import SegmentAssigner
from analytics.methods.segmentation.rfm import RfmScale
from core.models import ModelVersion
from core.services.model_versions import load_artifact
from crm.models import CustomerSegment
from crm.services.customer_segments import SegmentSaid

MOST_KEPT = 2
MOST_REASONS = 4
LEAST_WEIGHT = 0.05
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Fitted:
    """All that is needed to say where a customer belongs."""

    space: CustomerSpace
    segmentation: Segmentation | None
    assigner: SegmentAssigner | None
    rfm: RfmScale | None


def artifact_of(learned: Learned) -> bytes:
    """The bytes of a version."""
    parts = {
        "space": learned.space,
        "segmentation": learned.segmentation,
        "assigner": learned.assigner,
        "rfm": learned.sample.rfm,
    }
    stored = {name: part and part.to_dict() for name, part in parts.items()}
    return json.dumps(stored, separators=(",", ":")).encode()


def fitted(version: ModelVersion) -> Fitted:
    """What the version says; refused when it isn't what was published."""
    return _fitted(version.pk, version.artifact_sha256)


@lru_cache(maxsize=MOST_KEPT)
def _fitted(version: int, _checksum: str) -> Fitted:
    """The checksum is a part of the key: another artifact is read, and checked, anew."""
    stored = json.loads(load_artifact(ModelVersion.objects.get(pk=version)))
    segmentation, assigner, rfm = (stored[name] for name in ("segmentation", "assigner", "rfm"))
    return Fitted(
        CustomerSpace.from_dict(stored["space"]),
        segmentation and Segmentation.from_dict(segmentation),
        assigner and SegmentAssigner.from_dict(assigner),
        rfm and RfmScale.from_dict(rfm),
    )


@dataclass(frozen=True)
class Read:
    """Customers, and what was written of them where the version reads it."""

    customers: Customers
    texts: list[str] | None


class CustomerScorer:
    """A version applied to customers."""

    def __init__(self, version: ModelVersion) -> None:
        self.version = version
        self.fitted = fitted(version)
        rows = CustomerSegment.objects.filter(version=version).values_list("place", "pk")
        self.numbers = dict(rows)

    @property
    def channels(self) -> Sequence[str]:
        return self.fitted.space.channels

    def read(self, customers: Customers, as_of: datetime) -> Read:
        texts = None
        if self.fitted.space.texts is not None:
            texts = texts_of(customers.numbers.index.tolist(), as_of)
        return Read(customers, texts)

    def said(self, read: Read, run: int | None, as_of: datetime) -> Iterator[SegmentSaid]:
        """What is said of each of the customers."""
        customers = read.customers
        if not len(customers):
            return
        segments = self._segments(read)
        cells = self._cells(customers)
        for row, pk in enumerate(customers.numbers.index.tolist()):
            yield SegmentSaid(
                contact=pk,
                **segments[row],
                **cells[row],
                version=self.version.pk,
                run=run,
                as_of=as_of,
            )

    # -- RFM ---------------------------------------------------------------------------------------

    def _cells(self, customers: Customers) -> list[dict[str, Any]]:
        nothing = {"cell": "", "recency": None, "frequency": None, "value": None}
        found: list[dict[str, Any]] = [nothing] * len(customers)
        rows = np.flatnonzero(customers.bought)
        if self.fitted.rfm is None or not len(rows):
            return found
        columns = customers.numbers[[SINCE, COUNT, VALUE]].to_numpy()[rows]
        table = self.fitted.rfm.cells(*columns.T)
        for row, told in zip(rows.tolist(), table.to_dict("records"), strict=True):
            found[row] = {str(name): value for name, value in told.items()}
        return found

    # -- segments ----------------------------------------------------------------------------------

    def _segments(self, read: Read) -> list[dict[str, Any]]:
        """Whoever was there at the training is in the segment of the nearest centre; newcomers are judged."""
        model, assigner = self.fitted.segmentation, self.fitted.assigner
        customers = read.customers
        if model is None or assigner is None:
            nothing: dict[str, Any] = {
                "segment": None,
                "probability": None,
                "is_newcomer": False,
                "reasons": [],
            }
            return [nothing] * len(customers)
        frame = self.fitted.space.frame(customers, read.texts)
        points = model.scaling.transform(frame.reindex(columns=list(model.scaling.names)))
        apart = ((points[:, None, :] - model.centres[None, :, :]) ** 2).sum(axis=2)
        chances = assigner.chances(points)
        trained = self.version.trained_to
        is_new = np.array([trained is not None and at > trained for at in customers.created])
        places = np.where(is_new, chances.argmax(axis=1), apart.argmin(axis=1))
        reasons = _reasons(model, points, apart, places, customers)
        return [
            {
                "segment": self.numbers.get(int(place)),
                "probability": float(np.clip(chances[row, place], 0, 1)),
                "is_newcomer": bool(is_new[row]),
                "reasons": reasons[row],
            }
            for row, place in enumerate(places)
        ]


def _reasons(
    model: Segmentation, points: Floats, apart: Floats, places: Integers, customers: Customers
) -> list[list[dict[str, Any]]]:
    """Which columns speak for the segment and against the next one.

    How much nearer the own centre is than the next one adds up over the columns; those of words and of
    text count together.
    """
    rows = np.arange(len(points))
    others = apart.copy()
    others[rows, places] = np.inf
    following = others.argmin(axis=1)
    nearer = (points - model.centres[following]) ** 2 - (points - model.centres[places]) ** 2
    names = [_field(name) for name in model.scaling.names]
    fields = list(dict.fromkeys(names))
    summed = np.stack(
        [nearer[:, [n == field for n in names]].sum(axis=1) for field in fields], axis=1
    ).clip(min=0)
    weights = summed / np.maximum(summed.sum(axis=1, keepdims=True), 1e-12)
    order = np.argsort(-weights, axis=1, kind="stable")[:, :MOST_REASONS]
    cells = _values(customers, fields)
    return [
        [
            {"field": fields[at], "value": cells[fields[at]][row], "weight": round(float(w), 3)}
            for at, w in zip(order[row], weights[row, order[row]], strict=True)
            if w >= LEAST_WEIGHT
        ]
        for row in rows
    ]


def _field(column: str) -> str:
    """The field that a column belongs to: axes of words and themes are one each."""
    if column.startswith(LEVEL_AXIS):
        return PROFILE
    return TEXT if column.startswith(THEME) else column


def _values(customers: Customers, fields: Sequence[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for field in fields:
        if field == PROFILE:
            words = customers.words[[INDUSTRY, COUNTRY]].to_numpy()
            found[field] = [", ".join(filter(None, row)) or None for row in words.tolist()]
        elif field in customers.numbers:
            cells = customers.numbers[field].to_numpy(dtype=np.float64)
            if field == SINCE:
                cells = np.where(customers.bought, cells, np.nan)
            found[field] = [None if np.isnan(c) else round(float(c), 2) for c in cells]
        else:
            found[field] = [None] * len(customers)
    return found


def worth_of(customers: Customers) -> "pd.Series[int]":
    """What each has bought, in hundredths."""
    return (customers.numbers[VALUE] * 100).round().astype("int64")
