"""Answers that the API has kept for requests that are sent again."""

from datetime import datetime, timedelta

from core.models import GivenAnswer

KEPT_HOURS = 24


def forget_old_answers(*, at: datetime) -> None:
    """They may hold what has been erased since, so they are kept for a day only."""
    GivenAnswer.objects.filter(created_at__lt=at - timedelta(hours=KEPT_HOURS)).delete()
