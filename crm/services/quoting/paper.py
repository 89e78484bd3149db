"""A quote as PDF, in the language of whoever gets it."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from reportlab.lib.units import mm

from core.company import company
from core.models import Installation
from core.phrases import day_text, exact_number, exact_percent, money
from crm.models import Quote, QuoteLine
from crm.services.quoting.quotes import totals
from crm.services.quoting.typesetting import (
    BODY,
    BOTTOM,
    HEADING,
    LEFT,
    RIGHT,
    SMALL,
    STRONG,
    Sheet,
    broken,
)

NUMBER_AT, NAME_AT = LEFT, LEFT + 9 * mm
QUANTITY_AT, PRICE_AT, DISCOUNT_AT, TAX_AT = (RIGHT - mm * at for at in (82, 55, 38, 24))
NAME_WIDTH = QUANTITY_AT - NAME_AT - 22 * mm
HALF = (RIGHT - LEFT) / 2 - 6 * mm
FIRST_LINE = 12 * mm


def pdf_of(quote: Quote) -> bytes:
    """The quote as PDF; the same quote gives the same bytes, whoever asks in whatever language."""
    lines = list(quote.lines.all())
    logo = _logo()
    with translation.override(quote.language):
        pages = _Paper(quote, lines, logo, 0).pages()
        return _Paper(quote, lines, logo, pages).done()


def file_name(quote: Quote) -> str:
    return f"{quote.number or 'draft'}{f'-{quote.revision}' if quote.revision > 1 else ''}.pdf"


def _logo() -> bytes | None:
    """The company's logo, if there is one and its file is where it should be."""
    installation = Installation.objects.filter(pk=1).first()
    if installation is None or not installation.logo:
        return None
    if not installation.logo.storage.exists(installation.logo.name or ""):
        return None
    with installation.logo.open("rb") as file:
        data: bytes = file.read()
        return data


