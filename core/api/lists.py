"""Short lists: in the order of their numbers, a page after the other."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.described import Json, query
from core.api.problems import wrong_parameter
from core.ids import LARGEST_ID, number_in

USUAL, LARGEST = 100, 500
PAGING: tuple[Json, ...] = (
    query("after", "`next` of the answer before."),
    query("size", "How many.", {"type": "integer", "minimum": 1, "maximum": LARGEST}),
)


def answer(
    request: Request,
    rows: QuerySet[Any],
    read: Callable[[Any], Json],
    *,
    newest_first: bool = False,
) -> Response:
    """A page of the rows."""
    after = number(request, "after", 0, LARGEST_ID)
    size = number(request, "size", USUAL, LARGEST) or USUAL
    if after:
        rows = rows.filter(**{f"pk__{'lt' if newest_first else 'gt'}": after})
    found = list(rows.order_by("-pk" if newest_first else "pk")[: size + 1])
    shown = found[:size]
    following = str(shown[-1].pk) if len(found) > size else None
    return Response({"results": [read(row) for row in shown], "next": following})


def number(request: Request, name: str, usual: int, most: int) -> int:
    """A number of the address; refuses what is none."""
    text = request.query_params.get(name, "")
    if not text:
        return usual
    found = number_in(text, most)
    if found is None:
        raise wrong_parameter(name, _("Write a number up to %(most)s.") % {"most": most})
    return found
