"""The arithmetic of quotes: whatever stands on them, the sums add up to the cent."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from crm.methods.quoting import CENT, PricedLine, totals_of

RATES = st.sampled_from(["0", "0.05", "0.07", "0.09", "0.13", "0.19", "0.077"]).map(Decimal)
SHARES = st.integers(0, 10_000).map(lambda part: Decimal(part) / 10_000)
LINES = st.lists(
    st.builds(
        PricedLine,
        st.decimals("0.01", "99999", places=2),
        st.decimals("-9999", "999999", places=2),
        SHARES,
        RATES,
    ),
    max_size=12,
)


@given(LINES, SHARES)
def test_sums_add_up_to_the_cent(lines: list[PricedLine], discount: Decimal) -> None:
    found = totals_of(lines, discount)
    assert sum(found.lines) == found.subtotal
    assert found.subtotal - found.discount == found.net
    assert sum(part.base for part in found.taxes) == found.net
    assert sum(part.tax for part in found.taxes) == found.tax
    assert found.net + found.tax == found.total
    for amount in (*found.lines, found.discount, found.tax, found.total):
        assert amount == amount.quantize(CENT)


@given(LINES, SHARES)
def test_nothing_is_further_from_the_exact_value_than_its_rounding(
    lines: list[PricedLine], discount: Decimal
) -> None:
    found = totals_of(lines, discount)
    for line, total in zip(lines, found.lines, strict=True):
        exact = (
            Fraction(line.quantity) * Fraction(line.unit_price) * (1 - Fraction(line.discount_rate))
        )
        assert abs(exact - Fraction(total)) <= Fraction(1, 200)
    assert abs(
        Fraction(found.subtotal) * Fraction(discount) - Fraction(found.discount)
    ) <= Fraction(1, 200)
    for part in found.taxes:
        assert abs(Fraction(part.base) * Fraction(part.rate) - Fraction(part.tax)) <= Fraction(
            1, 200
        )


@given(LINES.filter(bool), SHARES, st.randoms())
def test_order_of_the_lines_changes_no_total(
    lines: list[PricedLine], discount: Decimal, chance: object
) -> None:
    turned = list(lines)
    chance.shuffle(turned)  # type: ignore[attr-defined]
    one, other = totals_of(lines, discount), totals_of(turned, discount)
    assert (one.total, one.tax, one.taxes) == (other.total, other.tax, other.taxes)


def test_quote_without_lines_is_worth_nothing() -> None:
    found = totals_of([], Decimal("0.1"))
    assert (found.total, found.tax, found.taxes) == (0, 0, ())


def test_discount_on_two_rates_is_shared_out_in_whole_cents() -> None:
    lines = [
        PricedLine(Decimal(1), Decimal("0.10"), tax_rate=Decimal("0.07")),
        PricedLine(Decimal(1), Decimal("0.20"), tax_rate=Decimal("0.19")),
    ]
    found = totals_of(lines, Decimal("0.5"))
    assert [(str(part.base), str(part.tax)) for part in found.taxes] == [
        ("0.05", "0.00"),
        ("0.10", "0.02"),
    ]
    assert str(found.total) == "0.17"
