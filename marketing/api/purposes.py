"""Purposes of messages by program: what people can agree to."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
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
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    listed,
    thing,
)
from core.api.idempotency import once
from core.api.problems import InvalidError
from core.models import User
from core.telling.values import moment
from marketing.api.asking import (
    Is,
    checked_types,
    is_flag,
    is_text,
    is_thing,
    refusing,
    require_valid,
)
from marketing.api.consents import VIEW
from marketing.forms.message_settings import PurposeForm
from marketing.models import Purpose
from marketing.services.message_settings import MANAGE, archive_purpose, save_purpose

WRITE = {"headers": (IDEMPOTENCY,), "fails": WRITE_FAILS}
LANGUAGES = [code for code, _name in settings.LANGUAGES]
GIVEN: Json = {
    "name": {"type": "string", "maxLength": 80},
    "public_names": {
        "type": "object",
        "description": "What recipients call it, by language code; `name` where one is missing.",
        "properties": {code: {"type": "string", "maxLength": 120} for code in LANGUAGES},
        "additionalProperties": False,
    },
    "description": {"type": "string", "maxLength": 500},
    "is_confirmed": {
        **FLAG,
        "description": "A consent by a web form counts only when it was confirmed by e-mail.",
    },
}
TOLD = thing({"id": ID, **GIVEN, "archived": MAYBE_MOMENT})
KINDS: Mapping[str, Is] = {
    "name": is_text,
    "public_names": is_thing,
    "description": is_text,
    "is_confirmed": is_flag,
}


def _told(row: Purpose) -> Json:
    return {
        "id": row.pk,
        "name": row.name,
        "public_names": row.public_names,
        "description": row.description,
        "is_confirmed": row.is_confirmed,
        "archived": moment(row.archived_at),
    }


class Purposes(ApiView):
    """What people can agree to."""

    rights = {"GET": VIEW, "POST": MANAGE}

    @described("Purposes of messages", query=lists.PAGING, answers={200: listed(TOLD)})
    def get(self, request: Request) -> Response:
        return lists.answer(request, Purpose.objects.all(), _told)

    @described(
        "Make a purpose of messages",
        takes=thing({**GIVEN, "description": TEXT}, required=["name"]),
        answers={201: TOLD},
        **WRITE,
    )
    @once
    def post(self, request: Request) -> Response:
        body = body_of(request)
        checked_types(body, KINDS)
        purpose = _saved(Purpose(), body, user_of(request))
        return Response(_told(purpose), status=201)


class PurposeDetail(ApiView):
    """One purpose."""

    rights = {"GET": VIEW, "PATCH": MANAGE}

    @described("A purpose of messages", answers={200: TOLD})
    def get(self, _request: Request, pk: int) -> Response:
        return Response(_told(_purpose(pk)))

    @described(
        "Change a purpose of messages",
        description="Only what is given is changed. Archived, nobody is asked for it any more; what was said of it "
        "stays.",
        takes=thing({**GIVEN, "is_archived": FLAG}, required=[]),
        answers={200: TOLD},
        fails=WRITE_FAILS,
    )
    def patch(self, request: Request, pk: int) -> Response:
        body, user = body_of(request), user_of(request)
        checked_types(body, {**KINDS, "is_archived": is_flag})
        purpose, is_archived = _purpose(pk), body.pop("is_archived", None)
        if body:
            purpose = _saved(purpose, body, user)
        if is_archived is not None:
            refusing(
                "is_archived",
                lambda: archive_purpose(
                    purpose=purpose, is_archived=is_archived, by=user, at=timezone.now()
                ),
            )
        return Response(_told(purpose))


def _purpose(pk: int) -> Purpose:
    found = Purpose.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _saved(purpose: Purpose, body: Json, user: User) -> Purpose:
    """Judged by the form of the page."""
    names: Any = body.pop("public_names", purpose.public_names)
    if unknown := set(names) - set(LANGUAGES):
        raise InvalidError(
            {"public_names": [_("There is no language “%(code)s”.") % {"code": min(unknown)}]}
        )
    if not all(map(is_text, names.values())):
        raise InvalidError({"public_names": [_("Give a name for each language.")]})
    public = {f"public_{code}": names.get(code, "") for code in LANGUAGES}
    values = {name: getattr(purpose, name) for name in KINDS if name != "public_names"}
    form = PurposeForm({**values, **body, **public}, purpose=purpose)
    require_valid(form, dict.fromkeys(public, "public_names"))
    return refusing("name", lambda: save_purpose(purpose=form.filled(), by=user))
