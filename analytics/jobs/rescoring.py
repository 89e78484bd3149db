"""Scoring leads anew that have changed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from analytics.jobs.changed_rows import Look, work_off
from analytics.jobs.scorers import scorer_of
from analytics.models import StaleScore
from analytics.queries.lead_score_fields import barred_fields
from analytics.queries.lead_scores import KIND
from analytics.services.stale_scores import forget_stale
from core.models import ModelVersion
from crm.models import Lead
from crm.services.lead_scores import store_lead_scores


def rescore_changed(*, at: datetime) -> int:
    """Score the leads that wait; returns how many were scored."""

    def look_with(version: ModelVersion) -> Look | None:
        return None if barred_fields(version) else look_by(version)

    def look_by(version: ModelVersion) -> Look:
        def look(ids: Sequence[int]) -> int:
            leads = Lead.objects.open().kept().filter(pk__in=ids)
            owners = [owner or 0 for owner in leads.values_list("owner", flat=True).distinct()]
            scorer = scorer_of(version, owners)
            rows = list(scorer.scored(scorer.read(leads, at), None, at))
            with transaction.atomic():
                stored = store_lead_scores(rows)
                forget_stale(ids, at)
            return stored

        return look

    return work_off(KIND, StaleScore, at, look_with)
