"""Quotes on their pages: from the deal's products to a paper the customer accepts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import User
from crm.choices import QuoteStatus
from crm.models import Deal, DealLine, Quote, QuoteLine
from tests.factories import DealFactory, ProductFactory, QuoteFactory

LogIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(manager: User) -> Deal:
    made: Deal = DealFactory(name="Two stations", owner=manager)
    DealLine.objects.create(
        deal=made, product=ProductFactory(name="Station"), quantity=2, unit_price=500
    )
    return made


def form_of(quote: Quote, **given: Any) -> dict[str, Any]:
    line = quote.lines.get()
    told = {
        "language": "en",
        "title": quote.title,
        "recipient": "Maya Okafor\nKestrel",
        "valid_until": (timezone.localdate() + timedelta(days=30)).isoformat(),
        "discount": "10",
        f"line-{line.pk}-name": line.name,
        f"line-{line.pk}-quantity": "2",
        f"line-{line.pk}-unit_price": "500",
        "line-new-name": "Training",
        "line-new-unit_price": "100",
        "line-new-tax": "7",
    }
    return told | {name.replace("PK", str(line.pk)): value for name, value in given.items()}


def test_quote_is_made_changed_issued_and_accepted(
    deal: Deal, manager: User, log_in: LogIn
) -> None:
    client = log_in(manager)
    tab = f"{deal.get_absolute_url()}?tab=quotes"
    assert reverse("quote_create", args=[deal.pk]) in client.get(tab).content.decode()
    made = client.post(reverse("quote_create", args=[deal.pk]))
    quote = Quote.objects.get()
    edit = reverse("quote_edit", args=[quote.pk])
    assert made["Location"] == edit
    assert client.post(edit, form_of(quote)).status_code == 302
    quote.refresh_from_db()
    assert [(line.name, line.total) for line in quote.lines.all()] == [
        ("Station", 1000),
        ("Training", 100),
    ]
    assert (quote.subtotal, quote.discount, str(quote.tax)) == (1100, 110, "6.30")
    client.post(reverse("quote_issue", args=[quote.pk]))
    client.post(reverse("quote_mark", args=[quote.pk]), {"status": "accepted"})
    shown = client.get(quote.get_absolute_url()).content.decode()
    assert f"{reverse('deal_move', args=[deal.pk])}?kind=won" in shown
    assert "Q-" in client.get(tab).content.decode()
    assert "Quote accepted" in client.get(deal.get_absolute_url()).content.decode()
    unmark = reverse("quote_unmark", args=[quote.pk])
    assert unmark in shown
    client.post(unmark)
    shown = client.get(quote.get_absolute_url()).content.decode()
    assert unmark not in shown
    assert 'value="accepted"' in shown


def test_one_tax_for_all_lines(deal: Deal, manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    client.post(reverse("quote_create", args=[deal.pk]))
    quote = Quote.objects.get()
    client.post(reverse("quote_edit", args=[quote.pk]), form_of(quote, tax="19"))
    assert {str(rate) for rate in quote.lines.values_list("tax_rate", flat=True)} == {"0.1900"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"valid_until": "2020-01-01"}, "Choose a day to come"),
        ({"line-new-name": ""}, "Say what it is."),
        ({"line-new-unit_price": ""}, "Enter a price; 0 where it costs nothing."),
        ({"line-PK-quantity": "0"}, "Enter a quantity above 0."),
        ({"discount": "101"}, "less than or equal to 100"),
        ({"line-PK-unit_price": "9" * 17}, "no more than"),
    ],
)
def test_what_is_wrong_is_said_beside_it(
    deal: Deal, manager: User, log_in: LogIn, given: dict[str, str], sentence: str
) -> None:
    client = log_in(manager)
    client.post(reverse("quote_create", args=[deal.pk]))
    quote = Quote.objects.get()
    answer = client.post(reverse("quote_edit", args=[quote.pk]), form_of(quote, **given))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert quote.lines.count() == 1


def test_issued_quote_is_not_changed_and_a_draft_may_go(
    deal: Deal, manager: User, log_in: LogIn
) -> None:
    client = log_in(manager)
    draft, quote = QuoteFactory(deal=deal), QuoteFactory(deal=deal)
    client.post(reverse("quote_issue", args=[quote.pk]))
    assert client.get(reverse("quote_edit", args=[quote.pk])).status_code == 404
    client.post(reverse("quote_delete", args=[quote.pk]))
    client.post(reverse("quote_delete", args=[draft.pk]))
    assert list(Quote.objects.values_list("status", flat=True)) == [QuoteStatus.ISSUED]
    revised = client.post(reverse("quote_revise", args=[quote.pk]))
    assert revised["Location"] == reverse("quote_edit", args=[Quote.objects.get(replaces=quote).pk])


def test_paper_is_shown_or_kept(deal: Deal, manager: User, log_in: LogIn) -> None:
    client, quote = log_in(manager), QuoteFactory(deal=deal)
    url = reverse("quote_pdf", args=[quote.pk])
    shown, kept = client.get(url), client.get(url, {"download": "1"})
    assert (shown["Content-Type"], shown.content[:5]) == ("application/pdf", b"%PDF-")
    assert shown["Content-Disposition"].startswith("inline")
    assert kept["Content-Disposition"].startswith("attachment")
    assert shown["X-Content-Type-Options"] == "nosniff"


def test_pages_make_no_query_per_line_or_quote(deal: Deal, manager: User, log_in: LogIn) -> None:
    client, quote = log_in(manager), QuoteFactory(deal=deal)

    def count(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as found:
            assert client.get(url).status_code == 200
        return len(found)

    urls = [f"{deal.get_absolute_url()}?tab=quotes", quote.get_absolute_url()]
    few = [count(url) for url in urls]
    for _each in range(5):
        QuoteFactory(deal=deal)
        QuoteLine.objects.create(quote=quote, name="More", unit_price=1, total=1)
    assert [count(url) for url in urls] == few
    assert few[1] <= 15
