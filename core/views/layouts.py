"""Which fields stand where on record pages."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.models import User
from core.pages import render_page
from core.permissions import requires
from core.records.declaration import RecordPage, record_pages
from core.records.layouts import arranged, headings_of, layout_of, placed_fields
from core.services.layouts import PERMISSION, move_field, order_fields, place_field, reset_layout

STEPS = {"up": -1, "down": 1}
SHOWING = {"more": True, "show": False}


def _pages(user: User) -> list[RecordPage]:
    access = permissions.access_of(user)
    return [page for page in record_pages if access.may(f"{page.kind}.view")]


def _page(user: User, object_type: str) -> RecordPage:
    for page in _pages(user):
        if page.kind == object_type:
            return page
    raise Http404


@requires(PERMISSION)
def layout_list(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    pages = _pages(user)
    wanted = request.GET.get("type", "")
    page = next((each for each in pages if each.kind == wanted), pages[0] if pages else None)
    if page is None:
        raise Http404
    layout = layout_of(page.kind)
    context = {
        "tabs": [_tab(each, page) for each in pages],
        "kind": page.record_type,
        "sections": _sections(page, user),
        "is_changed": bool(layout),
        "choices": headings_of(page).items(),
    }
    return render_page(request, "core/settings/layouts.html", context)


def _tab(each: RecordPage, current: RecordPage) -> dict[str, Any]:
    kind = each.record_type
    return {"label": kind.plural, "url": _url(kind.key), "is_current": each is current}


def _sections(page: RecordPage, user: User) -> list[dict[str, Any]]:
    access = permissions.access_of(user)
    seen = [field for field in placed_fields(page) if access.sees(field.rule)]
    spots = arranged(page, seen, layout_of(page.kind))
    return [
        {
            "key": key,
            "label": label,
            "fields": [(spot, field) for spot, field in spots if spot.section == key],
        }
        for key, label in headings_of(page).items()
    ]


def _url(object_type: str) -> str:
    return f"{reverse('layout_list')}?{urlencode({'type': object_type})}"


@requires(PERMISSION)
@require_POST
def layout_update(request: HttpRequest, object_type: str) -> HttpResponse:
    """One field moves, or all as they were dragged."""
    user = permissions.user_of(request)
    page = _page(user, object_type)
    name, way = request.POST.get("field", ""), request.POST.get("way", "")
    if "order" in request.POST:
        tokens = (token.partition(":") for token in request.POST["order"].split(",") if token)
        order = [(section, field) for section, _colon, field in tokens]
        order_fields(page=page, order=order, by=user)
    elif way in STEPS:
        move_field(page=page, name=name, steps=STEPS[way], by=user)
    elif way in SHOWING:
        place_field(page=page, name=name, is_more=SHOWING[way], by=user)
    elif "section" in request.POST:
        place_field(page=page, name=name, section=request.POST["section"], by=user)
    return HttpResponseRedirect(_url(page.kind))


@requires(PERMISSION)
@require_POST
def layout_reset(request: HttpRequest, object_type: str) -> HttpResponse:
    user = permissions.user_of(request)
    page = _page(user, object_type)
    reset_layout(page=page, by=user)
    messages.success(request, _("The layout is as it was shipped."))
    return HttpResponseRedirect(_url(page.kind))
