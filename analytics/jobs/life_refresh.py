"""Working out anew where contacts stand of whom something has changed, within a minute."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from analytics.datasets.life_rules import Rules
from analytics.datasets.lives import month_bounds, month_moves, read_lives
from analytics.datasets.said_lives import lives_said
from analytics.queries.lifecycle import KIND, policy
from analytics.services.life_worth import companies_of, place_companies, weigh_contacts
from analytics.services.lives import forget_stale_lives, store_lives
from analytics.services.told_segments import LIFE, tell_segments_of
from core.models import JobRun
from core.services.quality import viewpoint_of_all
from crm.models import Contact, LifeStage, StaleLife

BATCH = 200
MOST_BATCHES = 20  # a turn; beat calls again


def refresh_changed(*, at: datetime) -> int:
    """Look at the contacts that wait, the longest waiting first; returns how many moved.

    While a run looks at all of them anyway, they wait for it; before the first one there is nothing to do.
    """
    if JobRun.objects.filter(kind=KIND).active().exists():
        return 0
    moved = 0
    for _batch in range(MOST_BATCHES):
        waiting = StaleLife.objects.filter(since__lte=at).order_by("since", "pk")
        ids = list(waiting.values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        moved += refresh_contacts(ids, at=at)
    return moved


def refresh_contacts(ids: Collection[int], *, at: datetime) -> int:
    """Work out where these contacts, and their companies, stand now; returns how many moved."""
    view = viewpoint_of_all(at)
    rules = Rules.of(LifeStage.objects.all(), view)
    lives = read_lives(Contact.objects.filter(pk__in=ids), rules, view)
    with transaction.atomic():
        moved = 0
        if lives is not None:
            moves = month_moves(lives, rules, month_bounds(view))
            moved = store_lives(lives_said(lives, rules, moves), as_of=at)
            found = policy()
            if found is not None:
                weigh_contacts(lives.ids.tolist(), found, at)
        place_companies(companies_of(ids), at)
        forget_stale_lives(ids, at)
        tell_segments_of(ids, LIFE)
    return moved
