"""Saved views: what they ask; `?view=` of a list runs one."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from core import permissions
from core.api import lists
from core.api.base import SIGNED_IN, ApiView, user_of
from core.api.components import api_types
from core.api.described import (
    ID,
    MAYBE_TEXT,
    TEXT,
    Json,
    described,
    listed,
    query,
    thing,
)
from core.conditions.viewpoint import Viewpoint
from core.lists.columns import resolved
from core.lists.parts import parameters_of, read_parts
from core.lists.saved_views import visible_views
from core.models import SavedView, User
from core.registries import record_types

VIEW = thing(
    {
        "id": ID,
        "name": TEXT,
        "type": TEXT,
        "sharing": {"enum": ["private", "team", "all"]},
        "condition": {
            "anyOf": [{"type": "object"}, {"type": "null"}],
            "description": "Null when it asks for something that you may not see.",
        },
        "fields": {"type": "array", "items": TEXT},
        "sort": MAYBE_TEXT,
    }
)


def _rows(user: User) -> Any:
    access = permissions.access_of(user)
    kinds = [it.key for it in api_types() if access.may(f"{it.key}.view")]
    return visible_views(user).filter(object_type__in=kinds)


def _told(view: SavedView, eyes: Viewpoint) -> Json:
    """The view as far as its fields may be seen."""
    kind = record_types[view.object_type]
    parts = read_parts(parameters_of(view.condition), kind, eyes)
    is_seen = all(part.condition is not None for part in parts)
    sort = view.sort if resolved(kind, view.sort.removeprefix("-"), eyes) else ""
    return {
        "id": view.pk,
        "name": view.label,
        "type": view.object_type,
        "sharing": view.sharing,
        "condition": (view.condition or {}) if is_seen else None,
        "fields": [name for name in view.columns if resolved(kind, str(name), eyes)],
        "sort": sort or None,
    }


class SavedViews(ApiView):
    """The views that the caller has."""

    rights = {"GET": SIGNED_IN}

    @described(
        "Saved views",
        query=(query("type", "Of this record type only.", example="crm.lead"), *lists.PAGING),
        answers={200: listed(VIEW)},
    )
    def get(self, request: Request) -> Response:
        user = user_of(request)
        eyes = Viewpoint(user, timezone.localtime())
        rows = _rows(user)
        if request.query_params.get("type"):
            rows = rows.filter(object_type=request.query_params["type"])
        return lists.answer(request, rows, lambda view: _told(view, eyes))


class SavedViewDetail(ApiView):
    """One view."""

    rights = {"GET": SIGNED_IN}

    @described("A saved view", answers={200: VIEW})
    def get(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        view = _rows(user).filter(pk=pk).first()
        if view is None:
            raise Http404
        return Response(_told(view, Viewpoint(user, timezone.localtime())))
