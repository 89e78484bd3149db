"""Working on records: writing down what happened, selling products, meeting in the same field."""

import re
import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.product import Product
from tests.browser.steps import LIST_DIALOG, compose, edit_fact, press, saved
from tests.browser.visitor import MANAGER, Visitor, visitor

pytestmark = pytest.mark.xdist_group("pages")


def new_lead(person: Visitor, name: str) -> str:
    """A lead without a past and without a namesake; returns the address of its page."""
    person.open("/leads/new/")
    person.page.fill("main [name=name]", f"{name} {secrets.token_hex(3)}")
    person.page.fill("main [name=source]", "Fair")
    press(person.page, "main form button[type=submit]")
    saved(person.page, "leads")
    return person.page.url.removeprefix(person.product.url)


def test_day_on_a_record(person: Visitor, language: str, tmp_path: Path) -> None:
    page = person.page
    name = {"en": "Nora Fields", "zh-hans": "钱多多"}[language]
    address = new_lead(person, name)
    person.open("/leads/?sort=-created")
    press(page, f"tbody a.name[href^='{address}']")
    expect(page.locator("#record-head")).to_contain_text(name)

    edit_fact(page, "source", "Webinar 网络研讨会")
    expect(page.locator(".rec-l")).to_contain_text("Webinar 网络研讨会")

    compose(page, "call", outcome="Reached 接通", body="Wants an offer 要报价")
    compose(page, "note", body="Likes short mails 喜欢短邮件")
    compose(page, "task", subject="Send the offer 发报价", body="Two variants 两个方案")
    press(page, "#timeline form[data-tick] button")
    expect(page.locator("#timeline form[data-tick]")).to_have_count(0)

    person.open(f"{address}?tab=files")
    offer = tmp_path / "offer 报价.txt"
    offer.write_text("1 200 €", encoding="utf-8")
    page.set_input_files("#record-file", offer)
    press(page, ".drop-form button[type=submit]")
    expect(page.locator("#record-files .files")).to_contain_text("offer 报价.txt")

    person.open(f"{address}?tab=changes")
    expect(page.locator("#record-tab .changes s").first).to_have_text("Fair")
    press(page, "#record-tab .changes form button")
    edited = page.locator(".rec-l .fact", has=page.locator("[hx-get$='/fields/source/']"))
    expect(edited).to_contain_text("Fair")


