"""Public door for what mail servers and providers report: bounces, complaints, and answers of people."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from anymail.exceptions import AnymailError
from anymail.signals import EventType
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.permissions import public
from core.strangers import MALFORMED, read_json
from marketing.choices import DeliveryProblemKind, MailWay
from marketing.services.answers import Answered, take_answer
from marketing.services.incoming import answer_of
from marketing.services.reports import returned_of
from marketing.services.returns import Returned, is_door, take_returned
from marketing.services.sending.lines import PROVIDERS
from marketing.services.sending.pace import mail_settings
from marketing.services.sending.secrets import opened
from marketing.views.report_signatures import is_signed

GENERIC = "json"
# A message as it arrived, posted by a mail server or a rule of it; and as providers tell what arrives.
MESSAGE = "message"
ANSWERS = {
    "mailgun-answers": "mailgun.Mailgun",
    "mailjet-answers": "mailjet.Mailjet",
    "postmark-answers": "postmark.Postmark",
}
MOST_BYTES = 2_000_000
MOST_EVENTS = 2_000
NAMES = {
    MailWay.BREVO: "brevo.Brevo",
    MailWay.MAILGUN: "mailgun.Mailgun",
    MailWay.MAILJET: "mailjet.Mailjet",
    MailWay.POSTMARK: "postmark.Postmark",
    MailWay.RESEND: "resend.Resend",
}
# The address itself is the secret; where a key is set, signatures are looked at before.
GIVEN: dict[str, dict[str, Any]] = {
    MailWay.MAILGUN: {"webhook_signing_key": "-"},
}
UNREADABLE = (AnymailError, *MALFORMED)


@csrf_exempt  # told by providers; the address holds a secret
@public
@require_http_methods(["POST", "HEAD"])
def mail_returns(request: HttpRequest, way: str, token: str) -> HttpResponse:
    """Take reports; the same one told again changes nothing."""
    if way not in {GENERIC, MESSAGE, *PROVIDERS, *ANSWERS} or not is_door(token):
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return _no(_("This is too large: send fewer reports at once."), 413)
    key = mail_settings().signing_key
    if key and not is_signed(way, opened(key), request):
        return _no(
            _("The signature is not right: compare the key in Settings › Sending e-mail."), 403
        )
    try:
        found = list(_found(way, request))
    except UNREADABLE:
        return _no(_("This cannot be read. Look at the guide for the form of a report."), 400)
    if len(found) > MOST_EVENTS:
        return _no(_("This is too large: send fewer reports at once."), 413)
    now = timezone.now()
    taken = sum(_take(each, now) for each in found)
    return JsonResponse({"taken": taken, "told": len(found)})


def _take(found: Returned | Answered, at: datetime) -> bool:
    return take_answer(found, at=at) if isinstance(found, Answered) else take_returned(found, at=at)


def _found(way: str, request: HttpRequest) -> Iterable[Returned | Answered]:
    if way == GENERIC:
        return _plain(request)
    if way == MESSAGE:
        told = returned_of(request.body) or answer_of(request.body)
        return [told] if told is not None else []
    return _answers(way, request) if way in ANSWERS else _of_provider(way, request)


def _answers(way: str, request: HttpRequest) -> Iterable[Answered]:
    """What arrived at the provider, as anymail reads it; told once by the message's own number."""
    view_class = import_string(f"anymail.webhooks.{ANSWERS[way]}InboundWebhookView")
    provider = way.removesuffix("-answers")
    view = view_class(webhook_secret=["door:door"], **GIVEN.get(provider, {}))
    for event in view.parse_events(request):
        answered = answer_of(event.message.as_bytes())
        if answered is not None:
            yield answered


def _no(sentence: str, status: int) -> HttpResponse:
    return JsonResponse({"detail": sentence}, status=status)


def _plain(request: HttpRequest) -> Iterable[Returned]:
    """A report, or a list of them: kind, address, message_id, id, detail."""
    said = read_json(request.body)
    for each in said if isinstance(said, list) else [said]:
        yield Returned(
            kind=DeliveryProblemKind(each["kind"]),
            key=str(each.get("message_id", "")).strip("<>").partition("@")[0],
            address=str(each.get("address", "")),
            number=str(each.get("id", ""))[:64],
            detail=str(each.get("detail", ""))[:300],
        )


def _of_provider(way: str, request: HttpRequest) -> Iterable[Returned]:
    """As anymail reads the provider's own form."""
    view_class = import_string(f"anymail.webhooks.{NAMES[MailWay(way)]}TrackingWebhookView")
    view = view_class(webhook_secret=["door:door"], **GIVEN.get(way, {}))
    for event in view.parse_events(request):
        kind = _kind(event)
        if kind is not None:
            metadata = event.metadata or {}
            detail = event.mta_response or event.description or ""
            number = f"{way}:{event.event_id}"[:100] if event.event_id else ""
            yield Returned(
                kind=kind,
                key=str(metadata.get("recipient_key", "")),
                address=event.recipient or "",
                number=number,
                detail=" ".join(str(detail).split())[:300],
            )


def _kind(event: Any) -> DeliveryProblemKind | None:
    """Hard only where the provider says so: it knows which of its refusals last."""
    if event.event_type == EventType.COMPLAINED:
        return DeliveryProblemKind.COMPLAINT
    if event.event_type == EventType.BOUNCED:
        is_hard = event.reject_reason in {"bounced", "invalid"}
        return DeliveryProblemKind.HARD if is_hard else DeliveryProblemKind.SOFT
    if event.event_type in {EventType.REJECTED, EventType.FAILED}:
        is_invalid = event.reject_reason == "invalid"
        return DeliveryProblemKind.HARD if is_invalid else DeliveryProblemKind.SOFT
    return None
