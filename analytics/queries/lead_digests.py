"""What happened to somebody's leads in a week."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from core import permissions
from core.models import User
from core.permissions import Access
from crm.choices import LeadStatus, grade_of
from crm.models import Lead

WEEK = timedelta(days=7)
SHOWN = 5
LOOKED_AT = 2_000  # of the changed leads the best ones


@dataclass(frozen=True)
class DigestLine:
    """A lead with its score, and its grade a week before."""

    name: str
    url: str
    score: int
    grade: str
    before: str = ""


@dataclass(frozen=True)
class Digest:
    """Counts of the week, the leads to call first, and those whose grade has changed."""

    open_leads: int
    new: int
    won: int
    lost: int
    best: list[DigestLine]
    risen: list[DigestLine]
    fallen: list[DigestLine]


def readers() -> QuerySet[User]:
    """Who owns scored open leads and wants to read of them."""
    owners = Lead.objects.open().kept().filter(score__isnull=False).values("owner")
    return User.objects.filter(is_active=True, wants_digest=True, pk__in=owners).exclude(email="")


def digest_of(user: User, at: datetime) -> Digest | None:
    """Of the leads that the user owns and may see; nothing where none has a score that may be seen."""
    access = permissions.access_of(user)
    if not access.sees("crm.lead.score"):
        return None
    own: Any = Lead.objects.visible_to(user).filter(owner=user)
    scored = own.open().filter(score__isnull=False).select_related("score", "contact", "company")
    ranked = scored.order_by("-score__counted_score", "-pk")
    best = [_line(lead, access) for lead in ranked[:SHOWN]]
    if not best:
        return None
    changed = ranked.filter(
        score__earlier_at__gt=at - 2 * WEEK, score__hand_score=None, score__score__isnull=False
    )
    lines = [_line(lead, access) for lead in changed[:LOOKED_AT]]
    closed = own.filter(closed_at__gt=at - WEEK, closed_at__lte=at)
    return Digest(
        open_leads=own.open().count(),
        new=own.filter(captured_at__gt=at - WEEK, captured_at__lte=at).count(),
        won=closed.filter(status=LeadStatus.CONVERTED).count(),
        lost=closed.exclude(status=LeadStatus.CONVERTED).count(),
        best=best,
        risen=[line for line in lines if line.grade < line.before][:SHOWN],
        fallen=[line for line in lines if line.before and line.grade > line.before][:SHOWN],
    )


def _line(lead: Lead, access: Access) -> DigestLine:
    score = lead.score
    earlier = score.earlier_score
    return DigestLine(
        lead.name_for(access),
        lead.get_absolute_url(),
        score.counted_score,
        score.counted_grade,
        "" if earlier is None else str(grade_of(earlier)),
    )
