"""Being warned of duplicates while a record is typed."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from core.models import User
from tests.factories import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]


def typed(client: Client, kind: str = "crm.contact", **values: str) -> str:
    answer = client.post(reverse("record_alike", args=[kind]), values)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_address_that_is_here_is_told_with_probability_and_reason(
    administrator: User, log_in: LogIn
) -> None:
    known = ContactFactory(name="Ada Lovelace", email="ada@engines.example")
    text = typed(log_in(administrator), name="Ada Lovelace", email="ADA@engines.example")
    assert known.get_absolute_url() in text
    assert "Same e-mail address" in text
    assert "&gt;99%" in text


def test_a_name_turned_round_is_found(administrator: User, log_in: LogIn) -> None:
    ContactFactory(name="Lovelace Ada", email="")
    assert "Lovelace Ada" in typed(log_in(administrator), name="Ada Lovelace")


def test_a_company_is_found_by_its_website(administrator: User, log_in: LogIn) -> None:
    CompanyFactory(name="Engines", domain="engines.example")
    given = {"name": "Something else", "website": "https://www.engines.example/about"}
    assert "Engines" in typed(log_in(administrator), "crm.company", **given)


def test_foreign_records_are_not_told(sales: User, outsider: User, log_in: LogIn) -> None:
    ContactFactory(name="Ada Lovelace", owner=outsider, team=outsider.team)
    assert "Ada" not in typed(log_in(sales), name="Ada Lovelace")


def test_nothing_typed_is_like_nothing(administrator: User, log_in: LogIn) -> None:
    ContactFactory(name="", email="")
    assert typed(log_in(administrator)).strip() == ""
