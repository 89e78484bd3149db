"""The lists of sales: one page, declared per record type in `crm.tables`."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from core import permissions
from core.lists import ListDefinition, ListState, list_context
from core.pages import render_page
from core.permissions import requires
from core.views.list_tools import look_after_indexes
from crm.pages.inbox import whose_inbox
from crm.queries.boards import sees_board
from crm.queries.inbox import is_inbox
from crm.queries.response_times import FIELDS
from crm.tables import ACTIVITIES, COMPANIES, CONTACTS, DEALS, EVENTS, GROUPS, LEADS, PRODUCTS
from crm.views.boards import board_page


def _page(
    request: HttpRequest, definition: ListDefinition, more: dict[str, Any] | None = None
) -> HttpResponse:
    return _drawn(request, list_context(definition, request) | (more or {}))


def _drawn(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    look_after_indexes(context["state"])
    return render_page(request, "core/list/page.html", context, parts={"list": "list"})


@requires("crm.lead.view")
def lead_list(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    access = permissions.access_of(user)
    context = list_context(LEADS, request)
    context |= {
        "may_import": access.may("crm.import.use"),
        "bar": "crm/leads/list_bar.html",
        "whose": whose_inbox(context["state"]),
        "nothing": "crm/leads/inbox_empty.html" if is_inbox(context["state"]) else "",
        "sees_response": all(access.sees(field) for field in FIELDS),
    }
    return _drawn(request, context)


@requires("crm.contact.view")
def contact_list(request: HttpRequest) -> HttpResponse:
    return _page(request, CONTACTS)


@requires("crm.company.view")
def company_list(request: HttpRequest) -> HttpResponse:
    return _page(request, COMPANIES)


@requires("crm.deal.view")
def deal_list(request: HttpRequest) -> HttpResponse:
    """As a table or, with as=board, as cards by stage."""
    state = ListState(DEALS, permissions.user_of(request), request.GET)
    if state.board is not None and sees_board(state):
        return board_page(request, state)
    return _page(request, DEALS, {"bar": "crm/deals/bar.html"})


@requires("crm.product.view")
def product_list(request: HttpRequest) -> HttpResponse:
    return _page(request, PRODUCTS)


@requires("crm.activity.view")
def activity_list(request: HttpRequest) -> HttpResponse:
    return _page(request, ACTIVITIES)


@requires("crm.group.view")
def group_list(request: HttpRequest) -> HttpResponse:
    return _page(request, GROUPS)


@requires("crm.event.view")
def event_list(request: HttpRequest) -> HttpResponse:
    return _page(request, EVENTS)
