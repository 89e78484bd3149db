"""The products of a deal: a line for each, all of them saved at once."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.models import User
from core.records.links import LinkField
from core.records.plain import plain
from crm.models import Deal, DealLine
from crm.services.deals import line_total

HUNDRED = Decimal(100)
PREFIX = "lines"


class LineForm(forms.Form):
    """One line; an empty one is none, a ticked box takes it away."""

    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=12, decimal_places=2, required=False
    )
    unit_price = forms.DecimalField(
        label=_("Unit price"), max_digits=18, decimal_places=2, required=False
    )
    discount = forms.DecimalField(
        label=_("Discount in %"), min_value=0, max_value=100, decimal_places=2, required=False
    )
    gone = forms.BooleanField(label=_("Remove"), required=False)

    field_order = ("product", "quantity", "unit_price", "discount", "gone")

    def __init__(self, *args: Any, user: User, line: DealLine | None = None, **given: Any) -> None:
        super().__init__(*args, **given)
        self.line = line
        self.fields["product"] = LinkField(
            target="crm.product", user=user, label=_("Product"), required=False
        )
        self.order_fields(self.field_order)
        if line is not None:
            self.fields["product"].current = line.product  # type: ignore[attr-defined]  # LinkField
            self.initial = {
                "product": line.product,
                "quantity": plain(line.quantity),
                "unit_price": plain(line.unit_price),
                "discount": plain(line.discount_rate * HUNDRED),
            }
        for name in ("quantity", "unit_price", "discount"):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "decimal"})

    @property
    def total(self) -> Decimal | None:
        return line_total(self.line) if self.line is not None else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        product = data.get("product")
        if product is None and data.get("unit_price") is not None:
            raise ValidationError(_("Choose a product."))
        if product is not None and data.get("unit_price") is None:
            data["unit_price"] = product.price or Decimal(0)
        return data

    def made(self) -> DealLine | None:
        """The line as it shall be; none where it is empty or taken away."""
        data = self.cleaned_data
        if data["gone"] or data["product"] is None:
            return None
        line = self.line or DealLine()
        line.product = data["product"]
        line.quantity = data["quantity"] or Decimal(1)
        line.unit_price = data["unit_price"]
        line.discount_rate = (data["discount"] or Decimal(0)) / HUNDRED
        return line


def line_forms(deal: Deal, user: User, data: Any = None) -> list[LineForm]:
    """A form for each line, and an empty one."""
    lines: list[DealLine | None] = list(deal.lines.select_related("product"))
    return list(_forms([*lines, None], user, data))


def _forms(lines: list[DealLine | None], user: User, data: Any) -> Iterator[LineForm]:
    for line in lines:
        prefix = f"{PREFIX}-{line.pk if line is not None else 'new'}"
        yield LineForm(data, user=user, line=line, prefix=prefix)


def lines_context(deal: Deal, user: User) -> dict[str, Any]:
    found = line_forms(deal, user)
    totals = [form.total for form in found if form.total is not None]
    may_edit = permissions.reaches(Deal, user, deal, "edit")
    return {
        "line_forms": found,
        "lines_total": sum(totals, Decimal(0)) if totals else None,
        "may_edit_lines": may_edit and permissions.access_of(user).edits("crm.deal.amount"),
    }
