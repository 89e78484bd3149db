"""Quotes: made from a deal's lines, changed while they are drafts, issued with a number, revised."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.company import company
from core.currencies import LARGEST
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import User
from crm.choices import QuoteStatus
from crm.methods.quoting import PricedLine, Totals, totals_of
from crm.models import Contact, Deal, Quote, QuoteLine, QuoteSequence

LOCK = "crm.quote"
USUAL_VALIDITY = timedelta(days=30)
MOST_LINES = 200
# Whoever may not see one of these of deals sees no quote: they all stand on it.
RULES = ("crm.deal.amount", "crm.deal.contact", "crm.deal.company", "crm.deal.name")
COPIED = (
    "language",
    "currency",
    "contact",
    "recipient",
    "title",
    "terms",
    "discount_rate",
)
LINE_COPIED = ("product", "name", "unit", "quantity", "unit_price", "discount_rate", "tax_rate")


def sees_quotes(access: permissions.Access) -> bool:
    return access.may("crm.deal.view") and all(access.sees(rule) for rule in RULES)


def may_quote(deal: Deal, by: User) -> bool:
    """Whether the user may make, change and issue quotes of the deal."""
    access = permissions.access_of(by)
    may = sees_quotes(access) and access.edits("crm.deal.amount")
    return may and permissions.reaches(Deal, by, deal, "edit")


def quotes_seen_by(user: User, action: str = "view") -> Any:
    """The quotes of the deals that the user sees, or reaches for an action; none where something on
    them is hidden."""
    if not sees_quotes(permissions.access_of(user)):
        return Quote.objects.none()
    rows = Quote.objects.filter(deal__in=Deal.objects.visible_to(user, action).values("pk"))
    return rows.select_related("deal__stage", "deal__owner", "contact", "created_by", "replaces")


def _require(deal: Deal, by: User) -> None:
    if not may_quote(deal, by):
        raise Refused(_("Your role may not make quotes of this deal."))


def today_of(at: datetime) -> date:
    """The day of the company: that of its time zone."""
    return at.astimezone(ZoneInfo(company().time_zone)).date()


# -- drafts ----------------------------------------------------------------------------------------


@transaction.atomic
def draft_quote(*, deal: Deal, by: User, at: datetime, language: str = "") -> Quote:
    """A draft with the deal's lines, for its main contact, in the company's language if none is told."""
    _require(deal, by)
    quote = Quote(
        deal=deal,
        language=language or company().language,
        currency=deal.currency,
        contact=deal.contact,
        recipient=recipient_of(deal, deal.contact),
        title=deal.name,
        valid_until=today_of(at) + USUAL_VALIDITY,
        created_by=by,
        created_at=at,
    )
    _write(quote, _lines_of(deal))
    _tell(quote, "quote.create", by)
    return quote


def recipient_of(deal: Deal, contact: Contact | None) -> str:
    """Whom it goes to, line by line: the person, the company and its address."""
    firm = deal.company
    lines = [contact.name if contact is not None else ""]
    if firm is not None:
        town = " ".join(filter(None, (firm.postal_code, firm.city)))
        lines += [firm.name, firm.street, town, firm.country]
    return "\n".join(line for line in lines if line)[:600]


def _lines_of(deal: Deal) -> list[QuoteLine]:
    found = [
        QuoteLine(
            product=line.product,
            name=line.description or line.product.name,
            unit=line.product.unit,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount_rate=line.discount_rate,
        )
        for line in deal.lines.select_related("product")
    ]
    if found or deal.amount is None:
        return found
    return [QuoteLine(name=deal.name, quantity=Decimal(1), unit_price=deal.amount)]


@transaction.atomic
def save_draft(*, quote: Quote, lines: Sequence[QuoteLine], by: User, at: datetime) -> Quote:
    """Write a changed draft with these lines in this order; an issued quote is refused."""
    _hold(quote, by, QuoteStatus.DRAFT)
    if quote.valid_until < today_of(at):
        raise Refused(_("Choose a day to come: until then the quote is valid."))
    _write(quote, lines)
    return quote


def _hold(quote: Quote, by: User, *allowed: QuoteStatus) -> None:
    """Lock the quote; refuse whoever may not, and what has gone on in the meantime."""
    _require(quote.deal, by)
    held = Quote.objects.select_for_update(of=("self",)).filter(pk=quote.pk).first()
    if held is None:
        raise Refused(_("This quote is gone. Somebody deleted it in the meantime."))
    if held.status not in allowed:
        words = {"status": held.get_status_display()}
        raise Refused(_("This cannot be done: the quote is “%(status)s”.") % words)


def _write(quote: Quote, lines: Sequence[QuoteLine]) -> None:
    if len(lines) > MOST_LINES:
        raise Refused(_("A quote has up to %(most)s lines.") % {"most": MOST_LINES})
    found = totals(lines, quote.discount_rate)
    if abs(found.total) >= LARGEST or abs(found.subtotal) >= LARGEST:
        raise Refused(_("This amount is too large."))
    quote.subtotal, quote.discount = found.subtotal, found.discount
    quote.tax, quote.total = found.tax, found.total
    quote.save()
    quote.lines.exclude(pk__in=[line.pk for line in lines if line.pk]).delete()
    for position, (line, total) in enumerate(zip(lines, found.lines, strict=True)):
        line.quote, line.position, line.total = quote, position, total
        line.save()


def totals(lines: Sequence[QuoteLine], discount_rate: Decimal) -> Totals:
    """What the lines add up to."""
    priced = [
        PricedLine(line.quantity, line.unit_price, line.discount_rate, line.tax_rate)
        for line in lines
    ]
    return totals_of(priced, discount_rate)


@transaction.atomic
def delete_draft(*, quote: Quote, by: User) -> None:
    """Only a draft goes; an issued quote has a number and stays."""
    _hold(quote, by, QuoteStatus.DRAFT)
    _tell(quote, "quote.delete", by)
    quote.delete()


# -- issue and what follows ------------------------------------------------------------------------


@transaction.atomic
def issue_quote(*, quote: Quote, by: User, at: datetime) -> Quote:
    """Give a draft its number; from now on nothing on it changes. What it revises is replaced."""
    lock_for_transaction(LOCK)
    _hold(quote, by, QuoteStatus.DRAFT)
    today = today_of(at)
    if not quote.lines.exists():
        raise Refused(_("A quote needs at least one line."))
    if quote.valid_until < today:
        raise Refused(_("Choose a day to come: until then the quote is valid."))
    before = quote.replaces
    if before is None:
        quote.number = _next_number(today.year)
    else:
        quote.number, quote.revision = before.number, before.revision + 1
        Quote.objects.filter(pk=before.pk).update(status=QuoteStatus.REPLACED)
    ours = company()
    quote.seller = "\n".join(filter(None, (ours.name, ours.address.strip())))
    quote.status, quote.issued_on = QuoteStatus.ISSUED, today
    quote.save()
    _tell(quote, "quote.issue", by)
    return quote


def _next_number(year: int) -> str:
    """One after the other without gaps, from 1 each year: the lock is held until it is stored."""
    sequence, _is_new = QuoteSequence.objects.select_for_update().get_or_create(year=year)
    sequence.last += 1
    sequence.save(update_fields=["last"])
    return f"Q-{year}-{sequence.last:04d}"


MARKED = (QuoteStatus.SENT, QuoteStatus.ACCEPTED, QuoteStatus.DECLINED)


@transaction.atomic
def mark_quote(*, quote: Quote, status: QuoteStatus, by: User, at: datetime) -> Quote:
    """The customer has it, has said yes, or has said no."""
    before = {
        QuoteStatus.SENT: (QuoteStatus.ISSUED,),
        QuoteStatus.ACCEPTED: (QuoteStatus.ISSUED, QuoteStatus.SENT),
        QuoteStatus.DECLINED: (QuoteStatus.ISSUED, QuoteStatus.SENT),
    }
    if status not in before:
        raise Refused(_("Choose one of the statuses in the list."))
    _hold(quote, by, *before[status])
    quote.status = status
    if status == QuoteStatus.SENT:
        quote.sent_at = at
    else:
        quote.decided_at = at
    quote.save(update_fields=["status", "sent_at", "decided_at"])
    _tell(quote, f"quote.{status}", by)
    return quote


@transaction.atomic
def unmark_quote(*, quote: Quote, by: User) -> Quote:
    """Whoever slipped takes the last mark back; the trail keeps both."""
    _hold(quote, by, *MARKED)
    was_sent = quote.sent_at is not None and quote.status != QuoteStatus.SENT
    quote.status = QuoteStatus.SENT if was_sent else QuoteStatus.ISSUED
    quote.decided_at = None
    if not was_sent:
        quote.sent_at = None
    quote.save(update_fields=["status", "sent_at", "decided_at"])
    _tell(quote, "quote.unmark", by)
    return quote


@transaction.atomic
def revise_quote(*, quote: Quote, by: User, at: datetime) -> Quote:
    """A draft with everything that stands on an issued one, which stays until the draft is issued."""
    _hold(quote, by, QuoteStatus.ISSUED, QuoteStatus.SENT, QuoteStatus.DECLINED)
    if Quote.objects.filter(replaces=quote).exists():
        raise Refused(_("There is a draft of a revision already."))
    draft = Quote(
        deal=quote.deal,
        replaces=quote,
        valid_until=max(quote.valid_until, today_of(at) + USUAL_VALIDITY),
        created_by=by,
        created_at=at,
        **{name: getattr(quote, name) for name in COPIED},
    )
    lines = quote.lines.select_related("product")
    _write(draft, [QuoteLine(**{n: getattr(line, n) for n in LINE_COPIED}) for line in lines])
    _tell(draft, "quote.create", by)
    return draft


def _tell(quote: Quote, action: str, by: User) -> None:
    """On the timeline of the deal, by its number."""
    changes = {"quote": ("", str(quote))} if quote.number else {}
    audit.record(actor=by, action=action, subject=quote.deal, changes=changes)
