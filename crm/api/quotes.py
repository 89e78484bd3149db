"""Quotes by program: made of a deal, changed, issued, revised, marked, and as PDF."""

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from core import permissions
from core.api.base import ApiView, body_of, user_of
from core.api.described import (
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
    query,
    thing,
)
from core.api.idempotency import once
from core.api.problems import InvalidError, ProblemError, wrong_parameter
from core.ids import id_in
from crm.api.quote_bodies import DAY, LANGUAGES, TAKES, changed_by
from crm.choices import QuoteStatus
from crm.models import Deal, Quote, QuoteLine
from crm.services.quoting.paper import file_name, pdf_of
from crm.services.quoting.quotes import (
    delete_draft,
    draft_quote,
    issue_quote,
    mark_quote,
    quotes_seen_by,
    revise_quote,
    sees_quotes,
    unmark_quote,
)

SIZE = 50
AMOUNT: Json = {**TEXT, "description": "A decimal number, such as 1200.50."}
MAYBE_DAY: Json = {"type": ["string", "null"], "format": "date"}
LINE = thing(
    {
        "name": TEXT,
        "unit": TEXT,
        "product": MAYBE_NUMBER,
        "quantity": AMOUNT,
        "unit_price": AMOUNT,
        "discount_rate": AMOUNT,
        "tax_rate": AMOUNT,
        "total": AMOUNT,
    }
)
SHORT: Json = {
    "id": ID,
    "deal": ID,
    "number": TEXT,
    "revision": NUMBER,
    "replaces": MAYBE_NUMBER,
    "status": {"enum": QuoteStatus.values},
    "language": {"enum": LANGUAGES},
    "currency": TEXT,
    "valid_until": DAY,
    "subtotal": AMOUNT,
    "discount": AMOUNT,
    "tax": AMOUNT,
    "total": AMOUNT,
    "issued_on": MAYBE_DAY,
    "sent_at": MAYBE_MOMENT,
    "decided_at": MAYBE_MOMENT,
}
WHOLE = thing(
    {
        **SHORT,
        "contact": MAYBE_NUMBER,
        "recipient": TEXT,
        "title": TEXT,
        "terms": TEXT,
        "discount_rate": AMOUNT,
        "lines": {"type": "array", "items": LINE},
    }
)
MARKS = (QuoteStatus.SENT, QuoteStatus.ACCEPTED, QuoteStatus.DECLINED)
WRITE = {"headers": (IDEMPOTENCY,), "fails": WRITE_FAILS}


class Quotes(ApiView):
    """The quotes of all deals that are seen."""

    rights = {"GET": "crm.deal.view"}

    @described(
        "Quotes, the newest first",
        description="Whoever sees a deal with its value, name, company and contact sees its quotes.",
        query=(
            query("deal", "Those of this deal alone.", ID),
            query("after", "Where to go on: `next` of an answer."),
        ),
        answers={200: listed(thing(SHORT))},
    )
    def get(self, request: Request) -> Response:
        rows = quotes_seen_by(user_of(request)).order_by("-pk")
        for name, column in (("deal", "deal"), ("after", "pk__lt")):
            if name in request.query_params:
                number = id_in(request.query_params[name])
                if number is None:
                    raise wrong_parameter(name, _("Give the number of a record."))
                rows = rows.filter(**{column: number})
        found = list(rows[: SIZE + 1])
        going_on = str(found[SIZE - 1].pk) if len(found) > SIZE else None
        return Response({"results": [_short(quote) for quote in found[:SIZE]], "next": going_on})


class _OfQuote(ApiView):
    """Of one quote that is seen; whoever changes it may change the value of its deal."""

    def quote(self, request: Request, pk: int) -> Quote:
        action = "view" if request.method in SAFE_METHODS else "edit"
        rows = quotes_seen_by(user_of(request), action)
        found: Quote | None = rows.filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


class QuoteView(_OfQuote):
    """One quote."""

    rights = {"GET": "crm.deal.view", "PATCH": "crm.deal.edit", "DELETE": "crm.deal.edit"}

    @described("A quote with its lines", answers={200: WHOLE})
    def get(self, request: Request, pk: int) -> Response:
        return Response(_whole(self.quote(request, pk)))

    @described(
        "Change a draft",
        description="What is left out stays; `lines` are all lines anew.",
        takes=TAKES,
        answers={200: WHOLE},
        **WRITE,
    )
    @once
    def patch(self, request: Request, pk: int) -> Response:
        quote = self.quote(request, pk)
        return Response(_whole(changed_by(quote, body_of(request), user_of(request))))

    @described("Delete a draft", answers={204: None}, **WRITE)
    @once
    def delete(self, request: Request, pk: int) -> Response:
        delete_draft(quote=self.quote(request, pk), by=user_of(request))
        return Response(status=204)


