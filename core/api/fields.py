"""The fields of a record type as the caller sees them: built in and added."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.base import user_of
from core.api.described import FLAG, MAYBE_TEXT, TEXT, Json, described, thing
from core.api.records import RecordsView
from core.conditions.fields import ResolvedField, resolve
from core.conditions.operators import operators_for
from core.conditions.viewpoint import Viewpoint
from core.rows.fields import RowFields
from core.telling.records import own_names

FIELD = thing(
    {
        "name": {**TEXT, "description": "As in conditions, fields and sort."},
        "label": TEXT,
        "type": TEXT,
        "is_sortable": FLAG,
        "is_written": FLAG,
        "is_required": FLAG,
        "target": {**MAYBE_TEXT, "description": "The record type that a link leads to."},
        "choices": {"type": "array", "items": thing({"value": {}, "label": TEXT})},
        "operators": {"type": "array", "items": TEXT},
    }
)


class RecordFields(RecordsView):
    """What there is to ask and to write."""

    actions = {"GET": "view"}

    @described(
        "Fields of {many}",
        answers={200: thing({"results": {"type": "array", "items": FIELD}})},
    )
    def get(self, request: Request) -> Response:
        user = user_of(request)
        eyes = Viewpoint(user, timezone.localtime())
        written = RowFields(self.kind, user, eyes)
        names = own_names(self.kind, eyes)
        told = [_told(resolve(self.kind, name, eyes), written) for name in names]
        return Response({"results": told})


def _told(field: ResolvedField, written: RowFields) -> Json:
    own: Any = written.custom.get(field.key) if field.key else written.by_name.get(field.name)
    return {
        "name": field.name,
        "label": field.label,
        "type": str(field.type),
        "is_sortable": field.is_sortable,
        "is_written": own is not None and not written.refusal(own, is_new=True),
        "is_required": own is not None and own.is_required,
        "target": field.target or None,
        "choices": [{"value": value, "label": str(label)} for value, label in field.choices],
        "operators": [operator.key for operator in operators_for(field.type)],
    }
