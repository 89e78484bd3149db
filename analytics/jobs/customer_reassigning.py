"""Putting contacts that are new or have changed into their segments, within a minute and without training."""

from datetime import datetime

from django.db import transaction

from analytics.datasets.customers import customers_of
from analytics.jobs.customer_scorer import CustomerScorer
from analytics.jobs.rescoring import BATCH, MOST_BATCHES
from analytics.models import StaleSegment
from analytics.queries.customer_segments import KIND
from analytics.services.stale_segments import forget_stale_segments
from core.models import JobRun
from core.services.model_versions import champion_of
from crm.services.customer_segments import store_contact_segments


def reassign_changed(*, at: datetime) -> int:
    """Look at the contacts that wait, the longest waiting first; returns how many rows were stored.

    While a run looks at all contacts anyway, they wait for it. Without a version there is nothing to do, and
    the first run looks at them all.
    """
    if JobRun.objects.filter(kind=KIND).active().exists():
        return 0
    version = champion_of(KIND)
    if version is None:
        StaleSegment.objects.filter(since__lte=at).delete()
        return 0
    scorer = CustomerScorer(version)
    stored = 0
    for _batch in range(MOST_BATCHES):
        waiting = StaleSegment.objects.filter(since__lte=at).order_by("since", "pk")
        ids = list(waiting.values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        read = scorer.read(customers_of(ids, at, scorer.channels), at)
        said = list(scorer.said(read, None, at))
        with transaction.atomic():
            stored += store_contact_segments(said)[0]
            forget_stale_segments(ids, at)
    return stored
