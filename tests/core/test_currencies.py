"""Rates: which one counts on a day, and what an amount is worth."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.currencies import Rates, in_base
from core.models import ExchangeRate

DAY = date(2026, 1, 1)
days = st.integers(0, 30).map(lambda n: DAY + timedelta(days=n))
values = st.decimals("0.00000001", "99999", places=8)


@given(st.dictionaries(days, values), days)
def test_the_newest_rate_up_to_the_day_counts(rows: dict[date, Decimal], on: date) -> None:
    rates = Rates("EUR", [("USD", day, value) for day, value in rows.items()])
    earlier = [day for day in rows if day <= on]
    assert rates.rate("USD", on) == (rows[max(earlier)] if earlier else None)
    assert rates.rate("USD", None) == (rows[max(rows)] if rows else None)


@given(st.decimals("-99999999", "99999999", places=2), values)
def test_worth_is_within_half_a_cent(amount: Decimal, value: Decimal) -> None:
    worth = Rates("EUR", [("USD", DAY, value)]).in_base(amount, "USD", DAY)
    assert worth is not None
    assert abs(worth - amount * value) <= Decimal("0.005")
    assert worth == round(worth, 2)


@given(st.decimals("0", "9999999999999999", places=2))
def test_base_currency_is_worth_itself(amount: Decimal) -> None:
    assert Rates("EUR", []).in_base(amount, "EUR", None) == amount


def test_amount_beyond_the_column_is_worth_nothing_known() -> None:
    rates = Rates("EUR", [("USD", DAY, Decimal(10) ** 9)])
    assert rates.in_base(Decimal(10) ** 15, "USD", DAY) is None


@pytest.mark.django_db
def test_in_base_reads_the_table() -> None:
    assert in_base(Decimal(10), "EUR", DAY) == 10
    assert in_base(Decimal(10), "USD", DAY) is None
    ExchangeRate.objects.create(currency="USD", valid_from=DAY, rate=Decimal("0.85"))
    assert in_base(Decimal(10), "USD", DAY) == Decimal("8.50")
    assert in_base(None, "USD", DAY) is None


some = st.dictionaries(days, st.decimals("0.01", "100", places=8), min_size=1)


@given(some, some)
def test_another_base_currency_and_back_gives_the_rates_again(
    dollars: dict[date, Decimal], yuan: dict[date, Decimal]
) -> None:
    rows = [("USD", day, rate) for day, rate in dollars.items()]
    rows += [("CNY", day, rate) for day, rate in yuan.items()]
    before = Rates("EUR", rows)
    between = Rates("USD", before.based_on("USD"))
    after = Rates("EUR", between.based_on("EUR"))
    for currency, on in product(("EUR", "USD", "CNY"), [*dollars, *yuan, None]):
        rate = before.rate(currency, on)
        if rate is not None:
            assert after.rate(currency, on) == pytest.approx(rate, rel=Decimal("0.0001"))
    for on in [*yuan, None]:
        worth = before.rate("USD", on) or dollars[min(dollars)]
        there = between.rate("CNY", on)
        assert there == pytest.approx(before.rate("CNY", on) / worth, rel=Decimal("0.0001"))
