"""Segments of customers by program: personas, naming, a new run, the segment of one contact."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.runs import started, starting
from analytics.pages.customer_segments import Told
from analytics.queries.customer_segments import (
    KIND,
    current_segments,
    reasons_of,
    sees_cells,
    sees_segments,
    segment_row,
)
from analytics.services.customer_segments import name_segment
from core import permissions
from core.api.base import ApiView, body_of, user_of
from core.api.described import (
    FLAG,
    ID,
    MAYBE_MOMENT,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    thing,
)
from core.api.idempotency import once
from core.api.problems import InvalidError
from core.api.records import RecordsView
from core.currencies import base_currency
from core.telling.values import moment
from crm.choices import Archetype, RfmCell
from crm.models import Contact, CustomerSegment
from crm.models.customer_segments import COLOURS

VIEW, RUN, NAME = (f"analytics.customer_segments.{action}" for action in ("view", "run", "name"))
COLOUR: Json = {"type": "integer", "minimum": 1, "maximum": COLOURS}
SHARE: Json = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
FIFTH: Json = {"type": ["integer", "null"], "minimum": 1, "maximum": 5}
BRIEF: Json = {
    "id": ID,
    "name": {**TEXT, "description": "What people call it, else what the model calls it."},
    "archetype": {"enum": Archetype.values},
    "description": TEXT,
    "colour": COLOUR,
    "size": {"type": "integer", "description": "Members that you may see."},
    "share": SHARE,
    "value": {**MAYBE_NUMBER, "description": "What they bought, in the base currency."},
    "found_at": MAYBE_MOMENT,
    "counted_at": MAYBE_MOMENT,
    "version": {"type": "integer"},
}
DIFFERENCE = thing(
    {
        "field": TEXT,
        "label": TEXT,
        "difference": {"type": "number", "description": "In standard deviations."},
        "mean": {"type": "number"},
        "rest": {"type": "number", "description": "The mean of all other contacts."},
    }
)
WORD = thing({"field": TEXT, "word": TEXT, "share": SHARE, "rest": SHARE})
CHANNEL = thing({"channel": TEXT, "mean": {"type": "number"}, "rest": {"type": "number"}})
SEGMENT = thing(BRIEF)
WHOLE = thing(
    {
        **BRIEF,
        "sets_apart": {"type": "array", "items": DIFFERENCE},
        "typical": {"type": "array", "items": WORD},
        "channels": {"type": "array", "items": CHANNEL},
        "message": TEXT,
    }
)
GIVEN: Json = {"name": {**TEXT, "maxLength": 80}, "description": TEXT, "colour": COLOUR}
REASON = thing({"field": TEXT, "label": TEXT, "value": {}, "weight": SHARE})
OF_CONTACT = thing(
    {
        "segment": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "segment_name": MAYBE_TEXT,
        "probability": SHARE,
        "is_newcomer": FLAG,
        "previous": {"type": ["integer", "null"]},
        "since": MAYBE_MOMENT,
        "reasons": {"type": "array", "items": REASON},
        "cell": {"enum": [*RfmCell.values, None]},
        "recency": FIFTH,
        "frequency": FIFTH,
        "value": FIFTH,
        "version": MAYBE_NUMBER,
        "as_of": MAYBE_MOMENT,
    }
)


def _brief(segment: CustomerSegment, told: Told) -> Json:
    size = told.sizes.get(segment.pk, 0)
    return {
        "id": segment.pk,
        "name": str(segment),
        "archetype": segment.archetype,
        "description": segment.description,
        "colour": segment.colour,
        "size": size,
        "share": size / told.total if told.total else None,
        "value": float(segment.value) if told.sees_values else None,
        "found_at": moment(segment.found_at),
        "counted_at": moment(segment.counted_at),
        "version": segment.version.number if segment.version else 0,
    }


def _whole(segment: CustomerSegment, told: Told) -> Json:
    profile, card = segment.profile, told.card(segment)
    raw = {row["field"]: row for row in profile.get("numbers", ())}
    seen = {row["field"]: row for row in told.numbers(profile.get("numbers", ()))}
    return _brief(segment, told) | {
        "sets_apart": [
            {
                "field": name,
                "label": row["label"],
                **{key: raw[name][key] for key in ("difference", "mean", "rest")},
            }
            for name, row in seen.items()
        ],
        "typical": [
            {key: row[key] for key in ("field", "word", "share", "rest")}
            for row in told.words(profile.get("words", ()))
        ],
        "channels": [
            {key: row[key] for key in ("channel", "mean", "rest")}
            for row in profile.get("channels", ())
        ],
        "message": str(card["message"]),
    }


def _segments(request: Request) -> tuple[Told, dict[int, CustomerSegment]]:
    """The segments that serve, for those who may see them."""
    user = user_of(request)
    rows = current_segments() if sees_segments(permissions.access_of(user)) else []
    return Told(user, rows), {row.pk: row for row in rows}


class Segments(ApiView):
    """All personas."""

    rights = {"GET": VIEW}

    @described(
        "Customer segments",
        description="Those of the version that serves, the largest first. Empty where none are stable.",
        answers={200: thing({"results": {"type": "array", "items": SEGMENT}})},
    )
    def get(self, request: Request) -> Response:
        told, rows = _segments(request)
        return Response({"results": [_brief(row, told) for row in rows.values()]})


class SegmentDetail(ApiView):
    """One persona."""

    rights = {"GET": VIEW, "PATCH": NAME}

    @described("A customer segment with what sets it apart", answers={200: WHOLE})
    def get(self, request: Request, pk: int) -> Response:
        told, rows = _segments(request)
        if pk not in rows:
            raise Http404
        return Response(_whole(rows[pk], told))

    @described(
        "Name a customer segment",
        description="An empty name gives it back to the model.",
        takes=thing(GIVEN, required=[]),
        answers={200: WHOLE},
        fails=WRITE_FAILS,
    )
    def patch(self, request: Request, pk: int) -> Response:
        told, rows = _segments(request)
        if pk not in rows:
            raise Http404
        segment = rows[pk]
        given = {name: getattr(segment, name) for name in GIVEN} | _given(body_of(request))
        name_segment(segment=segment, **given, by=user_of(request), at=timezone.now())
        return Response(_whole(segment, told))


def _given(body: Json) -> dict[str, Any]:
    """The values of a body; refuses what is unknown or of another type."""
    for name, value in body.items():
        if name not in GIVEN:
            raise InvalidError({name: [_("There is no such field.")]})
        is_number = isinstance(value, int) and not isinstance(value, bool)
        is_right = is_number if name == "colour" else isinstance(value, str) and "\0" not in value
        if not is_right:
            raise InvalidError({name: [_("This is not a value for this field.")]})
    return body


class SegmentRun(ApiView):
    """Finding segments anew."""

    rights = {"POST": RUN}

    @starting("Find the customer segments anew")
    @once
    def post(self, request: Request) -> Response:
        return started(request, KIND)


class ContactSegmentView(RecordsView):
    """The segment and RFM cell of one contact."""

    actions = {"GET": "view"}

    @described(
        "Customer segment of a contact",
        description="What you may not see is null; fields that you may not see are no reasons.",
        answers={200: OF_CONTACT},
    )
    def get(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        access = permissions.access_of(user)
        contact = Contact.objects.visible_to(user).filter(pk=pk).first()
        if contact is None:
            raise Http404
        row = segment_row(contact)
        segment = row if row is not None and sees_segments(access) else None
        cell = row if row is not None and sees_cells(access) else None
        return Response(
            {
                "segment": segment and segment.segment_id,
                "segment_name": str(segment.segment) if segment and segment.segment else None,
                "probability": segment and segment.probability,
                "is_newcomer": bool(segment and segment.is_newcomer),
                "previous": segment and segment.previous_id,
                "since": moment(segment.since) if segment and segment.since else None,
                "reasons": _reasons(segment, access) if segment else [],
                "cell": (cell.cell or None) if cell else None,
                **{
                    name: getattr(cell, name) if cell else None
                    for name in ("recency", "frequency", "value")
                },
                "version": row and row.version.number,
                "as_of": moment(row.as_of) if row else None,
            }
        )


def _reasons(row: Any, access: Any) -> list[Json]:
    raw = {reason["field"]: reason["value"] for reason in row.reasons}
    return [
        {
            "field": told["field"],
            "label": told["label"],
            "value": raw[told["field"]],
            "weight": told["weight"],
        }
        for told in reasons_of(row, access, base_currency())
    ]
