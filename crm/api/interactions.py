"""What people did: read of one contact, written for many."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import lists
from core.api.base import ApiView, body_of, user_of
from core.api.described import (
    ID,
    IDEMPOTENCY,
    MAYBE_MOMENT,
    MAYBE_TEXT,
    NUMBER,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    listed,
    query,
    ref,
    thing,
)
from core.api.idempotency import once
from core.api.problems import wrong_parameter
from core.choices import FieldType
from core.errors import Refused
from core.ids import is_id
from core.models import User
from core.rows.items import Key
from core.rows.keys import find_by_keys
from core.rows.reading import key_of
from core.rows.values import for_column, parsed
from core.telling.values import amount, moment
from crm.choices import InteractionKind
from crm.models import Contact, Interaction
from crm.services.interactions import NewInteraction, record_interactions

MOST_ROWS = 1_000
TEXTS = ("subject", "url", "channel", "currency")
PROPERTIES: Json = {
    "kind": {"enum": InteractionKind.values},
    "at": {"type": "string", "format": "date-time"},
    "subject": MAYBE_TEXT,
    "url": MAYBE_TEXT,
    "channel": MAYBE_TEXT,
    "amount": {"type": ["string", "number", "null"]},
    "currency": MAYBE_TEXT,
    "detail": {"type": "object"},
}
KNOWN = frozenset({"contact", "key", *PROPERTIES})
ROW = thing(
    {
        "contact": ref("Reference"),
        "key": {**TEXT, "description": "What makes it the same event when it is told again."},
        **PROPERTIES,
    },
    required=["contact", "kind", "at", "key"],
)


def _told(row: Interaction) -> Json:
    return {
        "id": row.pk,
        "kind": row.kind,
        "at": moment(row.at),
        "key": row.key,
        "subject": row.subject or None,
        "url": row.url or None,
        "channel": row.channel or None,
        "amount": amount(row.amount),
        "currency": row.currency or None,
        "detail": row.detail,
    }


class ContactInteractions(ApiView):
    """What one contact did, newest first."""

    rights = {"GET": "crm.contact.view"}

    @described(
        "Interactions of a contact",
        query=(query("kind", "Only these.", {"enum": InteractionKind.values}), *lists.PAGING),
        answers={200: listed(thing({"id": ID, "key": TEXT, **PROPERTIES, "at": MAYBE_MOMENT}))},
    )
    def get(self, request: Request, pk: int) -> Response:
        contact = Contact.objects.visible_to(user_of(request)).filter(pk=pk).first()
        if contact is None:
            raise Http404
        rows: QuerySet[Interaction] = Interaction.objects.filter(contact=contact)
        kind = request.query_params.get("kind", "")
        if kind and kind not in InteractionKind.values:
            raise wrong_parameter("kind", ", ".join(InteractionKind.values))
        rows = rows.filter(kind=kind) if kind else rows
        return lists.answer(request, rows, _told, newest_first=True)


class InteractionsBulk(ApiView):
    """Up to a thousand at once; those that are known already are left as they are."""

    rights = {"POST": "crm.contact.edit"}

    @described(
        "Write what people did",
        takes=thing({"rows": {"type": "array", "maxItems": MOST_ROWS, "items": ROW}}),
        headers=(IDEMPOTENCY,),
        answers={
            200: thing(
                {
                    "written": NUMBER,
                    "known": NUMBER,
                    "refused": {
                        "type": "array",
                        "items": thing({"index": NUMBER, "detail": TEXT}),
                    },
                }
            )
        },
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request) -> Response:
        given = body_of(request).get("rows")
        if not isinstance(given, list) or len(given) > MOST_ROWS:
            sentence = _("Send a list of up to %(most)s rows.") % {"most": MOST_ROWS}
            raise wrong_parameter("rows", sentence)
        found, refused = _read(given, user_of(request))
        written = record_interactions(found)
        return Response(
            {
                "written": written,
                "known": len(found) - written,
                "refused": [{"index": i, "detail": said} for i, said in sorted(refused.items())],
            }
        )


def _read(given: Sequence[Any], by: User) -> tuple[list[NewInteraction], dict[int, str]]:
    """What can be written, and why the rest cannot."""
    people, refused = _people(given, by)
    found: list[NewInteraction] = []
    for index, row in enumerate(given):
        if index in refused:
            continue
        try:
            found.append(_interaction(row, people[index]))
        except Refused as refusal:
            refused[index] = str(refusal)
    return found, refused


def _people(given: Sequence[Any], by: User) -> tuple[dict[int, int], dict[int, str]]:
    """The contact of each row, among those that the caller may change."""
    wanted: dict[int, int | Key] = {}
    refused: dict[int, str] = {}
    for index, row in enumerate(given):
        try:
            wanted[index] = _person(row)
        except Refused as refusal:
            refused[index] = str(refusal)
    keys = find_by_keys("crm.contact", [it for it in wanted.values() if isinstance(it, Key)])
    numbers = {i: keys.get(it, 0) if isinstance(it, Key) else it for i, it in wanted.items()}
    rows = Contact.objects.visible_to(by, "edit").filter(pk__in=set(numbers.values()))
    reached = set(rows.values_list("pk", flat=True))
    for index, number in numbers.items():
        if number not in reached:
            refused[index] = _("This contact is gone, or you may not change it.")
    return numbers, refused


def _person(row: Any) -> int | Key:
    if not isinstance(row, Mapping):
        raise Refused(_("A row has to be an object in JSON."))
    contact = row.get("contact")
    if isinstance(contact, Mapping) and contact.get("id") is None:
        return key_of(contact)
    number = contact.get("id") if isinstance(contact, Mapping) else contact
    if not is_id(number):
        raise Refused(_("Name the contact by its number, or by source and key."))
    return number


def _interaction(row: Mapping[str, Any], contact: int) -> NewInteraction:
    if unknown := set(row) - KNOWN:
        raise Refused(_("There is no field “%(name)s”.") % {"name": min(unknown)[:60]})
    at = parsed(FieldType.MOMENT, row.get("at"))
    key, kind, detail = row.get("key"), row.get("kind"), row.get("detail") or {}
    if at is None:
        raise Refused(_("Say when it was: “at”."))
    if kind not in InteractionKind.values:
        raise Refused(_("Choose a kind: %(kinds)s.") % {"kinds": ", ".join(InteractionKind.values)})
    if not isinstance(key, str) or not 0 < len(key) <= 120:
        raise Refused(_("Give a “key” of up to 120 characters: it makes the event the same."))
    if not isinstance(detail, Mapping):
        raise Refused(_("“detail” has to be an object in JSON."))
    texts = {name: _column(name, FieldType.TEXT, row.get(name)) for name in TEXTS}
    money = _column("amount", FieldType.MONEY, row.get("amount"))
    return NewInteraction(
        contact, kind, at, key, amount=money, detail=dict(detail), origin="api", **texts
    )


def _column(name: str, field_type: FieldType, value: Any) -> Any:
    return for_column(Interaction._meta.get_field(name), field_type, value)
