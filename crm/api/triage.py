"""New leads worked off by program: qualified, not a fit, put off until a day."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import permissions
from core.api.base import body_of, user_of
from core.api.described import IDEMPOTENCY, TEXT, WRITE_FAILS, Json, described, thing
from core.api.idempotency import once
from core.api.problems import InvalidError, ProblemError
from core.api.records import RecordsView, of_kind
from core.changes import Change
from core.errors import Refused
from core.services.records import change_records
from crm.choices import LeadStatus
from crm.models import Lead
from crm.services.triage import LONGEST, DisqualifyLeads, QualifyLeads, RecycleLeads

WORDS: Json = {**TEXT, "maxLength": LONGEST}
DAY: Json = {**TEXT, "format": "date"}


class LeadTriage(RecordsView):
    """What the inbox of new leads does with one of them."""

    actions = {"POST": "edit"}

    def act(
        self, request: Request, pk: int, names: Sequence[str], change_of: Callable[[Json], Change]
    ) -> Response:
        """Change the lead as the body says; whoever does not reach it learns nothing of it."""
        user = user_of(request)
        if not permissions.access_of(user).edits("crm.lead.status"):
            sentence = _("Your role may not change the status of leads.")
            raise ProblemError(403, "not-allowed", sentence)
        lead = Lead.objects.visible_to(user, "edit").filter(pk=pk).first()
        if lead is None:
            raise Http404
        body = body_of(request) if request.data else {}
        if unknown := set(body) - set(names):
            raise InvalidError({min(unknown): [_("There is no such field.")]})
        change = change_of(body)
        if lead.status == LeadStatus.CONVERTED:
            raise Refused(_("This lead has become a deal. Undo the conversion first."))
        rows = Lead.objects.filter(pk=pk)
        change_records(rows=rows, change=change, by=user, at=timezone.now())
        return self.shown(user, pk)


def _text(body: Json, name: str) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str) or len(value) > LONGEST:
        raise InvalidError({name: [_("Write a text.")]})
    return value.strip()


def _day(body: Json, name: str) -> str:
    """A day as the change keeps it; empty where none is given."""
    value: Any = body.get(name)
    if value is None:
        return ""
    try:
        day = parse_date(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None:
        raise InvalidError({name: [_("Give a day such as 2026-12-31.")]})
    return day.isoformat()


def _qualifying(body: Json) -> QualifyLeads:
    return QualifyLeads(_text(body, "step"), _day(body, "step_on"))


def _disqualifying(body: Json) -> DisqualifyLeads:
    reason = _text(body, "reason")
    if not reason:
        raise InvalidError({"reason": [_("Say why it is not a fit.")]})
    return DisqualifyLeads(reason)


def _recycling(body: Json) -> RecycleLeads:
    until = _day(body, "until")
    if not until:
        raise InvalidError({"until": [_("Choose a day within the next two years.")]})
    return RecycleLeads(until)


class LeadQualify(LeadTriage):
    """Worth a colleague's time."""

    @described(
        "Qualify a lead",
        description="With a next step, which becomes a task of whoever has the lead, due at nine on its day.",
        takes=thing({"step": WORDS, "step_on": DAY}, required=[]),
        headers=(IDEMPOTENCY,),
        answers={200: of_kind()},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        return self.act(request, pk, ("step", "step_on"), _qualifying)


class LeadDisqualify(LeadTriage):
    """Not a fit."""

    @described(
        "Say that a lead is not a fit, and why",
        description="`GET /close-reasons/` has the reasons that the dialog offers; other words are taken, too.",
        takes=thing({"reason": WORDS}, required=["reason"]),
        headers=(IDEMPOTENCY,),
        answers={200: of_kind()},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        return self.act(request, pk, ("reason",), _disqualifying)


class LeadRecycle(LeadTriage):
    """Later."""

    @described(
        "Put a lead off until a day",
        description="It leaves the inbox and comes back on that day as a new one.",
        takes=thing({"until": DAY}, required=["until"]),
        headers=(IDEMPOTENCY,),
        answers={200: of_kind()},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        return self.act(request, pk, ("until",), _recycling)
