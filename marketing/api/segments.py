"""Segments by program: who is in them, on and off lists, counting a condition, asking all contacts now."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import lists
from core.api.base import ApiView, body_of, user_of
from core.api.described import (
    FLAG,
    ID,
    IDEMPOTENCY,
    MAYBE_MOMENT,
    MAYBE_NUMBER,
    NUMBER,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    listed,
    ref,
    thing,
)
from core.api.idempotency import once
from core.api.problems import InvalidError, ProblemError
from core.conditions import Viewpoint, asks_who_asks, checked, from_json
from core.errors import Refused
from core.ids import is_id
from core.models import User
from core.permissions import access_of
from core.tasks import wake
from core.telling.values import moment
from crm.models import Contact
from marketing.models import Segment, SegmentMember
from marketing.pages.segments import sentence_of
from marketing.queries.segment_rules import contact_type
from marketing.queries.segments import count_of, growth_of, members_of, sees_all_contacts
from marketing.services.memberships import add_to_list, company_day, remove_from_list
from marketing.services.segments import reconcile_segment

VIEW, EDIT = "marketing.segment.view", "marketing.segment.edit"
MOST_CONTACTS = 1_000
WRITE = {"headers": (IDEMPOTENCY,), "fails": WRITE_FAILS}
CONDITION: Json = {
    "type": "object",
    "description": "A condition as in the body of `contacts/query/`.",
}
CONTACTS: Json = {"type": "array", "maxItems": MOST_CONTACTS, "items": ID}


class _OfSegment(ApiView):
    def segment(self, request: Request, pk: int, action: str = "view") -> Segment:
        rows = Segment.objects.visible_to(user_of(request), action).select_related("owner")
        found: Segment | None = rows.filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


class SegmentCondition(_OfSegment):
    """What a segment asks, and how it grew."""

    rights = {"GET": VIEW}

    @described(
        "What a segment asks, and how it grew",
        description="The condition is empty for a list. Numbers count all members, so they are null for callers "
        "who see some contacts only: these count by `contacts/?if=segments:has_any:5&count=true`.",
        answers={
            200: thing(
                {
                    "condition": CONDITION,
                    "sentence": TEXT,
                    "size": MAYBE_NUMBER,
                    "joined_in_7_days": MAYBE_NUMBER,
                    "left_in_7_days": MAYBE_NUMBER,
                    "checked": MAYBE_MOMENT,
                }
            )
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        segment, user, now = self.segment(request, pk), user_of(request), timezone.localtime()
        growth = growth_of(segment, company_day(now)) if sees_all_contacts(user) else None
        return Response(
            {
                "condition": segment.condition,
                "sentence": sentence_of(segment, Viewpoint(user, now)),
                "size": segment.size if growth else None,
                "joined_in_7_days": growth.joined if growth else None,
                "left_in_7_days": growth.left if growth else None,
                "checked": moment(segment.checked_at),
            }
        )


class SegmentMembers(_OfSegment):
    """Who is in a segment; on and off a list."""

    rights = {"GET": VIEW, "POST": EDIT}

    @described(
        "Members of a segment that the caller sees, the newest first",
        query=lists.PAGING,
        answers={200: listed(thing({"contact": ref("Link"), "since": MAYBE_MOMENT}))},
    )
    def get(self, request: Request, pk: int) -> Response:
        segment, user = self.segment(request, pk), user_of(request)
        access = access_of(user)

        def told(row: SegmentMember) -> Json:
            contact = {"id": row.contact_id, "name": row.contact.name_for(access)}
            return {"contact": contact, "since": moment(row.since)}

        return lists.answer(request, members_of(segment, user), told, newest_first=True)

    @described(
        "Put contacts on a list, or take them off",
        description="A dynamic segment is filled by its condition and refuses this.",
        takes=thing({"add": CONTACTS, "remove": CONTACTS}, required=[]),
        answers={200: thing({"added": NUMBER, "removed": NUMBER})},
        **WRITE,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        segment, user = self.segment(request, pk, "edit"), user_of(request)
        body, at = body_of(request), timezone.now()
        if unknown := set(body) - {"add", "remove"}:
            raise InvalidError({min(unknown): [_("There is no such field.")]})
        add, remove = (_contacts(body, name, user) for name in ("add", "remove"))
        added = add_to_list(segment=segment, contacts=add, by=user, at=at)
        removed = remove_from_list(segment=segment, contacts=remove, by=user, at=at)
        return Response({"added": added, "removed": removed})


def _contacts(body: Json, name: str, user: User) -> list[int]:
    """Numbers of contacts that the caller sees; refuses others."""
    given: Any = body.get(name, [])
    if not isinstance(given, list) or len(given) > MOST_CONTACTS or not all(map(is_id, given)):
        sentence = _("Give up to %(most)s numbers of contacts.") % {"most": MOST_CONTACTS}
        raise InvalidError({name: [sentence]})
    seen = Contact.objects.visible_to(user).filter(pk__in=given).count()
    if seen != len(set(given)):
        raise InvalidError({name: [_("There is no such record, or you may not see it.")]})
    return given


class SegmentReconcile(_OfSegment):
    """All contacts asked now."""

    rights = {"POST": EDIT}

    @described(
        "Ask all contacts now",
        description="It happens by itself every night, and for each contact when something about it changes.",
        answers={200: thing({"run": ID})},
        **WRITE,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        segment = self.segment(request, pk, "edit")
        run = reconcile_segment(segment=segment, by=user_of(request), at=timezone.now())
        wake(run.pk)
        return Response({"run": run.pk})


class SegmentCount(ApiView):
    """How many contacts a condition means."""

    rights = {"POST": VIEW}

    @described(
        "Count the contacts that a condition means",
        description="Exactly, as far as the caller sees contacts. Nothing is saved.",
        takes=thing({"condition": CONDITION}),
        answers={200: thing({"count": NUMBER, "is_personal": FLAG})},
        fails=WRITE_FAILS,
    )
    def post(self, request: Request) -> Response:
        user = user_of(request)
        if not access_of(user).may("crm.contact.view"):
            raise ProblemError(403, "not-allowed", _("Your role does not allow this."))
        view = Viewpoint(user, timezone.localtime())
        try:
            condition = checked(from_json(body_of(request).get("condition")), contact_type(), view)
        except Refused as refusal:
            raise InvalidError({"condition": [str(refusal)]}) from refusal
        counted = count_of(condition, view, with_sample=False)
        if counted.number is None:
            raise ProblemError(422, "too-slow", counted.sentence)
        return Response({"count": counted.number, "is_personal": asks_who_asks(condition)})
