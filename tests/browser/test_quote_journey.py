"""Somebody sells by a quote: products of the deal, the draft, its issue, the paper, yes, won."""

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.axe import violations
from tests.browser.steps import LIST_DIALOG, press, saved
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("pages")

PRODUCT = "SELECT name FROM crm_product WHERE is_active AND deleted_at IS NULL ORDER BY id LIMIT 1"


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.embedded)])
def test_quote_from_the_lines_to_the_won_deal(person: Visitor) -> None:
    page, ask = person.page, person.product.installation.ask
    person.open("/deals/new/")
    page.fill("main [name=name]", "Quoted by hand")
    press(page, "main form button[type=submit]")
    saved(page, "deals")
    address = page.url.split("?")[0]
    deal = address.rstrip("/").rsplit("/", 1)[1]

    page.goto(f"{address}?tab=lines")
    product = str(ask(PRODUCT)).split(" ")[0]
    row = page.locator(".lines-table tbody tr").last
    row.locator("[role=combobox]").fill(product)
    row.locator("[role=listbox] [data-number]").first.click()
    row.locator("[name$=quantity]").fill("4")
    row.locator("[name$=unit_price]").fill("250")
    press(page, ".lines-table ~ .row button[type=submit]")
    expect(page.locator(".lines-table tfoot")).to_contain_text("1,000")

    page.goto(f"{address}?tab=quotes")
    press(page, "form[action$='/quotes/new/'] button")
    page.wait_for_url(re.compile(r"/quotes/\d+/edit/$"))
    assert violations(page) == []
    page.locator(".quote-lines [name$=discount]").first.fill("10")
    press(page, "main .form-actions .btn-primary")
    page.wait_for_url(re.compile(r"/quotes/\d+/$"))
    expect(page.locator("main .sums")).to_contain_text("900")
    press(page, "form[action$='/issue/'] button")
    expect(page.locator("form[action$='/revise/']").first).to_be_visible()

    paper = page.request.get(f"{page.url}pdf/")
    assert paper.headers["content-type"] == "application/pdf"
    said = " ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(paper.body())).pages)
    for words in (product, str(ask(f"SELECT number FROM crm_quote WHERE deal_id = {deal}"))):
        assert words in said

    press(page, "button[name=status][value=accepted]")
    press(page, "main .note-ok a.btn-primary")
    page.locator(f"{LIST_DIALOG} [name=words]").fill("Fair price")
    press(page, f"{LIST_DIALOG} button[type=submit]")
    page.wait_for_url(re.compile(r"/deals/\d+/"))
    assert ask(f"SELECT status FROM crm_deal WHERE id = {deal}") == "won"
