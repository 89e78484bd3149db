"""Quotes: made from a deal's lines, frozen by their issue, numbered without gaps, readable as PDF."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext
from pypdf import PdfReader

from core.choices import Reach
from core.errors import Refused
from core.models import AuditEvent, Installation, User
from core.phrases import day_text
from crm.choices import QuoteStatus
from crm.models import Deal, DealLine, Quote, QuoteLine
from crm.services.quoting.fonts import UNKNOWN, runs, sfnt_of
from crm.services.quoting.paper import pdf_of
from crm.services.quoting.quotes import (
    delete_draft,
    draft_quote,
    issue_quote,
    mark_quote,
    quotes_seen_by,
    revise_quote,
    save_draft,
    unmark_quote,
)
from crm.services.quoting.typesetting import BODY, broken
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    DealFactory,
    ProductFactory,
    RoleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def deal(sales: User) -> Deal:
    firm = CompanyFactory(
        name="苏州思泓智能装备有限公司",
        street="东环路 64 号",
        postal_code="215068",
        city="苏州",
        country="中国",
    )
    person = ContactFactory(name="Łukasz 陈雨桐", company=firm, owner=sales)
    made: Deal = DealFactory(
        name="Two stations", owner=sales, company=firm, contact=person, currency="EUR"
    )
    for name, quantity, price in (("Station 检测站", 2, "1000.10"), ("Training", 3, "99.99")):
        product = ProductFactory(name=name, unit="piece", price=price)
        DealLine.objects.create(
            deal=made, product=product, quantity=quantity, unit_price=Decimal(price)
        )
    return made


def drafted(deal: Deal, by: User, tax: str = "0.19", **given: Any) -> Quote:
    quote = draft_quote(deal=deal, by=by, at=NOW)
    for name, value in given.items():
        setattr(quote, name, value)
    lines = list(quote.lines.all())
    for line in lines:
        line.tax_rate = Decimal(tax)
    return save_draft(quote=quote, lines=lines, by=by, at=NOW)


def issued(deal: Deal, by: User, **given: Any) -> Quote:
    return issue_quote(quote=drafted(deal, by, **given), by=by, at=NOW)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def acts(deal: Deal) -> list[str]:
    events = AuditEvent.objects.filter(object_type="crm.deal", object_id=deal.pk)
    return list(
        events.filter(action__startswith="quote").order_by("pk").values_list("action", flat=True)
    )


# -- drafts and issue ------------------------------------------------------------------------------


def test_draft_takes_over_what_the_deal_says(deal: Deal, sales: User) -> None:
    quote = draft_quote(deal=deal, by=sales, at=NOW)
    assert [(line.name, line.unit, line.quantity) for line in quote.lines.all()] == [
        ("Station 检测站", "piece", 2),
        ("Training", "piece", 3),
    ]
    assert (quote.subtotal, quote.tax, quote.total) == (
        Decimal("2300.17"),
        0,
        Decimal("2300.17"),
    )
    assert quote.recipient.splitlines() == [
        "Łukasz 陈雨桐",
        "苏州思泓智能装备有限公司",
        "东环路 64 号",
        "215068 苏州",
        "中国",
    ]
    assert (quote.currency, quote.valid_until, quote.number) == ("EUR", date(2026, 12, 27), "")


def test_deal_without_lines_gives_one_line_of_its_value(sales: User) -> None:
    deal = DealFactory(name="Pilot", owner=sales, amount=Decimal(500), currency="EUR")
    quote = draft_quote(deal=deal, by=sales, at=NOW)
    assert [(line.name, line.unit_price) for line in quote.lines.all()] == [("Pilot", 500)]


def test_issued_quote_has_a_number_and_stays_as_it_is(deal: Deal, sales: User) -> None:
    quote = issued(deal, sales, discount_rate=Decimal("0.1"))
    assert (quote.number, quote.status, quote.issued_on) == (
        "Q-2026-0001",
        QuoteStatus.ISSUED,
        date(2026, 11, 27),
    )
    assert (quote.subtotal, quote.discount) == (Decimal("2300.17"), Decimal("230.02"))
    assert (quote.tax, quote.total) == (Decimal("393.33"), Decimal("2463.48"))
    deal.lines.all().delete()
    quote.refresh_from_db()
    assert quote.lines.count() == 2
    for change in (
        lambda: save_draft(quote=quote, lines=[], by=sales, at=NOW),
        lambda: issue_quote(quote=quote, by=sales, at=NOW),
        lambda: delete_draft(quote=quote, by=sales),
    ):
        with pytest.raises(Refused, match="Issued"):
            change()
    assert acts(deal) == ["quote.create", "quote.issue"]


def test_numbers_go_on_by_year_without_gaps(deal: Deal, sales: User) -> None:
    first, second = issued(deal, sales), issued(deal, sales)
    draft = draft_quote(deal=deal, by=sales, at=NOW)
    delete_draft(quote=draft, by=sales)
    third = issued(deal, sales)
    draft = draft_quote(deal=deal, by=sales, at=NOW + timedelta(days=60))
    next_year = issue_quote(quote=draft, by=sales, at=NOW + timedelta(days=60))
    numbers = [str(quote) for quote in (first, second, third, next_year)]
    assert numbers == ["Q-2026-0001", "Q-2026-0002", "Q-2026-0003", "Q-2027-0001"]


def test_year_is_that_of_the_company(deal: Deal, sales: User) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"time_zone": "Asia/Shanghai"})
    at = datetime(2026, 12, 31, 18, tzinfo=UTC)
    draft = draft_quote(deal=deal, by=sales, at=at)
    assert issue_quote(quote=draft, by=sales, at=at).number == "Q-2027-0001"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"valid_until": date(2026, 11, 26)}, "day to come"),
        ({"lines": []}, "at least one line"),
    ],
)
def test_what_cannot_be_issued_is_refused(
    deal: Deal, sales: User, given: dict[str, Any], sentence: str
) -> None:
    quote = draft_quote(deal=deal, by=sales, at=NOW)
    if "lines" in given:
        quote.lines.all().delete()
    Quote.objects.filter(pk=quote.pk).update(
        valid_until=given.get("valid_until", quote.valid_until)
    )
    quote.refresh_from_db()
    with pytest.raises(Refused, match=sentence):
        issue_quote(quote=quote, by=sales, at=NOW)
    assert not Quote.objects.issued().exists()


def test_amount_too_large_is_refused(deal: Deal, sales: User) -> None:
    quote = draft_quote(deal=deal, by=sales, at=NOW)
    lines = [QuoteLine(name="All", quantity=10_000, unit_price=Decimal(10) ** 15)]
    with pytest.raises(Refused, match="too large"):
        save_draft(quote=quote, lines=lines, by=sales, at=NOW)


# -- revisions and what the customer says ----------------------------------------------------------


def test_revision_keeps_the_old_one_and_its_number(deal: Deal, sales: User) -> None:
    quote = issued(deal, sales, terms="Net")
    draft = revise_quote(quote=quote, by=sales, at=NOW)
    assert (draft.terms, draft.total, draft.lines.count()) == ("Net", quote.total, 2)
    quote.refresh_from_db()
    assert quote.status == QuoteStatus.ISSUED  # until the revision is issued
    with pytest.raises(Refused, match="already"):
        revise_quote(quote=quote, by=sales, at=NOW)
    new = issue_quote(quote=draft, by=sales, at=NOW)
    quote.refresh_from_db()
    assert (str(quote), str(new), quote.status) == (
        "Q-2026-0001",
        "Q-2026-0001-2",
        QuoteStatus.REPLACED,
    )
    assert "Q-2026-0001" in text_of(pdf_of(new))
    with pytest.raises(Refused, match="Replaced"):
        mark_quote(quote=quote, status=QuoteStatus.ACCEPTED, by=sales, at=NOW)


def test_quote_is_sent_and_accepted_once(deal: Deal, sales: User) -> None:
    quote = issued(deal, sales)
    mark_quote(quote=quote, status=QuoteStatus.SENT, by=sales, at=NOW)
    mark_quote(quote=quote, status=QuoteStatus.ACCEPTED, by=sales, at=NOW)
    quote.refresh_from_db()
    assert (quote.status, quote.sent_at, quote.decided_at) == (QuoteStatus.ACCEPTED, NOW, NOW)
    for status in (QuoteStatus.SENT, QuoteStatus.DECLINED, QuoteStatus.DRAFT):
        with pytest.raises(Refused):
            mark_quote(quote=quote, status=status, by=sales, at=NOW)
    assert acts(deal)[-2:] == ["quote.sent", "quote.accepted"]


def test_marks_are_taken_back_one_by_one(deal: Deal, sales: User) -> None:
    quote = issued(deal, sales)
    mark_quote(quote=quote, status=QuoteStatus.SENT, by=sales, at=NOW)
    mark_quote(quote=quote, status=QuoteStatus.DECLINED, by=sales, at=NOW)
    for status, sent_at in ((QuoteStatus.SENT, NOW), (QuoteStatus.ISSUED, None)):
        quote = unmark_quote(quote=quote, by=sales)
        quote.refresh_from_db()
        assert (quote.status, quote.sent_at, quote.decided_at) == (status, sent_at, None)
    assert quote.number, "the issue stays"
    with pytest.raises(Refused):
        unmark_quote(quote=quote, by=sales)
    assert acts(deal)[-2:] == ["quote.unmark", "quote.unmark"]


def test_draft_is_neither_sent_nor_accepted(deal: Deal, sales: User) -> None:
    quote = draft_quote(deal=deal, by=sales, at=NOW)
    with pytest.raises(Refused, match="Draft"):
        mark_quote(quote=quote, status=QuoteStatus.SENT, by=sales, at=NOW)


# -- rights ----------------------------------------------------------------------------------------


def test_quotes_are_seen_with_the_deal_and_all_that_stands_on_them(deal: Deal, sales: User) -> None:
    quote = issued(deal, sales)
    grants = {"crm.deal.view": Reach.ALL, "crm.deal.edit": Reach.ALL}
    sees = UserFactory(roles=[RoleFactory(grants=grants)])
    hides = UserFactory(roles=[RoleFactory(grants=grants, hides=["crm.deal.contact"])])
    other = UserFactory(roles=[RoleFactory(grants={"crm.deal.view": Reach.OWN})])
    assert [list(quotes_seen_by(user)) for user in (sees, hides, other)] == [[quote], [], []]


def test_role_that_may_not_change_the_value_makes_no_quote(deal: Deal) -> None:
    grants = {"crm.deal.view": Reach.ALL, "crm.deal.edit": Reach.ALL}
    user = UserFactory(roles=[RoleFactory(grants=grants, locks=["crm.deal.amount"])])
    with pytest.raises(Refused, match="Your role"):
        draft_quote(deal=deal, by=user, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_at_once_get_two_numbers(deal: Deal, sales: User) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    drafts = [drafted(deal, sales), drafted(deal, sales)]
    gate = Barrier(2)

    def work(quote: Quote) -> None:
        gate.wait()
        issue_quote(quote=quote, by=sales, at=NOW)
        connection.close()

    threads = [Thread(target=work, args=[quote]) for quote in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = Quote.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == ["Q-2026-0001", "Q-2026-0002"]


# -- paper -----------------------------------------------------------------------------------------


def fonts_of(pdf: bytes) -> Iterable[Any]:
    for page in PdfReader(BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            yield font.get_object()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_paper_says_it_in_the_language_of_the_recipient(
    deal: Deal, sales: User, language: str
) -> None:
    Installation.objects.update_or_create(
        pk=1, defaults={"name": "Helioptic GmbH", "address": "Sternstr. 1\n53111 Bonn"}
    )
    quote = issued(
        deal,
        sales,
        language=language,
        discount_rate=Decimal("0.1"),
        terms="Zahlbar in 30 Tagen. 三十天内付款。",
    )
    with translation.override("zh-hans" if language == "en" else "en"):  # whoever asks
        text = text_of(pdf_of(quote))
    with translation.override(language):
        said = [gettext(word) for word in ("Quote number", "Valid until", "Subtotal", "Total")]
        said.append(day_text(quote.valid_until))
    for word in (
        *said,
        "Q-2026-0001",
        "Helioptic GmbH",
        "53111 Bonn",
        "Łukasz 陈雨桐",
        "苏州思泓智能装备有限公司",
        "Station 检测站",
        "€2,000.20",
        "€299.97",
        "€2,300.17",
        "€393.33",
        "€2,463.48",
        "三十天内付款。",
    ):
        assert word in text
    assert ("Dec 2026" in text) == (language == "en")


def test_every_font_of_the_paper_is_embedded(deal: Deal, sales: User) -> None:
    found = list(fonts_of(pdf_of(issued(deal, sales))))
    drawn = [font for font in found if "/FontDescriptor" in font]
    assert any("NotoSansSC" in str(font["/BaseFont"]) for font in drawn)
    assert all("/FontFile2" in font["/FontDescriptor"] for font in drawn)
    assert {str(f["/BaseFont"]) for f in found if f not in drawn} <= {
        "/Helvetica"
    }  # never drawn with


def test_same_quote_gives_the_same_bytes(deal: Deal, sales: User) -> None:
    quote = issued(deal, sales)
    assert pdf_of(quote) == pdf_of(Quote.objects.get(pk=quote.pk))


def test_long_quote_goes_on_on_further_pages(deal: Deal, sales: User) -> None:
    quote = draft_quote(deal=deal, by=sales, at=NOW)
    lines = [QuoteLine(name=f"Part {n} " * 8, unit_price=Decimal(n)) for n in range(1, 61)]
    save_draft(quote=quote, lines=lines, by=sales, at=NOW)
    pdf = pdf_of(quote)
    pages = PdfReader(BytesIO(pdf)).pages
    assert len(pages) > 2
    text = text_of(pdf)
    assert f"Page {len(pages)} of {len(pages)}" in text
    assert text.count("Description") == len(
        [page for page in pages if "Part" in page.extract_text()]
    )
    assert "€1,830.00" in text


def test_lines_are_broken_where_the_script_allows_and_none_is_too_wide() -> None:
    text = "A very long description 带机器人的检测站，及培训。 " + "Donaudampfschifffahrt" * 12
    found = broken(text, BODY, 120)
    assert len(found) > 5
    assert all(BODY.width(line) <= 120 + BODY.size for line in found)  # a comma may hang over
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert not any(line.startswith(("，", "。")) for line in found)


def test_what_no_font_has_is_an_empty_square_and_nothing_is_lost() -> None:
    text = "Jürgen Łódź Владимир Ελλάδα 陈 囍 喆 😀"
    drawn = "".join(run.text for run in runs(text))
    assert drawn == text.replace("😀", UNKNOWN)


def test_file_that_is_no_font_is_refused() -> None:
    with pytest.raises(ValueError, match="WOFF"):
        sfnt_of(b"\0" * 100)
