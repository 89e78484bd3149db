"""Reads about files of past campaigns."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from analytics.models import CampaignFile
from analytics.models.tried_files import KEPT
from core import permissions
from core.models import User
from core.queries.jobs import described, steps_of

SHOWN = 50


def campaign_files_visible_to(user: User) -> QuerySet[CampaignFile]:
    """One's own; administrators see all."""
    rows: QuerySet[CampaignFile] = CampaignFile.objects.select_related(
        "run", "created_by", "campaign"
    )
    if permissions.access_of(user).is_administrator:
        return rows
    return rows.filter(created_by=user)


def latest_campaign_files(user: User) -> list[CampaignFile]:
    """The latest ones, without what they hold."""
    return list(campaign_files_visible_to(user).defer("columns").order_by("-pk")[:SHOWN])


def campaign_file_page(trial: CampaignFile, now: datetime) -> dict[str, Any]:
    """The run, and what came of the rows once it is over."""
    run = trial.run
    if run is None:
        raise LookupError(f"File {trial.pk} has no run.")
    return {
        "trial": trial,
        **described(run),
        "steps": steps_of(run),
        "seconds_left": run.seconds_left(now),
        "kept_days": KEPT.days,
        "told": trial.result,
        "has_result": bool(trial.result) and not run.is_active,
    }
