"""Whom to call first."""

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from core import permissions
from core.conditions import Criterion, any_of
from core.errors import Refused
from core.queries.home import MINE, HomeView
from core.reading import read_by_name
from crm.choices import OPEN_STATUSES
from crm.models import Company, Lead
from crm.queries.scores import Reasons

if TYPE_CHECKING:
    from core.models import User

SHOWN = 8
QUIET_DAYS = 7
UNTOUCHED = (
    Criterion("status", "is", [str(status) for status in OPEN_STATUSES]),
    any_of(Criterion("touched", "empty"), Criterion("touched", "longer_ago", QUIET_DAYS)),
)


def sees_managing(home: HomeView) -> bool:
    """Whoever may not see whose deals are whose cannot be told of a team's."""
    return not home.owned or home.view.access.sees("crm.deal.owner")


def managing(home: HomeView, _user: "User") -> dict[str, Any] | None:
    """Where the cards of whoever leads are read from; one's own work has none."""
    if home.scope == MINE or not sees_managing(home):
        return None
    return {"url": f"{reverse('home_managing')}?show={home.scope}"}


def call_first(home: HomeView, user: "User") -> dict[str, Any] | None:
    """The open leads with the best scores that nobody has touched for a week.

    Each comes with its strongest reason that may be seen.
    """
    access = permissions.access_of(user)
    try:
        leads = home.rows("crm.lead", Criterion("score", "set"), *UNTOUCHED)
    except Refused:
        return None
    best = leads.order_by("-score__counted_score", "-score__lead")
    rows = list(read_by_name(best, ("contact", "company", "score"), ())[:SHOWN])
    reasons = Reasons(user, home.view.now)
    return {
        "rows": [
            {
                "lead": lead,
                "company": _company(lead, user),
                "reason": _reason(lead, reasons),
            }
            for lead in rows
        ],
        "url": home.address("crm.lead", *UNTOUCHED, sort="-score"),
        "has_leads": bool(rows) or Lead.objects.visible_to(user).exists(),
        "is_by_points": any(lead.score.is_by_points for lead in rows),
        "average": _average(rows, reasons),
        "may_import": access.may("crm.import.use"),
        "may_create": access.may("crm.lead.create"),
        "sees_company": access.sees("crm.lead.company"),
    }


def _company(lead: Lead, user: "User") -> Company | None:
    """The company, where it may be seen."""
    is_reached = lead.company is not None and permissions.reaches(Company, user, lead.company)
    return lead.company if is_reached else None


def _average(leads: list[Lead], reasons: Reasons) -> float | None:
    """How many leads convert at all, as the version behind these scores knows it."""
    scored = (lead.score for lead in leads if lead.score.version_id)
    version = next(filter(None, map(reasons.version_of, scored)), None)
    return version.metrics.get("base_rate") if version else None


def _reason(lead: Lead, reasons: Reasons) -> dict[str, Any] | None:
    """What speaks most for the lead, in words."""
    told = reasons.of(lead, lead.score)
    return next((reason for reason in told if reason["points"] > 0), None)
