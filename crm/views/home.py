"""Home of whoever leads: what changed and why, the funnel, what to do; read after the page."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from core import permissions
from core.company import company_for
from core.conditions import checked, to_parameter
from core.pages import render_page
from core.permissions import requires
from core.queries.home import HomeView
from core.queries.start import frame_of
from core.registries import record_types
from core.time_limits import TookTooLong
from crm.pages.funnel import FunnelReport
from crm.pages.home_changes import ChangesCard, to_do
from crm.queries.funnel import FunnelQuery, sees_funnel
from crm.queries.funnel_offers import ways
from crm.queries.home import sees_managing
from crm.queries.periods import DEFAULT, period_of


@requires("crm.deal.view")
def home_managing(request: HttpRequest) -> HttpResponse:
    """The cards; as a page of their own without scripts."""
    user = permissions.user_of(request)
    frame_of(user)
    home = HomeView.of(user, request.GET.get("show", ""))
    if not sees_managing(home):
        raise Http404
    currency = company_for(user).base_currency
    card = ChangesCard(home, request.GET.get("by", ""), currency)
    context = {
        "rows": card.rows(),
        "week": card.changes.week,
        "choices": card.choices(),
        "to_do": to_do(home),
        "funnel": _funnel(home, currency),
    }
    return render_page(request, "crm/home/managing.html", context, parts={"managing": "cards"})


def _funnel(home: HomeView, currency: str) -> dict[str, Any] | None:
    """The bars of the first pipeline, the last 90 days."""
    found = ways()
    if not found or not sees_funnel(home.view):
        return None
    (pipeline, stages), *_others = found.items()
    kind = record_types["crm.deal"]
    conditions = tuple(checked(each, kind, home.view) for each in home.owned)
    period = period_of(DEFAULT, home.view.now.date())
    query = FunnelQuery(home.view, pipeline, stages, period, conditions)
    asked = urlencode({"if": [to_parameter(each) for each in conditions]}, doseq=True)
    url = f"{reverse('deal_funnel')}?{asked}"
    try:
        report = FunnelReport(query, query.figures(), currency)
    except TookTooLong:
        return {"url": url, "is_slow": True}
    return {
        "url": url,
        "bars": report.bars(),
        "weakest": report.weakest(),
        "is_empty": report.is_empty,
        "days": period.days,
    }
