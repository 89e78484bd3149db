"""The page of currencies."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from core.models import AuditEvent, ExchangeRate, Installation, User
from crm.models import Deal
from tests.factories import DealFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
URL = "/settings/currencies/"


def test_rates_are_added_changed_and_deleted(administrator: User, log_in: LogIn) -> None:
    client, deal = log_in(administrator), DealFactory(amount=100, currency="USD", base_amount=None)
    client.post(URL, {"currency": "USD", "valid_from": "2026-01-01", "rate": "0.85"})
    rate = ExchangeRate.objects.get()
    assert "0.85" in client.get(URL).content.decode()
    assert Deal.objects.get(pk=deal.pk).base_amount == 85
    client.post(f"{URL}{rate.pk}/", {"currency": "USD", "valid_from": "2026-01-01", "rate": "0.9"})
    assert ExchangeRate.objects.get().rate == Decimal("0.9")
    client.post(f"{URL}{rate.pk}/delete/")
    assert not ExchangeRate.objects.exists()
    assert Deal.objects.get(pk=deal.pk).base_amount is None
    trail = AuditEvent.objects.filter(object_type="core.exchangerate").order_by("pk")
    assert list(trail.values_list("action", flat=True)) == [
        "rate.save",
        "rate.save",
        "rate.delete",
    ]


@pytest.mark.parametrize(
    ("currency", "rate", "sentence"),
    [
        ("USD", "0.8", "already"),
        ("EUR", "1.1", "always worth 1"),
        ("GBP", "0", "above 0"),
        ("XXX", "1", "valid choice"),
    ],
)
def test_impossible_rate_is_refused_in_place(
    currency: str, rate: str, sentence: str, administrator: User, log_in: LogIn
) -> None:
    ExchangeRate.objects.create(currency="USD", valid_from="2026-01-01", rate=1)
    answer = log_in(administrator).post(
        URL, {"currency": currency, "valid_from": "2026-01-01", "rate": rate}
    )
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert ExchangeRate.objects.count() == 1


def test_base_currency_is_chosen(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    assert not Installation.objects.exists()
    client.post(f"{URL}base/", {"base_currency": "CNY"})
    assert Installation.objects.get().base_currency == "CNY"
    client.post(f"{URL}base/", {"base_currency": "nothing"})
    assert Installation.objects.get().base_currency == "CNY"


def test_rates_and_amounts_follow_another_base_currency(administrator: User, log_in: LogIn) -> None:
    ExchangeRate.objects.create(currency="USD", valid_from="2026-01-01", rate="0.8")
    ExchangeRate.objects.create(currency="USD", valid_from="2026-02-01", rate="0.5")
    ExchangeRate.objects.create(currency="CNY", valid_from="2026-01-01", rate="0.1")
    deal = DealFactory(amount=100, currency="CNY", base_amount=10, close_on="2026-03-01")
    client = log_in(administrator)
    answer = client.post(f"{URL}base/", {"base_currency": "GBP"}, follow=True)
    assert "Enter a rate of GBP first" in answer.content.decode()
    client.post(f"{URL}base/", {"base_currency": "USD"})
    assert [str(rate) for rate in ExchangeRate.objects.order_by("currency", "valid_from")] == [
        "CNY 2026-01-01: 0.12500000",
        "CNY 2026-02-01: 0.20000000",
        "EUR 2026-01-01: 1.25000000",
        "EUR 2026-02-01: 2.00000000",
    ]
    assert Deal.objects.get(pk=deal.pk).base_amount == 20
    assert AuditEvent.objects.filter(action="rate.convert").count() == 7


def test_others_do_not_find_the_page(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    assert client.get(URL).status_code == 403
    assert URL not in client.get("/settings/").content.decode()
