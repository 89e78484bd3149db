"""Search over all records."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import permissions
from core.api import lists
from core.api.base import SIGNED_IN, ApiView, user_of
from core.api.described import ID, TEXT, described, query, thing
from core.api.problems import SECONDS, wrong_parameter
from core.lists import lists as definitions
from core.models import User
from core.registries import record_types
from core.search.finding import Hit, find_records
from core.time_limits import at_most

USUAL, MOST, LONGEST = 20, 50, 200
HIT = thing({"id": ID, "type": TEXT, "display_name": TEXT, "url": TEXT})


class Search(ApiView):
    """The best matches first, of all types that the caller sees."""

    rights = {"GET": SIGNED_IN}

    @described(
        "Search records",
        query=(
            query("q", "Words, parts of numbers or addresses.") | {"required": True},
            query("limit", "How many.", {"type": "integer", "minimum": 1, "maximum": MOST}),
        ),
        answers={200: thing({"results": {"type": "array", "items": HIT}})},
    )
    def get(self, request: Request) -> Response:
        words = request.query_params.get("q", "").strip()[:LONGEST]
        if not words:
            raise wrong_parameter("q", _("Say what to look for."))
        limit = lists.number(request, "limit", USUAL, MOST) or USUAL
        user = user_of(request)
        with at_most(SECONDS):
            hits = find_records(words, user, limit=limit)
            return Response({"results": _told(hits, user)})


def _told(hits: list[Hit], user: User) -> list[dict[str, Any]]:
    """One query for each type; what has gone in the meantime is left out."""
    access = permissions.access_of(user)
    ids: dict[str, list[int]] = {}
    for hit in hits:
        ids.setdefault(hit.object_type, []).append(hit.object_id)
    rows: dict[tuple[str, int], Any] = {}
    for key, pks in ids.items():
        found = permissions.visible_rows(record_types[key].model, user)
        if key in definitions:
            found = found.select_related(*definitions[key].related)
        rows |= {(key, row.pk): row for row in found.filter(pk__in=pks)}
    return [
        {
            "id": row.pk,
            "type": hit.object_type,
            "display_name": row.name_for(access),
            "url": row.get_absolute_url(),
        }
        for hit in hits
        if (row := rows.get((hit.object_type, hit.object_id))) is not None
    ]
