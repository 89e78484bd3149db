"""Saying anew how deals stand that have changed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from analytics.jobs.changed_rows import Look, work_off
from analytics.jobs.deal_scorer import DealScorer
from analytics.models import StaleOutlook
from analytics.queries.win_probability import KIND
from analytics.services.stale_outlooks import forget_stale_deals
from core.models import ModelVersion
from crm.models import Deal
from crm.services.deal_outlooks import store_outlooks


def restate_changed(*, at: datetime) -> int:
    """Look at the deals that wait; returns how many outlooks were stored."""

    def look_with(version: ModelVersion) -> Look:
        def look(ids: Sequence[int]) -> int:
            deals = Deal.objects.open().kept().filter(pk__in=ids)
            said = list(DealScorer(version).scored(deals, None, at))
            with transaction.atomic():
                stored = store_outlooks(said)
                forget_stale_deals(ids, at)
            return stored

        return look

    return work_off(KIND, StaleOutlook, at, look_with)
