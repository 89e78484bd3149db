"""Putting contacts that are new or have changed into their segments."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from analytics.datasets.customers import customers_of
from analytics.jobs.changed_rows import Look, work_off
from analytics.jobs.customer_scorer import CustomerScorer
from analytics.models import StaleSegment
from analytics.queries.customer_segments import KIND
from analytics.services.stale_segments import forget_stale_segments
from analytics.services.told_segments import SEGMENTS, tell_segments_of
from core.models import ModelVersion
from crm.services.customer_segments import store_contact_segments


def reassign_changed(*, at: datetime) -> int:
    """Look at the contacts that wait; returns how many rows were stored."""

    def look_with(version: ModelVersion) -> Look:
        scorer = CustomerScorer(version)

        def look(ids: Sequence[int]) -> int:
            read = scorer.read(customers_of(ids, at, scorer.channels), at)
            said = list(scorer.said(read, None, at))
            with transaction.atomic():
                stored = store_contact_segments(said)[0]
                forget_stale_segments(ids, at)
                tell_segments_of(ids, SEGMENTS)
            return stored

        return look

    return work_off(KIND, StaleSegment, at, look_with)
