"""What a quote adds up to: lines, discount, tax by rate, to the cent."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class PricedLine:
    """A position: how many of what price, less a discount, with a tax rate; rates are shares."""

    quantity: Decimal
    unit_price: Decimal
    discount_rate: Decimal = Decimal(0)
    tax_rate: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """Without tax, to the cent."""
        gross = self.quantity * self.unit_price
        return _cents(gross * (1 - self.discount_rate))


@dataclass(frozen=True)
class TaxPart:
    """The tax of one rate: on what, and how much."""

    rate: Decimal
    base: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Totals:
    """`subtotal` − `discount` = `net`; the bases of the taxes add up to `net`; `net` + `tax` = `total`."""

    lines: tuple[Decimal, ...]
    subtotal: Decimal
    discount: Decimal
    net: Decimal
    taxes: tuple[TaxPart, ...]
    tax: Decimal
    total: Decimal


def totals_of(lines: Sequence[PricedLine], discount_rate: Decimal = Decimal(0)) -> Totals:
    """Add up a quote; its own discount is taken from each tax rate in proportion.

    >>> line = PricedLine(Decimal(3), Decimal("9.99"), tax_rate=Decimal("0.19"))
    >>> found = totals_of([line], Decimal("0.1"))
    >>> str(found.subtotal), str(found.discount), str(found.tax), str(found.total)
    ('29.97', '3.00', '5.12', '32.09')
    """
    each = tuple(line.total for line in lines)
    subtotal = sum(each, NOTHING)
    discount = _cents(subtotal * discount_rate)
    by_rate: dict[Decimal, Decimal] = {}
    for line, total in zip(lines, each, strict=True):
        by_rate[line.tax_rate] = by_rate.get(line.tax_rate, NOTHING) + total
    rates = sorted(by_rate)
    shares = _shared_out(discount, [by_rate[rate] for rate in rates])
    bases = [by_rate[rate] - share for rate, share in zip(rates, shares, strict=True)]
    taxes = tuple(
        TaxPart(rate, base, _cents(base * rate)) for rate, base in zip(rates, bases, strict=True)
    )
    tax = sum((part.tax for part in taxes), NOTHING)
    net = subtotal - discount
    return Totals(each, subtotal, discount, net, taxes, tax, net + tax)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _shared_out(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """The amount in parts of whole cents, in proportion; the largest rests get the cents left over."""
    whole = sum(weights, NOTHING)
    if not whole:
        return [amount if place == 0 else NOTHING for place in range(len(weights))]
    exact = [amount * weight / whole for weight in weights]
    parts = [share.quantize(CENT, ROUND_FLOOR) for share in exact]
    left = int((amount - sum(parts, NOTHING)) / CENT)
    order = sorted(range(len(weights)), key=lambda place: (parts[place] - exact[place], place))
    for place in order[:left]:
        parts[place] += CENT
    return parts