class DealQuotes(ApiView):
    """Making a quote of a deal."""

    rights = {"POST": "crm.deal.edit"}

    @described(
        "Make the draft of a quote",
        description="Lines, title, recipient and currency are those of the deal, unless told otherwise.",
        takes=TAKES,
        answers={201: WHOLE},
        **WRITE,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        user, body = user_of(request), body_of(request)
        rows = Deal.objects.visible_to(user, "edit").select_related("company", "contact")
        deal = rows.filter(pk=pk).first()
        if deal is None:
            raise Http404
        if not sees_quotes(permissions.access_of(user)):
            sentence = _("Your role may not make quotes of this deal.")
            raise ProblemError(403, "not-allowed", sentence)
        with transaction.atomic():  # all of it, or nothing
            quote = draft_quote(deal=deal, by=user, at=timezone.now())
            return Response(_whole(changed_by(quote, body, user)), status=201)


class QuoteIssue(_OfQuote):
    """From a draft to a quote with a number."""

    rights = {"POST": "crm.deal.edit"}

    @described(
        "Issue a quote",
        description="It gets its number, and nothing on it changes any more. What it revises is replaced.",
        answers={200: WHOLE},
        **WRITE,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        quote = self.quote(request, pk)
        return Response(_whole(issue_quote(quote=quote, by=user_of(request), at=timezone.now())))


class QuoteRevise(_OfQuote):
    """A draft that will replace a quote."""

    rights = {"POST": "crm.deal.edit"}

    @described("Make the draft of a revision", answers={201: WHOLE}, **WRITE)
    @once
    def post(self, request: Request, pk: int) -> Response:
        quote = self.quote(request, pk)
        made = revise_quote(quote=quote, by=user_of(request), at=timezone.now())
        return Response(_whole(made), status=201)


class QuoteMark(_OfQuote):
    """What became of a quote."""

    rights = {"POST": "crm.deal.edit"}

    @described(
        "Mark a quote as sent, accepted or declined",
        takes=thing({"status": {"enum": [status.value for status in MARKS]}}),
        answers={200: WHOLE},
        **WRITE,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        quote, given = self.quote(request, pk), body_of(request).get("status")
        if given not in MARKS:
            raise InvalidError({"status": [_("Choose one of the statuses in the list.")]})
        status = QuoteStatus(given)
        marked = mark_quote(quote=quote, status=status, by=user_of(request), at=timezone.now())
        return Response(_whole(marked))


class QuoteUnmark(_OfQuote):
    """A mark that was a slip."""

    rights = {"POST": "crm.deal.edit"}

    @described("Take the last mark of a quote back", answers={200: WHOLE}, **WRITE)
    @once
    def post(self, request: Request, pk: int) -> Response:
        return Response(_whole(unmark_quote(quote=self.quote(request, pk), by=user_of(request))))


class QuotePdf(_OfQuote):
    """The paper."""

    rights = {"GET": "crm.deal.view"}

    @described(
        "A quote as PDF",
        answers={200: {"type": "string", "format": "binary"}},
        answer_type="application/pdf",
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        quote = self.quote(request, pk)
        answer = HttpResponse(pdf_of(quote), content_type="application/pdf")
        answer["Content-Disposition"] = content_disposition_header(True, file_name(quote)) or ""
        return answer


# -- told ------------------------------------------------------------------------------------------


def _short(quote: Quote) -> Json:
    told = {name: getattr(quote, name) for name in SHORT if name not in ("deal", "replaces")}
    amounts = {name: str(told[name]) for name in ("subtotal", "discount", "tax", "total")}
    return {**told, **amounts, "deal": quote.deal_id, "replaces": quote.replaces_id}


def _whole(quote: Quote) -> Json:
    return {
        **_short(quote),
        "contact": quote.contact_id,
        "recipient": quote.recipient,
        "title": quote.title,
        "terms": quote.terms,
        "discount_rate": str(quote.discount_rate),
        "lines": [_line(line) for line in quote.lines.all()],
    }


def _line(line: QuoteLine) -> Json:
    names = ("quantity", "unit_price", "discount_rate", "tax_rate", "total")
    amounts = {name: str(getattr(line, name)) for name in names}
    return {"name": line.name, "unit": line.unit, "product": line.product_id, **amounts}
