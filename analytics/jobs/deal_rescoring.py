"""Saying anew how deals stand that have changed, within a minute and without training."""

from datetime import datetime

from django.db import transaction

from analytics.jobs.deal_scorer import DealScorer
from analytics.jobs.rescoring import BATCH, MOST_BATCHES
from analytics.models import StaleOutlook
from analytics.queries.win_probability import KIND
from analytics.services.stale_outlooks import forget_stale_deals
from core.models import JobRun
from core.services.model_versions import champion_of
from crm.models import Deal
from crm.services.deal_outlooks import store_outlooks


def restate_changed(*, at: datetime) -> int:
    """Look at the deals that wait, the longest waiting first; returns how many outlooks were stored.

    While a run looks at all deals anyway, they wait for it. Without a version there is nothing to do, and
    the first run looks at them all.
    """
    if JobRun.objects.filter(kind=KIND).active().exists():
        return 0
    version = champion_of(KIND)
    if version is None:
        StaleOutlook.objects.filter(since__lte=at).delete()
        return 0
    stored = 0
    for _batch in range(MOST_BATCHES):
        waiting = StaleOutlook.objects.filter(since__lte=at).order_by("since", "pk")
        ids = list(waiting.values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        deals = Deal.objects.open().kept().filter(pk__in=ids)
        said = list(DealScorer(version).scored(deals, None, at))
        with transaction.atomic():
            stored += store_outlooks(said)
            forget_stale_deals(ids, at)
    return stored
