"""Amounts: the currency beside them is read, signs of several mean the usual one."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.choices import Currency
from core.values_in_files.money import Money, infer_money, names_a_currency, read_money
from core.values_in_files.numbers import NumberFormat

ENGLISH, CONTINENTAL, SWISS = NumberFormat.ENGLISH, NumberFormat.CONTINENTAL, NumberFormat.SWISS


@pytest.mark.parametrize(
    ("text", "form", "usual", "amount", "currency"),
    [
        ("€ 1.234,50", CONTINENTAL, "USD", "1234.50", "EUR"),
        ("1.200,- €", CONTINENTAL, "USD", "1200", "EUR"),
        ("USD 98,000", ENGLISH, "EUR", "98000", "USD"),
        ("98,000 usd", ENGLISH, "EUR", "98000", "USD"),
        ("¥1,200", ENGLISH, "CNY", "1200", "CNY"),
        ("¥1,200", ENGLISH, "JPY", "1200", "JPY"),
        ("￥1,200", ENGLISH, "EUR", "1200", "CNY"),
        ("$5", ENGLISH, "CAD", "5", "CAD"),
        ("$5", ENGLISH, "EUR", "5", "USD"),
        ("$5 CAD", ENGLISH, "USD", "5", "CAD"),
        ("HK$ 5", ENGLISH, "USD", "5", "HKD"),
        ("1200元", ENGLISH, "EUR", "1200", "CNY"),
        ("120万元", ENGLISH, "EUR", "1200000", "CNY"),
        ("CHF 1'200.–", SWISS, "EUR", "1200", "CHF"),
        ("($5.00)", ENGLISH, "USD", "-5.00", "USD"),
        ("-€5", ENGLISH, "USD", "-5", "EUR"),
        ("€-5", ENGLISH, "USD", "-5", "EUR"),
        ("1 234,50 zł", NumberFormat.SPACED, "USD", "1234.50", "PLN"),
        ("7", ENGLISH, "SEK", "7", "SEK"),
    ],
)
def test_amount_is_read(
    text: str, form: NumberFormat, usual: str, amount: str, currency: str
) -> None:
    assert read_money(text, form, usual) == Money(Decimal(amount), currency)


@pytest.mark.parametrize("text", ["", "€", "USD", "XYZ 5", "5 € USD", "€ 007", "a €5", "€5 a day"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_money(text, ENGLISH, "EUR")


def test_convention_is_inferred_without_the_currencies() -> None:
    assert infer_money(["€ 1.234,50", "USD 7"]).formats == (CONTINENTAL,)
    assert infer_money(["$1,234"]).is_ambiguous


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.sampled_from(Currency.values),
    st.sampled_from(["{code} {amount:,}", "{amount:,}{code}", "-{code}{amount:,}"]),
)
def test_what_is_written_is_read_back(amount: Decimal, code: str, pattern: str) -> None:
    signed = -amount if pattern.startswith("-") else amount
    text = pattern.format(code=code, amount=amount)
    assert read_money(text, ENGLISH, "EUR") == Money(signed, code)


@given(st.text() | st.text("0123456789,.- ()€$¥USDCHFkr元万", max_size=20))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    infer_money([text])
    names_a_currency(text)
    with contextlib.suppress(ValueError):
        assert read_money(text, ENGLISH, "EUR").currency in Currency.values
