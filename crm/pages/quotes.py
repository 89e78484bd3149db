"""Quotes: the tab of a deal, the page of a quote, and the form of a draft with its lines."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import permissions
from core.models import User
from core.records import Pill
from core.records.links import LinkField
from core.records.plain import plain
from crm.choices import QuoteStatus
from crm.models import Deal, Quote, QuoteLine
from crm.services.quoting.quotes import MARKED, may_quote, quotes_seen_by, totals

HUNDRED = Decimal(100)
PREFIX = "line"
TONES = {
    QuoteStatus.DRAFT: "",
    QuoteStatus.ISSUED: "accent",
    QuoteStatus.SENT: "violet",
    QuoteStatus.ACCEPTED: "ok",
    QuoteStatus.DECLINED: "bad",
    QuoteStatus.REPLACED: "",
}


def status_pill(quote: Quote) -> Pill:
    tone = TONES[QuoteStatus(quote.status)]
    return Pill(quote.get_status_display(), tone, has_dot=True)


# -- pages -----------------------------------------------------------------------------------------


def quotes_context(deal: Deal, user: User) -> dict[str, Any]:
    """The quotes of a deal, the newest first."""
    rows = quotes_seen_by(user).filter(deal=deal)[:100]
    return {
        "quotes": [{"quote": quote, "pill": status_pill(quote)} for quote in rows],
        "may_quote": may_quote(deal, user),
        "has_lines": deal.lines.exists() or deal.amount is not None,
    }


def quote_context(quote: Quote, user: User) -> dict[str, Any]:
    """What the page of a quote shows, and what can be done with it."""
    lines = list(quote.lines.all())
    may = may_quote(quote.deal, user)
    access = permissions.access_of(user)
    revision = Quote.objects.filter(replaces=quote).first()
    may_revise = may and revision is None and quote.status in _REVISABLE
    return {
        "quote": quote,
        "deal": quote.deal,
        "lines": lines,
        "totals": totals(lines, quote.discount_rate),
        "pill": status_pill(quote),
        "may_edit": may and quote.is_draft,
        "may_issue": may and quote.is_draft and bool(lines),
        "may_send": may and quote.status == QuoteStatus.ISSUED,
        "may_decide": may and quote.is_open,
        "may_unmark": may and quote.status in MARKED,
        "may_revise": may_revise,
        "revision": revision,
        "offers_won": quote.status == QuoteStatus.ACCEPTED
        and quote.deal.is_open
        and may
        and access.edits("crm.deal.stage"),
    }


_REVISABLE = (QuoteStatus.ISSUED, QuoteStatus.SENT, QuoteStatus.DECLINED)


# -- the form --------------------------------------------------------------------------------------


def _share_field(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


ORDER = (
    "language",
    "contact",
    "recipient",
    "title",
    "valid_until",
    "discount",
    "tax",
    "terms",
)


class QuoteForm(forms.Form):
    """What stands on a draft beside its lines."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language of the quote"), choices=settings.LANGUAGES
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)
    recipient = forms.CharField(
        label=gettext_lazy("Recipient"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Name and address, line by line, as they stand on the quote."),
    )
    valid_until = forms.DateField(
        label=gettext_lazy("Valid until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    discount = _share_field(gettext_lazy("Discount on everything in %"))
    tax = _share_field(gettext_lazy("Tax on every line in %"))
    terms = forms.CharField(
        label=gettext_lazy("Terms"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Any, *, quote: Quote, user: User) -> None:
        self.quote = quote
        initial = {
            name: getattr(quote, name)
            for name in ("language", "title", "recipient", "valid_until", "terms")
        }
        initial["discount"] = plain(quote.discount_rate * HUNDRED)
        super().__init__(data, initial=initial, auto_id="quote_%s")
        contact = LinkField(
            target="crm.contact", user=user, label=_("Recipient's contact"), required=False
        )
        contact.current = quote.contact
        self.fields["contact"] = contact
        self.initial["contact"] = quote.contact
        self.fields["tax"].help_text = _("Left empty, each line keeps its own.")
        self.order_fields(ORDER)

    @property
    def tax_rate(self) -> Decimal | None:
        """That of every line, where one is told."""
        tax: Decimal | None = self.cleaned_data["tax"]
        return None if tax is None else tax / HUNDRED

    def filled(self) -> Quote:
        """The quote with what was said; not stored yet."""
        data = self.cleaned_data
        for name in ("language", "title", "recipient", "valid_until", "terms", "contact"):
            setattr(self.quote, name, data[name])
        self.quote.discount_rate = (data["discount"] or Decimal(0)) / HUNDRED
        return self.quote


class QuoteLineForm(forms.Form):
    """One line; an empty one is none, a ticked box takes it away."""

    name = forms.CharField(label=gettext_lazy("Description"), max_length=300, required=False)
    quantity = forms.DecimalField(
        label=gettext_lazy("Quantity"), max_digits=12, decimal_places=2, required=False
    )
    unit_price = forms.DecimalField(
        label=gettext_lazy("Unit price"), max_digits=18, decimal_places=2, required=False
    )
    discount = _share_field(gettext_lazy("Discount in %"))
    tax = _share_field(gettext_lazy("Tax in %"))
    gone = forms.BooleanField(label=gettext_lazy("Remove"), required=False)

    def __init__(self, *args: Any, line: QuoteLine | None, **given: Any) -> None:
        super().__init__(*args, **given)
        self.line = line
        if line is not None:
            self.initial = {
                "name": line.name,
                "quantity": plain(line.quantity),
                "unit_price": plain(line.unit_price),
                "discount": plain(line.discount_rate * HUNDRED),
                "tax": plain(line.tax_rate * HUNDRED),
            }
        for name in ("quantity", "unit_price"):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "decimal"})

    @property
    def total(self) -> Decimal | None:
        return self.line.total if self.line is not None else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("gone") or self.errors:
            return data
        is_begun = any(data.get(name) is not None for name in ("quantity", "unit_price"))
        if is_begun and not data.get("name"):
            raise ValidationError(_("Say what it is."))
        if data.get("name") and data.get("unit_price") is None:
            raise ValidationError(_("Enter a price; 0 where it costs nothing."))
        if data.get("quantity") is not None and data["quantity"] <= 0:
            raise ValidationError(_("Enter a quantity above 0."))
        return data

    def made(self) -> QuoteLine | None:
        """The line as it shall be; none where it is empty or taken away."""
        data = self.cleaned_data
        if data["gone"] or not data["name"]:
            return None
        line = self.line or QuoteLine()
        line.name, line.unit_price = data["name"], data["unit_price"]
        line.quantity = data["quantity"] or Decimal(1)
        line.discount_rate = (data["discount"] or Decimal(0)) / HUNDRED
        line.tax_rate = (data["tax"] or Decimal(0)) / HUNDRED
        return line


def quote_line_forms(quote: Quote, data: Any = None) -> list[QuoteLineForm]:
    """A form for each line, and an empty one, which begins with the tax of the last."""
    return list(_line_forms([*quote.lines.all(), None], data))


def _line_forms(lines: list[QuoteLine | None], data: Any) -> Iterator[QuoteLineForm]:
    for line in lines:
        prefix = f"{PREFIX}-{line.pk if line is not None else 'new'}"
        yield QuoteLineForm(data, line=line, prefix=prefix)
