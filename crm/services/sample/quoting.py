"""The quotes of the sample company: for deals that have come so far, in the customer's language."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from crm.choices import QuoteStatus, StageKind
from crm.models import Quote, QuoteLine, QuoteSequence
from crm.services.quoting.quotes import recipient_of, totals
from crm.services.sample.cast import Sale, SampleCompany
from crm.services.sample.chance import stream

FROM_CHANCE = 50  # of the stage, in %: from then on the customer has a quote
NEWEST = timedelta(days=60)
TAX = {"EUR": Decimal("0.19"), "CNY": Decimal("0.13"), "GBP": Decimal("0.2")}
TERMS = {
    "en": "Payment within 30 days of delivery, net. Delivery within eight weeks of the order.",
    "zh-hans": "货到后三十天内付清全款。下单后八周内交货。",
}


def quotes_of(company: SampleCompany, now: datetime) -> Iterator[tuple[Quote, list[QuoteLine]]]:
    """A quote with its lines for each deal that is far enough, in the order of their days."""
    chance = stream("quotes")
    found = [(issued, sale) for sale in company.sales if (issued := _issued_at(sale, now))]
    found.sort(key=lambda each: (each[0], each[1].record.pk))
    for issued, sale in found:
        quote = _quote(sale, issued, chance)
        rate = TAX.get(sale.record.currency, Decimal(0))
        lines = [
            QuoteLine(
                quote=quote,
                product=line.product,
                position=place,
                name=line.product.name,
                unit=line.product.unit,
                quantity=Decimal(line.quantity),
                unit_price=Decimal(line.unit_price),
                discount_rate=Decimal(str(line.discount_rate)),
                tax_rate=rate,
            )
            for place, line in enumerate(sale.lines)
        ]
        sums = totals(lines, Decimal(0))
        quote.subtotal, quote.tax, quote.total = sums.subtotal, sums.tax, sums.total
        for line, total in zip(lines, sums.lines, strict=True):
            line.total = total
        yield quote, lines


def _issued_at(sale: Sale, now: datetime) -> datetime | None:
    """When the deal came to the stage from which on there is a quote; none of old and lost ones."""
    deal = sale.record
    is_old = deal.closed_at is not None and deal.closed_at < now - NEWEST
    if not sale.lines or deal.status == StageKind.LOST or is_old:
        return None
    far = (step.at for step in sale.changes if step.to_stage.probability >= FROM_CHANCE)
    return next(far, None)


def _quote(sale: Sale, issued: datetime, chance: Random) -> Quote:
    deal, person = sale.record, sale.person
    is_won = deal.status == StageKind.WON
    language = "zh-hans" if person.is_chinese else "en"
    is_sent = is_won or chance.random() < 0.8
    sent = issued + timedelta(hours=2) if is_sent else None
    status = QuoteStatus.SENT if is_sent else QuoteStatus.ISSUED
    return Quote(
        deal=deal,
        status=QuoteStatus.ACCEPTED if is_won else status,
        language=language,
        currency=deal.currency,
        contact=person.record,
        recipient=recipient_of(deal, person.record),
        seller="Helioptic",
        title=deal.name,
        valid_until=issued.date() + timedelta(days=60),
        terms=TERMS[language],
        created_by=deal.owner,
        created_at=issued,
        issued_on=issued.date(),
        sent_at=sent,
        decided_at=deal.closed_at if is_won else None,
    )


def number_quotes(quotes: list[Quote]) -> None:
    """The next numbers of their years."""
    for quote in quotes:
        year = quote.created_at.astimezone(UTC).year
        sequence, _is_new = QuoteSequence.objects.select_for_update().get_or_create(year=year)
        sequence.last += 1
        sequence.save(update_fields=["last"])
        quote.number = f"Q-{year}-{sequence.last:04d}"
