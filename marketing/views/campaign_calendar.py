"""The calendar of campaigns: a month, day by day."""

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core import permissions
from core.pages import render_page
from core.permissions import requires
from marketing.choices import CampaignState
from marketing.queries.campaign_calendar import month_of

FIRST_YEAR, LAST_YEAR = 1970, 2200
METERS = {
    CampaignState.SENT: "m-ok",
    CampaignState.SCHEDULED: "m-violet",
    CampaignState.APPROVAL: "m-warn",
    CampaignState.PAUSED: "m-warn",
}


@requires("marketing.campaign.view")
def campaign_calendar(request: HttpRequest) -> HttpResponse:
    """What was sent and what is planned, by day; `month=2026-11` asks for another month."""
    user = permissions.user_of(request)
    month = month_of(user, _asked(request.GET.get("month", "")))
    most = max(month.counts.values(), default=0)
    context = {
        "month": month,
        "is_empty": not month.counts,
        "progress": [
            {
                "state": state,
                "count": count,
                "share": count / most * 100,
                "tone": METERS.get(state, ""),
            }
            for state in CampaignState
            if (count := month.counts.get(state, 0))
        ],
        "may_create": permissions.access_of(user).may("marketing.campaign.create"),
    }
    return render_page(request, "marketing/campaigns/calendar.html", context)


def _asked(text: str) -> date:
    """The first of the month; this one where nobody can mean what is asked."""
    try:
        asked = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  # a month has no zone
    except ValueError:
        asked = timezone.localdate().replace(day=1)
    return asked if FIRST_YEAR < asked.year < LAST_YEAR else timezone.localdate().replace(day=1)
