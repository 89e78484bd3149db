"""Segments of customers by a model: learned every week, everybody put into one every night.

A run trains and assigns; one whose scope says `trains: false` only assigns, with the version that serves. The
first one of all says where everybody would have stood a month before as well, so that there is movement to see from
the first day. Where no groups are stable, a version without segments serves: RFM cells are said all the same.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop

from analytics.datasets.customers import customers_in
from analytics.datasets.purchases import contact_ranges
from analytics.jobs.customer_scorer import CustomerScorer, Read, artifact_of, worth_of
from analytics.jobs.customer_segment_training import Learned, learn
from analytics.jobs.finite_json import finite
from analytics.methods.segmentation.clustering import FEWEST
from analytics.methods.segmentation.matching import match_segments
from analytics.models import SegmentOptions
from analytics.queries.customer_segments import K_MEANS, KIND, NO_SEGMENTS
from analytics.services.customer_segments import (
    count_segments,
    keep_segments,
    settle_version,
)
from analytics.services.stale_segments import forget_stale_segments
from analytics.services.told_segments import tell_segments
from core.errors import InsufficientData
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import JobRun, ModelVersion
from core.services.model_versions import champion_of, publish_version
from crm.models import Contact, ContactSegment
from crm.services.customer_segments import SegmentSaid, store_contact_segments

PARTITION_IDS = 2_000
CHUNK = 2_000
FRESH, LITTLE = timedelta(days=1), 0.2
ASSIGN = gettext_noop("Put every contact into its segment and cell")
NO_CONTACTS = gettext_noop(
    "There are no contacts yet. Import some, and their purchases as interactions; win deals."
)
TOO_FEW = gettext_noop(
    "There are %(found)s contacts and none has bought anything; %(needed)s contacts, or a purchase, are needed. "
    "Import contacts, and their purchases as interactions; win deals."
)
BACK = timedelta(days=30)
Results = tuple[list[SegmentSaid], "pd.Series[int]", dict[int, int]]


class CustomerSegmentsJob(Job):
    """One run learns a version, keeps names of segments that are found again, and assigns all contacts."""

    prepare_share = 50

    def __init__(self) -> None:
        self._scorer: CustomerScorer | None = None

    def prepare(self, run: RunContext) -> Plan:
        live = champion_of(KIND)
        if live is not None and (not run.scope.get("trains", True) or _is_fresh(live, run)):
            run.step(ASSIGN)
            return Plan(contact_ranges(PARTITION_IDS), save=lambda: _tie(run.run, live))
        run.step(gettext_noop("Read contacts, purchases and interactions"))
        learned = learn(
            as_of=run.as_of,
            seed=run.seed,
            options=SegmentOptions.current(),
            read=lambda share: run.progress(0.4 * share),
            tried=lambda share: run.progress(0.4 + 0.6 * share),
        )
        sample = learned.sample
        if not sample.total:
            raise InsufficientData(NO_CONTACTS)
        if learned.segmentation is None and not sample.buyers and sample.total < FEWEST:
            raise InsufficientData(TOO_FEW, needed=FEWEST, found=sample.total)
        run.detail(
            gettext_noop("%(contacts)s contacts, %(buyers)s of them bought"),
            contacts=sample.total,
            buyers=sample.buyers,
        )
        run.step(gettext_noop("Look for groups that come out again"))
        _tell(run, learned)
        before = _before(learned)
        is_first = not ContactSegment.objects.exists()
        run.step(ASSIGN)
        return Plan(
            [{**part, "looks_back": is_first} for part in contact_ranges(PARTITION_IDS)],
            save=lambda: _publish(learned, before, run.run),
            rows_read=sample.total,
        )

    def load(self, run: RunContext, payload: dict[str, Any]) -> tuple[Read, Read | None]:
        now = self._read(run, payload, run.as_of)
        is_asked = payload.get("looks_back", False)
        return now, self._read(run, payload, run.as_of - BACK) if is_asked else None

    def _read(self, run: RunContext, payload: dict[str, Any], as_of: datetime) -> Read:
        scorer = self._scorer_of(run)
        lowest, highest = payload["lowest"], payload["highest"]
        return scorer.read(customers_in(lowest, highest, as_of, scorer.channels), as_of)

    def compute(self, run: RunContext, data: tuple[Read, Read | None]) -> Results:
        scorer, (now, earlier) = self._scorer_of(run), data
        said = list(scorer.said(now, run.run.pk, run.as_of))
        return said, worth_of(now.customers), _stood(scorer, earlier, run.as_of - BACK)

    def _scorer_of(self, run: RunContext) -> CustomerScorer:
        """That of the run's version, made once in each worker."""
        if self._scorer is None:
            self._scorer = CustomerScorer(ModelVersion.objects.get(runs=run.run))
        return self._scorer

    def save(self, run: RunContext, results: Results) -> Saved:
        said, worth, stood = results
        written, moves = store_contact_segments(said, stood)
        forget_stale_segments([row.contact for row in said], run.as_of)
        counts = Counter({f"move_{old}_{new}": times for (old, new), times in moves.items()})
        for row in said:
            amount = int(worth[row.contact])
            if row.segment:
                counts["assigned"] += 1
                counts[f"segment_{row.segment}"] += 1
                counts[f"worth_{row.segment}"] += amount
            if row.cell:
                counts["with_cell"] += 1
                counts[f"cell_{row.cell}"] += 1
                counts[f"cell_worth_{row.cell}"] += amount
                counts[f"rf_{row.recency}_{row.frequency}"] += 1
                counts[f"rf_worth_{row.recency}_{row.frequency}"] += amount
        return Saved(len(said), written, dict(counts))

    def finish(self, run: RunContext) -> None:
        counts = JobRun.objects.values_list("result", flat=True).get(pk=run.run.pk)
        count_segments(counts=counts, at=run.as_of)
        tell_segments(run)


