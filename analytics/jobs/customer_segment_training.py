"""Learning segments: what is read of customers, which blocks of columns serve, how many groups are stable."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.datasets.customers import (
    COUNT,
    SINCE,
    VALUE,
    Customers,
    channels_in_use,
    customers_in,
    number_fields,
    texts_of,
    together,
)
from analytics.datasets.purchases import contact_ranges
from analytics.jobs.customer_personas import personas_of
from analytics.jobs.customer_space import BUYING, DOING, PROFILE, TEXT, CustomerSpace
from analytics.methods import errors
from analytics.methods.segmentation.clustering import Segmentation, fit_segments
from analytics.methods.segmentation.newcomers import SegmentAssigner, fit_assigner
from analytics.methods.segmentation.rfm import RfmScale, fit_rfm
from analytics.methods.segmentation.words import TextSpace, fit_levels, fit_texts
from analytics.models import SegmentOptions
from crm.models import Contact

MOST_ROWS = 120_000  # contacts that centres are made of
MOST_SEGMENTS = 8
MOST_TEXTS = 5_000  # that themes are found in
WIDTH = 5_000
FEWEST_WITH_TEXT = 0.5  # share of the contacts; below, there is no block of themes

Tell = Callable[[float], None]


@dataclass(frozen=True)
class Sample:
    """Contacts that segments are looked for among, and where the fifths of all who bought end."""

    customers: Customers
    rfm: RfmScale | None
    total: int
    buyers: int


@dataclass(frozen=True)
class Learned:
    """What a training found; without stable segments there are no `segmentation`, labels and personas."""

    space: CustomerSpace
    sample: Sample
    segmentation: Segmentation | None
    assigner: SegmentAssigner | None
    labels: "pd.Series[int] | None"
    personas: list[dict[str, Any]]
    tried: list[dict[str, Any]]
    why_not: str
    themes: list[list[str]]

    @property
    def fingerprint(self) -> str:
        numbers = self.sample.customers.numbers
        told = pd.util.hash_pandas_object(numbers, index=True).to_numpy()
        return sha256(told.tobytes()).hexdigest()


def read_sample(*, as_of: datetime, seed: int, channels: Sequence[str], tell: Tell) -> Sample:
    """All contacts, or a seeded sample of many; purchases of everybody."""
    wanted = _sampled(seed)
    parts, bought = [], []
    ranges = contact_ranges(WIDTH)
    total = 0
    for number, each in enumerate(ranges):
        customers = customers_in(**each, as_of=as_of, channels=channels)
        total += len(customers)
        numbers = customers.numbers[[SINCE, COUNT, VALUE]]
        bought.append(numbers.to_numpy()[customers.bought])
        kept = np.ones(len(customers), dtype=bool)
        if wanted is not None:
            kept = np.isin(customers.numbers.index.to_numpy(), wanted, assume_unique=True)
        parts.append(customers.take(np.flatnonzero(kept)))
        tell((number + 1) / len(ranges))
    every = np.concatenate(bought) if bought else np.zeros((0, 3))
    rfm = fit_rfm(*every.T) if len(every) else None
    customers = together(parts) if parts else customers_in(1, 0, as_of, channels)
    return Sample(customers, rfm, total, len(every))


def _sampled(seed: int) -> npt.NDArray[np.int64] | None:
    """Numbers of the contacts of the sample; None where all of them are."""
    rows = Contact.objects.kept().order_by("pk").values_list("pk", flat=True)
    if rows.count() <= MOST_ROWS:
        return None
    ids = np.fromiter(rows.iterator(chunk_size=20_000), dtype=np.int64)
    return np.sort(np.random.default_rng(seed).choice(ids, MOST_ROWS, replace=False))


def learn(
    *, as_of: datetime, seed: int, options: SegmentOptions, read: Tell, tried: Tell
) -> Learned:
    """Read customers, find the blocks and the number of segments that serve, and describe them."""
    channels = channels_in_use(as_of)
    sample = read_sample(as_of=as_of, seed=seed, channels=channels, tell=read)
    space, texts = _space(sample.customers, options, channels, as_of, seed)
    table, found, why_not = _best(space, sample.customers, texts, seed, tried)
    labels = personas = assigner = None
    if found is not None:
        frame = space.frame(sample.customers, texts)
        points = found.scaling.transform(frame)
        numbers = found.assign(frame)
        labels = pd.Series(numbers, index=frame.index)
        assigner = fit_assigner(points, numbers, seed=seed)
        personas = personas_of(sample.customers, numbers, list(channels))
    used = set(found.scaling.names) if found is not None else set()
    themes = space.texts.told() if space.texts and used & set(space.blocks[TEXT]) else []
    return Learned(
        _lean(space, used), sample, found, assigner, labels, personas or [], table, why_not, themes
    )


def _lean(space: CustomerSpace, used: set[str]) -> CustomerSpace:
    """Without what serves nothing: texts are not read where their themes do not count."""
    blocks = space.blocks
    has_text = bool(used & set(blocks.get(TEXT, [])))
    has_profile = bool(used & set(blocks.get(PROFILE, [])))
    return replace(
        space,
        texts=space.texts if has_text else None,
        levels=space.levels if has_profile else None,
    )


def _space(
    customers: Customers,
    options: SegmentOptions,
    channels: Sequence[str],
    as_of: datetime,
    seed: int,
) -> tuple[CustomerSpace, list[str] | None]:
    """The columns there are, and what was written of each customer where it may be read."""
    space = CustomerSpace(channels)
    if options.reads_profile:
        space = replace(space, numbers=sorted(number_fields()))
        with suppress(errors.InsufficientData):  # nobody has an industry: numbers alone
            space = replace(space, levels=fit_levels(customers.words))
    if not options.reads_text or not len(customers):
        return space, None
    ids = customers.numbers.index.tolist()
    texts = [t for at in range(0, len(ids), WIDTH) for t in texts_of(ids[at : at + WIDTH], as_of)]
    written = [text for text in texts if text]
    if len(written) < FEWEST_WITH_TEXT * len(ids):
        return space, None
    return replace(space, texts=_themes(written, seed)), texts


def _themes(written: list[str], seed: int) -> TextSpace | None:
    if len(written) > MOST_TEXTS:
        rows = np.random.default_rng(seed).choice(len(written), MOST_TEXTS, replace=False)
        written = [written[row] for row in np.sort(rows)]
    try:
        return fit_texts(written, seed=seed)
    except errors.InsufficientData:
        return None


# -- which blocks serve ----------------------------------------------------------------------------


def _best(
    space: CustomerSpace,
    customers: Customers,
    texts: list[str] | None,
    seed: int,
    tell: Tell,
) -> tuple[list[dict[str, Any]], Segmentation | None, str]:
    """What was tried, the segments that serve, and why there are none.

    One block after the other joins; it stays where segments are stable with it and no coarser than without.
    """
    frame, blocks = space.frame(customers, texts), space.blocks
    served: Segmentation | None = None
    used = {BUYING: blocks[BUYING], DOING: blocks[DOING]}
    table: list[dict[str, Any]] = []
    steps = [name for name in ("", PROFILE, TEXT) if not name or name in blocks]
    if PROFILE in blocks and space.levels is None and not _tells(frame, blocks[PROFILE]):
        steps.remove(PROFILE)
    for number, step in enumerate(steps):
        wanted = {**used, **({step: blocks[step]} if step else {})}
        columns = [name for names in wanted.values() for name in names]
        try:
            found = fit_segments(frame[columns], most=MOST_SEGMENTS, seed=seed, blocks=wanted)
        except errors.InsufficientData as answer:
            return table, None, answer.code
        joins = found.is_stable and (served is None or found.k >= served.k)
        table.append(_row(step, found, joins=joins))
        if joins:
            served, used = found, wanted
        tell((number + 1) / len(steps))
    return table, served, "" if served is not None else "unstable"


def _tells(frame: pd.DataFrame, columns: Sequence[str]) -> bool:
    """Whether any of the columns is filled in at all."""
    return bool(frame[[name for name in columns if name in frame]].notna().any(axis=None))


def _row(step: str, found: Segmentation, *, joins: bool) -> dict[str, Any]:
    return {
        "block": step,
        "joins": joins,
        "is_stable": found.is_stable,
        "columns": list(found.scaling.names),
        "left_out": list(found.scaling.left_out),
        **found.chosen,
        "table": found.table.to_dict("records"),
    }