def test_lead_becomes_a_deal_by_keyboard_and_back(person: Visitor, language: str) -> None:
    page, company = person.page, f"Kestrel {secrets.token_hex(3)} 红隼"
    address = new_lead(person, "Maya Okafor")
    name = page.locator("#record-head .lg").inner_text()

    page.keyboard.press("v")
    chosen = page.locator(f"{LIST_DIALOG} input[name=company]:checked")
    expect(chosen).to_be_focused()
    page.keyboard.press("ArrowUp")  # from "none" to a new one
    expect(page.locator("#convert_company_name")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type(company)
    expect(page.locator("#convert_name")).to_have_value(name)
    page.locator("#convert_amount").focus()
    page.keyboard.type("1200")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/deals/\d+/$"))
    expect(page.locator(".rec-l")).to_contain_text(company)

    page.locator("#toasts form button, #toasts .toast button").first.click()  # undo
    page.wait_for_url(f"**{address}")
    expect(page.locator("#convert-lead")).to_be_visible()
    found = person.product.installation.ask(
        f"SELECT count(*) FROM crm_company WHERE name = '{company}' AND deleted_at IS NULL"
    )
    assert int(found) == 0


def test_score_set_by_hand_and_given_back(person: Visitor, language: str) -> None:
    page, reason = person.page, f"Met them at the fair 在展会上见过 {language}"
    worst = (
        "SELECT lead_id FROM crm_leadscore WHERE score > 0 ORDER BY counted_score, lead_id LIMIT 1"
    )
    address = f"/leads/{person.product.installation.ask(worst)}/"
    person.open(address)
    expect(page.locator(".reasons li").first).to_be_visible()
    expect(page.locator(".similar > li")).to_have_count(3)
    before = page.locator(".ring text").text_content() or ""

    press(page, "#lead-score-set")
    page.fill("#score_score", "100")
    press(page, f"{LIST_DIALOG} button[type=submit]")
    expect(page.locator("#score_reason")).to_be_focused()
    page.fill("#score_reason", reason)
    press(page, f"{LIST_DIALOG} button[type=submit]")
    expect(page.locator(".ring text")).to_have_text("100")
    expect(page.locator(".rec-r")).to_contain_text(reason)
    person.open("/leads/?sort=-score")
    expect(page.locator(f"tbody tr:has(a.name[href^='{address}']) .score")).to_have_text("100")

    person.open(address)
    press(page, "form[action$='/score/release/'] button")
    expect(page.locator(".ring text")).to_have_text(before)


def test_deal_with_products(person: Visitor, language: str) -> None:
    page = person.page
    person.open("/deals/new/")
    page.fill("main [name=name]", f"Solar roof 光伏 {language}")
    company = page.locator("main [name=company]")
    company.press_sequentially("Ko")
    page.locator("[data-combo] [role=option][data-number]").first.wait_for()
    company.press("ArrowDown")
    company.press("Enter")
    assert len(company.input_value()) > 2
    press(page, "main form button[type=submit]")
    saved(page, "deals")

    press(page, "#record-tab .tabs a[href*='tab=lines']")
    for quantity, price in (("2", "100"), ("3", "50")):
        product = page.locator("[name$='-new-product']").first
        product.press_sequentially("a")
        page.locator("[data-combo] [role=option][data-number]").first.wait_for()
        product.press("ArrowDown")
        product.press("Enter")
        page.fill("[name$='-new-quantity']", quantity)
        page.fill("[name$='-new-unit_price']", price)
        press(page, "form[action$='/lines/'] button[type=submit]")
        expect(page.locator("tfoot")).to_contain_text("350" if price == "50" else "200")
    expect(page.locator(".rec-l")).to_contain_text("350")


def test_two_people_in_the_same_record(
    person: Visitor, browser: Browser, product: Product, language: str
) -> None:
    with visitor(browser, product) as other:
        other.sign_in(MANAGER)
        other.choose(language=language)
        address = new_lead(other, f"Shared {language}")
        other.open(f"{address}edit/")
        person.open(f"{address}edit/")
        person.page.locator("details.more-fields").evaluate_all(
            "all => all.map(e => e.open = true)"
        )
        other.page.locator("details.more-fields").evaluate_all("all => all.map(e => e.open = true)")

        other.page.fill("main [name=source]", "Trade fair")
        other.page.fill("main [name=city]", "Leipzig")
        press(other.page, "main form button[type=submit]")
        saved(other.page, "leads")

        person.page.fill("main [name=source]", "Referral")
        person.page.fill("main [name=interest]", "Batteries")
        press(person.page, "main form button[type=submit]")
        conflict = person.page.locator(".conflict .conflict-field")
        expect(conflict).to_have_count(1)
        for value in ("Referral", "Trade fair", "Fair"):
            expect(conflict).to_contain_text(value)
        person.page.locator("[name=keep-source][value=mine]").check()
        press(person.page, "main form button[type=submit]")
        saved(person.page, "leads")
        for value in ("Referral", "Leipzig", "Batteries"):
            expect(person.page.locator(".rec-l")).to_contain_text(value)
        person.complaints.clear()  # the browser's word about the answer 409


def test_journey_by_keyboard_alone(person: Visitor, language: str) -> None:
    """From the list over several rows to a record, its fields, its composer and on to the next."""
    page, keys = person.page, person.page.keyboard
    name = {"en": "Kay Board", "zh-hans": "简建键"}[language]
    new_lead(person, name)
    person.open("/")
    keys.press("g")
    keys.press("l")
    page.wait_for_url("**/leads/**")
    for key in ("j", "x", "j", "j", "k", "x"):
        keys.press(key)
    expect(page.locator("[data-bulk-count]")).to_have_text("2")

    keys.press("t")
    expect(page.locator(LIST_DIALOG)).to_be_visible()
    page.locator(f"{LIST_DIALOG} [name=names]").focus()
    keys.type(f"keyed-{language}")
    with page.expect_navigation():  # keys are heard once the page has loaded
        keys.press("Enter")
    expect(page.locator(LIST_DIALOG)).to_have_count(0)

    keys.press("/")
    keys.type(name)
    expect(page.locator("main tbody tr")).to_have_count(1)
    keys.press("Escape")
    page.evaluate("document.activeElement.blur()")
    keys.press("j")
    keys.press("o")
    saved(page, "leads")
    assert page.locator("#record-head").inner_text()

    keys.press("n")
    keys.type("Written without a mouse 不用鼠标")
    keys.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("Written without a mouse")

    page.evaluate("document.activeElement.blur()")
    keys.press("e")
    page.wait_for_url(re.compile(r"/edit/"))
    page.locator("main [name=source]").focus()
    keys.press("Control+a")
    keys.type("Keys")
    keys.press("Enter")
    saved(page, "leads")
    expect(page.locator(".rec-l")).to_contain_text("Keys")

    keys.press("Control+k")
    keys.type("wangjing")
    expect(page.locator("#palette-results [aria-selected=true]")).to_contain_text("王静")
    keys.press("Enter")
    page.wait_for_url(re.compile(r"s/\d+/"))
