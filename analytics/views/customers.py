"""What customers will probably still buy, and how many of them come again."""

from django.http import HttpRequest, HttpResponse

from analytics.pages.customer_cohorts import cohorts_context
from analytics.pages.customer_value import value_context
from core import permissions
from core.pages import render_page
from core.permissions import requires


@requires("analytics.lifetime.view")
def customer_value(request: HttpRequest) -> HttpResponse:
    """The value ahead of all customers, whom to keep, and how far it can be trusted."""
    context = value_context(permissions.user_of(request))
    return render_page(request, "analytics/customer_value.html", context)


@requires("analytics.lifetime.view")
def customer_cohorts(request: HttpRequest) -> HttpResponse:
    """Who bought again, by the month of their first purchase."""
    context = cohorts_context(permissions.user_of(request), request.GET)
    return render_page(request, "analytics/customer_cohorts.html", context)
