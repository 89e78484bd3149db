"""Storing what the scoring job says, and what people set instead.

The job never writes the columns of the one, people never those of the other; `LeadScore` says which counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, When

from core.upsert import upsert
from crm.choices import grade_of
from crm.models import Lead, LeadScore
from crm.services.grade_rises import rises_among, tell_rises


@dataclass(frozen=True, slots=True)
class ScoredLead:
    """One lead's score; the names are the columns of `LeadScore`.

    A score by points has a fit, an engagement and a cell in the place of a chance.
    """

    lead: int
    version: int
    run: int | None
    as_of: datetime
    score: int
    grade: str
    probability: float | None
    low: float | None
    high: float | None
    reasons: list[dict[str, Any]]
    rest_points: float
    average_score: float
    fit: int | None = None
    engagement: int | None = None
    cell: str = ""


COLUMNS = [field.name for field in fields(ScoredLead)]
BY_HAND = ["hand_score", "hand_grade"]
REMEMBERED_EVERY = timedelta(days=7)


@transaction.atomic
def store_lead_scores(scored: Iterable[ScoredLead]) -> int:
    """Insert or overwrite; a score as of a later moment stays. Returns rows written.

    Leads that were deleted since they were read are left out. What people set stays: a new row
    takes it over, one that is there keeps it. Owners are told of leads that rise to a good grade.
    """
    rows = {row.lead: row for row in scored}
    there = set(Lead.objects.filter(pk__in=rows).values_list("pk", flat=True))
    by_hand = _locked_hand_scores(there)
    if rows:
        by_points = {pk: rows[pk].probability is None for pk in there}
        _remember(by_points, max(row.as_of for row in rows.values()))
    rises = rises_among({pk: (rows[pk].version, rows[pk].grade) for pk in there})
    written = upsert(
        LeadScore,
        # In one order, so that writers of the same rows never wait for each other.
        ((*_values(rows[pk]), *_by_hand(by_hand.get(pk))) for pk in sorted(there)),
        fields=[*COLUMNS, *BY_HAND],
        key=["lead"],
        updates=[name for name in COLUMNS if name != "lead"],
        newer_by="as_of",
    )
    tell_rises(rises)
    return written


def _values(row: ScoredLead) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in COLUMNS)


def _remember(by_points: Mapping[int, bool], as_of: datetime) -> None:
    """Keep the scores that are about to be replaced, once a week.

    Points of rules and the scores of a model are not compared: between them nothing is kept.
    """
    are_points = Q(pk__in=[pk for pk, is_points in by_points.items() if is_points])
    were_points = Q(probability__isnull=True)
    is_other = (are_points & ~were_points) | (~are_points & were_points)
    is_due = Q(earlier_at__isnull=True) | Q(earlier_at__lte=as_of - REMEMBERED_EVERY)
    rows = LeadScore.objects.filter(pk__in=by_points, score__isnull=False, as_of__lt=as_of)
    rows.filter(is_due | is_other).update(
        earlier_score=Case(When(is_other, then=None), default=F("score")),
        earlier_at=Case(When(is_other, then=None), default=F("as_of")),
    )


def _locked_hand_scores(leads: Iterable[int]) -> dict[int, int | None]:
    """What people set, which cannot be taken back before this transaction ends."""
    held = Lead.objects.filter(pk__in=leads, hand_score__isnull=False).order_by("pk")
    locked = held.select_for_update(of=("self",), no_key=True)
    return dict(locked.values_list("pk", "hand_score"))


def _by_hand(score: int | None) -> tuple[int | None, str]:
    return score, "" if score is None else str(grade_of(score))


def follow_hand_scores(changes: Mapping[int, Mapping[str, Any]]) -> None:
    """Keep the copy in step with what was set by hand, or taken back, on these leads."""
    changed = sorted(pk for pk, of_lead in changes.items() if "hand_score" in of_lead)
    if not changed:
        return
    rows = Lead.objects.filter(pk__in=changed).order_by("pk")
    scores = dict(rows.values_list("pk", "hand_score"))
    _hold({pk: score for pk, score in scores.items() if score is not None})
    _give_back([pk for pk, score in scores.items() if score is None])


def _hold(scores: Mapping[int, int]) -> None:
    beside = {"grade": "", "reasons": [], "rest_points": 0.0, "average_score": 0.0}
    upsert(
        LeadScore,
        ((pk, *_by_hand(score), *beside.values()) for pk, score in scores.items()),
        fields=["lead", *BY_HAND, *beside],
        key=["lead"],
        updates=BY_HAND,
    )


def _give_back(leads: Iterable[int]) -> None:
    """To the model, or to nobody where no model has scored them yet."""
    rows = LeadScore.objects.filter(pk__in=leads)
    rows.filter(score__isnull=True).delete()
    rows.update(hand_score=None, hand_grade="")
