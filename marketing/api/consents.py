"""Consent by program: purposes, what people said, the suppression list, answers to web forms."""

from datetime import datetime
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
    MAYBE_TEXT,
    NUMBER,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    listed,
    thing,
)
from core.api.idempotency import once
from core.api.problems import InvalidError
from core.ids import is_id
from core.models import User
from core.telling.values import moment
from crm.models import Contact
from marketing.api.asking import moment_in
from marketing.choices import Channel, ConsentSource, ConsentState
from marketing.models import Consent, ConsentEvent, Purpose, Suppression
from marketing.queries.consents import trail_of
from marketing.queries.suppressions import suppressions
from marketing.services.consents import Word, record_consents
from marketing.services.suppressions import (
    add_suppressions,
    addresses_in,
    remove_suppressions,
)

VIEW, EDIT = "marketing.consent.view", "marketing.consent.edit"
MOST_WORDS = 1_000
STATES = (ConsentState.GRANTED.value, ConsentState.WITHDRAWN.value)
WRITE = {"headers": (IDEMPOTENCY,), "fails": WRITE_FAILS}
STATE: Json = {"type": "string", "enum": list(ConsentState.values)}
CHANNEL: Json = {"type": "string", "enum": list(Channel.values)}
SAID: Json = thing(
    {
        "purpose": ID,
        "channel": CHANNEL,
        "state": STATE,
        "source": {"type": "string", "enum": list(ConsentSource.values)},
        "details": TEXT,
        "at": MAYBE_MOMENT,
        "taken_back": {
            **MAYBE_MOMENT,
            "description": "When the import was undone that brought the word: since then it holds no more.",
        },
    }
)
WORD: Json = thing(
    {
        "contact": ID,
        "purpose": ID,
        "channel": CHANNEL,
        "state": {"type": "string", "enum": list(STATES)},
        "at": MAYBE_MOMENT,
        "details": {"type": "string", "maxLength": 300},
    },
    required=["contact", "purpose", "state", "details"],
)


def _told_word(row: Consent | ConsentEvent) -> Json:
    return {
        "purpose": row.purpose_id,
        "channel": row.channel,
        "state": row.state,
        "source": row.source,
        "details": row.detail,
        "at": moment(row.at),
        "taken_back": moment(getattr(row, "taken_back_at", None)),
    }