class _Paper:
    """One paper while it is written; the number of its pages is known the second time."""

    def __init__(
        self, quote: Quote, lines: Sequence[QuoteLine], logo: bytes | None, pages: int
    ) -> None:
        self.quote, self.rows, self.logo, self.of = quote, lines, logo, pages
        self.found = totals(lines, quote.discount_rate)
        self.is_taxed = any(line.tax_rate for line in lines)
        self.seller = quote.seller or "\n".join(filter(None, (company().name, company().address)))
        name = f"{_('Quote')} {quote.number}".strip()
        self.sheet = Sheet(title=name, author=self.seller.split("\n")[0], language=quote.language)
        self._write()

    def pages(self) -> int:
        return self.sheet.page

    def done(self) -> bytes:
        return self.sheet.done()

    def _money(self, amount: Decimal) -> str:
        return money(amount, self.quote.currency, has_cents=True)

    # -- from the top down -------------------------------------------------------------------------

    def _write(self) -> None:
        self._sender()
        self._facts()
        self._table()
        self._sums()
        self._terms()
        self._foot()

    def _sender(self) -> None:
        sheet = self.sheet
        high = sheet.picture(self.logo, 50 * mm, 18 * mm) if self.logo else 0
        name, _newline, rest = self.seller.partition("\n")
        start = sheet.y
        sheet.lines(LEFT, broken(name, STRONG, HALF), STRONG)
        sheet.lines(LEFT, broken(rest, SMALL, HALF), SMALL)
        sheet.y = min(sheet.y, start - high) - FIRST_LINE

    def _facts(self) -> None:
        """Whom it goes to on the left; its number and days on the right."""
        sheet, quote, start = self.sheet, self.quote, self.sheet.y
        sheet.lines(LEFT, broken(quote.recipient, BODY, HALF))
        below, sheet.y = sheet.y, start
        facts = [
            (_("Quote number"), str(quote) if quote.number else pgettext("quote", "Draft")),
            (_("Date"), day_text(quote.issued_on) if quote.issued_on else "–"),
            (_("Valid until"), day_text(quote.valid_until)),
        ]
        if quote.replaces is not None:
            facts.append((_("Replaces"), str(quote.replaces)))
        for label, value in facts:
            sheet.line(LEFT + HALF + 12 * mm, label, SMALL)
            sheet.line(RIGHT, value, BODY, ends=True)
            sheet.skip(BODY.height)
        sheet.y = min(below, sheet.y) - FIRST_LINE
        sheet.lines(LEFT, broken(_("Quote"), HEADING, RIGHT - LEFT), HEADING)
        sheet.lines(LEFT, broken(quote.title, STRONG, RIGHT - LEFT), STRONG)
        sheet.skip(6 * mm)

    def _table(self) -> None:
        self._heads()
        for place, (line, total) in enumerate(
            zip(self.rows, self.found.lines, strict=True), start=1
        ):
            texts = broken(line.name, BODY, NAME_WIDTH)
            if not self.sheet.has_room(len(texts) * BODY.height + 2 * mm):
                self._turn()
                self._heads()
            self._row(place, line, total, texts)

    def _heads(self) -> None:
        sheet = self.sheet
        sheet.line(NAME_AT, _("Description"), SMALL)
        heads = [
            (QUANTITY_AT, _("Quantity")),
            (PRICE_AT, _("Unit price")),
            (DISCOUNT_AT, _("Discount")),
            (RIGHT, _("Amount")),
        ]
        if self.is_taxed:
            heads.append((TAX_AT, _("Tax")))
        for at, label in heads:
            sheet.line(at, label, SMALL, ends=True)
        sheet.skip(SMALL.height)
        sheet.rule()
        sheet.skip(1.5 * mm)

    def _row(self, place: int, line: QuoteLine, total: Decimal, texts: Sequence[str]) -> None:
        sheet = self.sheet
        sheet.line(NUMBER_AT, str(place), SMALL)
        quantity = f"{exact_number(line.quantity)} {line.unit}".strip()
        sheet.line(QUANTITY_AT, quantity, ends=True)
        sheet.line(PRICE_AT, self._money(line.unit_price), ends=True)
        if line.discount_rate:
            sheet.line(DISCOUNT_AT, exact_percent(line.discount_rate), ends=True)
        if self.is_taxed:
            sheet.line(TAX_AT, exact_percent(line.tax_rate), ends=True)
        sheet.line(RIGHT, self._money(total), ends=True)
        sheet.lines(NAME_AT, texts)
        sheet.rule()
        sheet.skip(1.5 * mm)

    def _sums(self) -> None:
        """Below the last line, all of them on one page."""
        found = self.found
        sums = [(_("Subtotal"), found.subtotal)]
        if found.discount:
            label = _("Discount of %(rate)s") % {"rate": exact_percent(self.quote.discount_rate)}
            sums += [(label, -found.discount), (_("Net amount"), found.net)]
        for part in found.taxes if self.is_taxed else ():
            words = {"rate": exact_percent(part.rate), "base": self._money(part.base)}
            sums.append((_("Tax of %(rate)s on %(base)s") % words, part.tax))
        sheet = self.sheet
        if not sheet.has_room((len(sums) + 2) * BODY.height + 4 * mm):
            self._turn()
        sheet.skip(2 * mm)
        for label, amount in sums:
            sheet.line(PRICE_AT, label, SMALL, ends=True)
            sheet.line(RIGHT, self._money(amount), ends=True)
            sheet.skip(BODY.height)
        sheet.rule(PRICE_AT)
        sheet.skip(1.5 * mm)
        sheet.line(PRICE_AT, _("Total"), STRONG, ends=True)
        sheet.line(RIGHT, self._money(found.total), STRONG, ends=True)
        sheet.skip(BODY.height + 8 * mm)

    def _terms(self) -> None:
        texts = broken(self.quote.terms.strip(), BODY, RIGHT - LEFT)
        if not texts:
            return
        if not self.sheet.has_room(3 * BODY.height):
            self._turn()
        self.sheet.lines(LEFT, [_("Terms")], STRONG)
        for text in texts:
            if not self.sheet.has_room(BODY.height):
                self._turn()
            self.sheet.lines(LEFT, [text])

    def _turn(self) -> None:
        self._foot()
        self.sheet.turn()

    def _foot(self) -> None:
        """The number of the quote and of the page, at the same height on each."""
        sheet, stands = self.sheet, self.sheet.y
        sheet.y = BOTTOM - 4 * mm
        sheet.rule()
        sheet.skip(2 * mm)
        sheet.line(
            LEFT, str(self.quote) if self.quote.number else pgettext("quote", "Draft"), SMALL
        )
        words = {"page": sheet.page, "pages": self.of or sheet.page}
        sheet.line(RIGHT, _("Page %(page)s of %(pages)s") % words, SMALL, ends=True)
        sheet.y = stands