def _stood(scorer: CustomerScorer, read: Read | None, at: datetime) -> dict[int, int]:
    """The segments of those who were there at a moment of the past."""
    if read is None:
        return {}
    customers = read.customers
    there = {
        pk
        for pk, created in zip(customers.numbers.index.tolist(), customers.created, strict=True)
        if created <= at
    }
    said = scorer.said(read, None, at)
    return {row.contact: row.segment for row in said if row.contact in there and row.segment}


def _is_fresh(live: ModelVersion, run: RunContext) -> bool:
    """Whether nobody asked and little can have changed: imports follow each other, and a training takes minutes."""
    if run.run.requested_by_id is not None or live.trained_to is None:
        return False
    known = live.parameters["contacts"]
    more = abs(Contact.objects.kept().count() - known)
    return run.as_of - live.trained_to < FRESH and more <= LITTLE * known


def _tell(run: RunContext, learned: Learned) -> None:
    """What came of the search, on the run's page."""
    found = learned.segmentation
    if found is None:
        run.detail(gettext_noop("No groups come out again: RFM cells only"))
        return
    run.detail(
        gettext_noop("%(groups)s segments, which %(draws)s of draws of the contacts agree on"),
        groups=found.k,
        draws=f"{found.chosen['stability']:.0%}",
    )


def _before(learned: Learned) -> "pd.Series[int]":
    """The segments that contacts of the sample are in now."""
    rows = ContactSegment.objects.filter(segment__is_current=True)
    if learned.labels is None:
        return pd.Series(dtype="int64")
    ids = learned.labels.index.tolist()
    known: dict[int, int] = {}
    for start in range(0, len(ids), CHUNK):
        some = rows.filter(pk__in=ids[start : start + CHUNK])
        known |= dict(some.values_list("pk", "segment_id"))
    return pd.Series(known, dtype="int64")


def _publish(learned: Learned, before: "pd.Series[int]", run: JobRun) -> None:
    """Store the version and its segments, let it serve, and tie the run to what serves."""
    found = learned.segmentation
    version = publish_version(
        kind=KIND,
        artifact=artifact_of(learned),
        algorithm=NO_SEGMENTS if found is None else K_MEANS,
        parameters=finite(_parameters(learned, run)),
        features=[] if found is None else [{"name": name} for name in found.scaling.names],
        metrics={} if found is None else finite(found.chosen),
        rows=len(learned.sample.customers),
        trained_to=run.as_of,
        fingerprint=learned.fingerprint,
    )
    serving = settle_version(version=version)
    if serving == version and found is not None and learned.labels is not None:
        goes_on = match_segments(before, learned.labels)
        rows = [
            {**persona, "before": goes_on.get(place)}
            for place, persona in enumerate(learned.personas)
        ]
        keep_segments(version=version, found=rows, at=run.as_of)
    _tie(run, serving)


def _parameters(learned: Learned, run: JobRun) -> dict[str, Any]:
    """What the page of the model says beside the figures."""
    options = SegmentOptions.current()
    return {
        "why_not": learned.why_not,
        "tried": learned.tried,
        "channels": list(learned.space.channels),
        "themes": learned.themes,
        "contacts": learned.sample.total,
        "buyers": learned.sample.buyers,
        "seed": run.seed,
        "reads_profile": options.reads_profile,
        "reads_text": options.reads_text,
    }


def _tie(run: JobRun, version: ModelVersion) -> None:
    JobRun.objects.filter(pk=run.pk).update(model_version=version)