class ContactConsents(ApiView):
    """What a contact has said."""

    rights = {"GET": VIEW}

    @described(
        "What a contact has said of each purpose, and the newest words of the trail",
        answers={
            200: thing(
                {
                    "consents": {"type": "array", "items": SAID},
                    "history": {"type": "array", "items": SAID},
                    "messages_in_7_days": MAYBE_NUMBER,
                    "messages_in_30_days": MAYBE_NUMBER,
                    "paused_until": MAYBE_MOMENT,
                    "is_untracked": FLAG,
                }
            )
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        rows = Contact.objects.visible_to(user_of(request)).select_related("message_preference")
        contact = rows.filter(pk=pk).first()
        if contact is None:
            raise Http404
        wishes = getattr(contact, "message_preference", None)
        return Response(
            {
                "consents": [_told_word(row) for row in contact.consents.order_by("pk")],
                "history": [_told_word(row) for row in trail_of(pk)],
                "messages_in_7_days": wishes.week_cap if wishes else None,
                "messages_in_30_days": wishes.month_cap if wishes else None,
                "paused_until": moment(wishes.paused_until) if wishes else None,
                "is_untracked": bool(wishes and wishes.is_untracked),
            }
        )


class Consents(ApiView):
    """Words of many contacts."""

    rights = {"POST": EDIT}

    @described(
        "Note what contacts said",
        description="Up to 1,000 words. The newest word of a contact on a purpose and channel holds: one that is "
        "older than what is known (`at`) changes nothing. A withdrawal is taken back only by a word whose `at` is "
        "given and newer. Say in `details` where the word comes from; it is kept as proof.",
        takes=thing({"words": {"type": "array", "maxItems": MOST_WORDS, "items": WORD}}),
        answers={200: thing({"noted": NUMBER})},
        **WRITE,
    )
    @once
    def post(self, request: Request) -> Response:
        user, now = user_of(request), timezone.now()
        given: Any = body_of(request).get("words")
        if not isinstance(given, list) or not 0 < len(given) <= MOST_WORDS:
            sentence = _("Give up to %(most)s words.") % {"most": MOST_WORDS}
            raise InvalidError({"words": [sentence]})
        purposes = set(Purpose.objects.values_list("pk", flat=True))
        words = [_word(each, purposes, now) for each in given]
        _check_contacts({word.contact for word, _is_dated in words}, user)
        dated = [word for word, is_dated in words if is_dated]
        others = [word for word, is_dated in words if not is_dated]
        noted = record_consents(dated, by=user)
        noted += record_consents(others, by=user, keeps_withdrawn=True)
        return Response({"noted": noted})


def _word(given: Any, purposes: set[int], now: datetime) -> tuple[Word, bool]:
    """A word, and whether it says when it was spoken."""
    said: Json = given if isinstance(given, dict) else {}
    channel, state = said.get("channel", Channel.EMAIL.value), said.get("state")
    details, text = said.get("details"), said.get("at")
    at, purpose = moment_in(text), said.get("purpose")
    if not is_id(said.get("contact")) or not is_id(purpose) or purpose not in purposes:
        raise InvalidError({"words": [_("Each word names a contact and a purpose that exist.")]})
    if channel not in Channel.values or state not in STATES:
        raise InvalidError({"words": [_("Say “granted” or “withdrawn”, and a channel.")]})
    if not isinstance(details, str) or not details.strip():
        raise InvalidError({"words": [_("Say in “details” where the word comes from.")]})
    if text is not None and (at is None or at > now):
        raise InvalidError({"words": [_("Write a moment of the past with its time zone in “at”.")]})
    source = ConsentSource.API
    word = Word(said["contact"], purpose, channel, state, source, at or now, details.strip())
    return word, at is not None


def _check_contacts(pks: set[int], user: User) -> None:
    if Contact.objects.visible_to(user).filter(pk__in=pks).count() != len(pks):
        raise InvalidError({"words": [_("There is no such record, or you may not see it.")]})


class Suppressions(ApiView):
    """Addresses that get no messages."""

    rights = {"GET": VIEW, "POST": EDIT}

    @described(
        "Addresses that get no messages, the newest first",
        query=lists.PAGING,
        answers={
            200: listed(
                thing(
                    {
                        "id": ID,
                        "address": TEXT,
                        "reason": TEXT,
                        "details": MAYBE_TEXT,
                        "since": MAYBE_MOMENT,
                    }
                )
            )
        },
    )
    def get(self, request: Request) -> Response:
        def told(row: Suppression) -> Json:
            return {
                "id": row.pk,
                "address": row.address_key,
                "reason": row.reason,
                "details": row.detail,
                "since": moment(row.at),
            }

        return lists.answer(request, suppressions(), told, newest_first=True)

    @described(
        "Put addresses on the suppression list, or take them off",
        takes=thing(
            {
                "add": {"type": "array", "maxItems": MOST_WORDS, "items": TEXT},
                "remove": {"type": "array", "maxItems": MOST_WORDS, "items": TEXT},
                "details": {"type": "string", "maxLength": 300},
            },
            required=["details"],
        ),
        answers={200: thing({"added": NUMBER, "removed": NUMBER})},
        **WRITE,
    )
    @once
    def post(self, request: Request) -> Response:
        user, now, body = user_of(request), timezone.now(), body_of(request)
        add, remove = _addresses(body, "add"), _addresses(body, "remove")
        details = body.get("details")
        if not isinstance(details, str) or not details.strip():
            raise InvalidError({"details": [_("Say why, so that others know later.")]})
        rows = Suppression.objects.filter(address_key__in=remove).values_list("pk", flat=True)
        removed = remove_suppressions(pks=list(rows), reason=details, by=user, at=now)
        added = add_suppressions(addresses=add, detail=details, by=user, at=now) if add else 0
        return Response({"added": added, "removed": removed})


def _addresses(body: Json, name: str) -> list[str]:
    given: Any = body.get(name, [])
    is_texts = isinstance(given, list) and all(isinstance(each, str) for each in given)
    if not is_texts or len(given) > MOST_WORDS:
        sentence = _("Give up to %(most)s addresses.") % {"most": MOST_WORDS}
        raise InvalidError({name: [sentence]})
    return addresses_in("\n".join(given)) if given else []
