"""Quotes: made of a deal, changed, issued, downloaded, marked, revised."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import permissions
from core.downloads import SANDBOX
from core.errors import Refused
from core.models import User
from core.pages import UNPROCESSABLE, refusals_in, render_page
from core.permissions import requires
from crm.choices import QuoteStatus
from crm.models import Deal, Quote
from crm.pages.quotes import QuoteForm, quote_context, quote_line_forms
from crm.services.quoting.paper import file_name, pdf_of
from crm.services.quoting.quotes import (
    delete_draft,
    draft_quote,
    issue_quote,
    mark_quote,
    may_quote,
    quotes_seen_by,
    revise_quote,
    save_draft,
    sees_quotes,
    unmark_quote,
)

MARKS = {
    QuoteStatus.SENT: gettext_lazy("The quote is marked as sent."),
    QuoteStatus.ACCEPTED: gettext_lazy("The quote is accepted."),
    QuoteStatus.DECLINED: gettext_lazy("The quote is declined."),
}


def _quote(request: HttpRequest, pk: int, action: str = "view") -> Quote:
    rows = quotes_seen_by(permissions.user_of(request), action)
    found: Quote = get_object_or_404(rows, pk=pk)
    return found


@requires("crm.deal.edit")
@require_POST
def quote_create(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft with the lines of a deal; then it can be changed."""
    user = permissions.user_of(request)
    rows = Deal.objects.visible_to(user, "edit").select_related("company", "contact")
    deal = get_object_or_404(rows, pk=pk)
    if not sees_quotes(permissions.access_of(user)):
        raise Http404
    quote = draft_quote(deal=deal, by=user, at=timezone.now())
    return redirect("quote_edit", pk=quote.pk)


@requires("crm.deal.view")
def quote_detail(request: HttpRequest, pk: int) -> HttpResponse:
    quote = _quote(request, pk)
    context = quote_context(quote, permissions.user_of(request))
    return render_page(request, "crm/quotes/detail.html", context)


@requires("crm.deal.edit")
def quote_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a draft with all its lines."""
    quote, user = _quote(request, pk, "edit"), permissions.user_of(request)
    if not quote.is_draft or not may_quote(quote.deal, user):
        raise Http404
    data = request.POST if request.method == "POST" else None
    form, lines = QuoteForm(data, quote=quote, user=user), quote_line_forms(quote, data)
    if data is not None and all([form.is_valid(), *(line.is_valid() for line in lines)]):
        with refusals_in(form):
            made = [line for each in lines if (line := each.made()) is not None]
            for line in made:
                line.tax_rate = line.tax_rate if form.tax_rate is None else form.tax_rate
            save_draft(quote=form.filled(), lines=made, by=user, at=timezone.now())
            messages.success(request, _("The quote is saved."))
            again = "again" in data
            return redirect("quote_edit" if again else "quote_detail", pk=quote.pk)
    context = {"form": form, "line_forms": lines, "quote": quote, "deal": quote.deal}
    status = UNPROCESSABLE if data is not None else 200
    return render_page(request, "crm/quotes/form.html", context, status=status)


@requires("crm.deal.view")
def quote_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper: shown by the browser, or with `download` kept as a file."""
    quote = _quote(request, pk)
    answer = HttpResponse(pdf_of(quote), content_type="application/pdf")
    is_kept = "download" in request.GET
    answer["Content-Disposition"] = content_disposition_header(is_kept, file_name(quote)) or ""
    answer["X-Content-Type-Options"] = "nosniff"
    if is_kept:
        answer["Content-Security-Policy"] = SANDBOX
    return answer


def _act(request: HttpRequest, pk: int, do: Callable[..., Any], said: Any) -> HttpResponse:
    """Do it, or say why not; then back to the quote, or to the one that it made."""
    quote = _quote(request, pk, "edit")
    try:
        made = do(quote=quote, by=permissions.user_of(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("quote_detail", pk=quote.pk)
    messages.success(request, said)
    return redirect("quote_edit" if made.is_draft else "quote_detail", pk=made.pk)


@requires("crm.deal.edit")
@require_POST
def quote_issue(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, issue_quote, _("The quote is issued."))


@requires("crm.deal.edit")
@require_POST
def quote_revise(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, revise_quote, _("This is the draft of a revision."))


@requires("crm.deal.edit")
@require_POST
def quote_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Sent, accepted, declined."""
    wanted = request.POST.get("status", "")

    def mark(**given: Any) -> Quote:
        if wanted not in MARKS:
            raise Refused(_("Choose one of the statuses in the list."))
        return mark_quote(status=QuoteStatus(wanted), **given)

    said = {str(status): sentence for status, sentence in MARKS.items()}
    return _act(request, pk, mark, said.get(wanted, ""))


@requires("crm.deal.edit")
@require_POST
def quote_unmark(request: HttpRequest, pk: int) -> HttpResponse:
    """The last mark taken back."""

    def unmark(*, quote: Quote, by: User, **_at: Any) -> Quote:
        return unmark_quote(quote=quote, by=by)

    return _act(request, pk, unmark, _("The mark is taken back."))


@requires("crm.deal.edit")
@require_POST
def quote_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft goes; what is issued stays."""
    quote = _quote(request, pk, "edit")
    deal = quote.deal
    try:
        delete_draft(quote=quote, by=permissions.user_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("quote_detail", pk=pk)
    messages.success(request, _("The draft is deleted."))
    return redirect(f"{reverse('deal_detail', args=[deal.pk])}?tab=quotes")
