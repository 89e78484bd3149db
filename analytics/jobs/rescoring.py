"""Scoring leads anew that have changed, within a minute and without training."""

from datetime import datetime

from django.db import transaction

from analytics.jobs.scorers import scorer_of
from analytics.models import StaleScore
from analytics.queries.lead_score_fields import barred_fields
from analytics.queries.lead_scores import KIND
from analytics.services.stale_scores import forget_stale
from core.models import JobRun
from core.services.model_versions import champion_of
from crm.models import Lead
from crm.services.lead_scores import store_lead_scores

BATCH = 500
MOST_BATCHES = 20  # a turn; beat calls again


def rescore_changed(*, at: datetime) -> int:
    """Score the leads that wait, the longest waiting first; returns how many were scored.

    While a run scores all leads anyway, they wait for it. Without a version that may serve there is nothing
    to do, and the first run scores them all.
    """
    if JobRun.objects.filter(kind=KIND).active().exists():
        return 0
    version = champion_of(KIND)
    if version is None or barred_fields(version):
        StaleScore.objects.filter(since__lte=at).delete()
        return 0
    scored = 0
    for _batch in range(MOST_BATCHES):
        waiting = StaleScore.objects.filter(since__lte=at).order_by("since", "pk")
        ids = list(waiting.values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        leads = Lead.objects.open().kept().filter(pk__in=ids)
        owners = [owner or 0 for owner in leads.values_list("owner", flat=True).distinct()]
        scorer = scorer_of(version, owners)
        rows = list(scorer.scored(scorer.read(leads, at), None, at))
        with transaction.atomic():
            scored += store_lead_scores(rows)
            forget_stale(ids, at)
    return scored
