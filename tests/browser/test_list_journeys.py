"""Working with lists: arranging one and keeping it, changing many records, finding one."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.product import Product
from tests.browser.steps import LIST_DIALOG, chips, choose_rows, drag, heads, names, press
from tests.browser.visitor import Visitor

VIEW_NAMES = {"en": "Fresh from the fair", "zh-hans": "展会新线索"}

pytestmark = pytest.mark.xdist_group("pages")


def test_list_is_arranged_and_kept_as_a_view(person: Visitor, language: str) -> None:
    page, name = person.page, f"{VIEW_NAMES[language]} {secrets.token_hex(3)}"
    person.open("/leads/")
    press(page, "#list-tabs a[href*='view=']")
    expect(page.locator("#list-tabs a[aria-current=page][href*='view=']")).to_have_count(1)
    before = chips(page).count()
    assert before > 0

    person.open("/leads/")
    press(page, "main [data-hotkey=f]")
    press(page, f"{LIST_DIALOG} a[href$='=status']")
    page.locator(f"{LIST_DIALOG} input[name='0.value'][value=new]").check()
    press(page, f"{LIST_DIALOG} #f-apply")
    expect(chips(page)).to_have_count(1)

    press(page, "main thead a[href*='sort=company']")
    expect(page.locator("main thead th[aria-sort]")).to_have_count(1)
    companies = [text for text in page.locator("td.m-sub").all_inner_texts() if text.strip()]
    assert companies

    shown = len(heads(page))
    press(page, "[hx-get*='/columns/']")
    page.locator(f"{LIST_DIALOG} input[name=column][value=source]").uncheck()
    press(page, f"{LIST_DIALOG} button[name=apply]:not(.vh)")
    expect(page.locator("main thead th")).to_have_count(shown - 1)
    arranged = (heads(page), names(page))

    press(page, "#list-tabs [hx-get*='/view/']")
    page.fill(f"{LIST_DIALOG} input[name=name]", name)
    press(page, f"{LIST_DIALOG} button[type=submit]")
    tab = page.locator("#list-tabs a", has_text=name)
    expect(tab).to_have_attribute("aria-current", "page")

    person.open("/leads/")
    tab.click()
    expect(tab).to_have_attribute("aria-current", "page")
    expect(chips(page)).to_have_count(1)
    assert (heads(page), names(page)) == arranged


def test_filter_is_built_of_lines_and_groups(person: Visitor) -> None:
    page = person.page
    person.open("/leads/?if=status:is:new")
    press(page, "#chip-0")
    press(page, f"{LIST_DIALOG} #f-add")
    page.select_option("[name='1.field']", "owner")
    page.locator("[name='1.sought']").press_sequentially("lena")
    expect(page.locator("[role=listbox] [data-number]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[name='1.value']:checked")).to_have_count(1)
    press(page, "#f-group")
    page.select_option("[name='2.0.field']", "happened:activity")
    page.select_option("[name='2.0.how']", "never")
    expect(page.locator("[name='2.0.times']")).to_have_count(0)
    page.fill("[name='2.0.days']", "90")
    expect(page.locator("#list-reads-text")).to_contain_text("90")
    page.keyboard.press("Enter")
    expect(page.locator(LIST_DIALOG)).to_have_count(0)
    expect(page.locator("#chip-0")).to_be_focused()
    expect(page.locator("#chip-0")).to_contain_text("90")
    assert "Lena" in str(page.locator("#chip-0").get_attribute("title"))
    page.keyboard.press("Enter")
    expect(page.locator(f"{LIST_DIALOG} [name=entry]")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.locator("#chip-0")).to_be_focused()


def test_columns_are_dragged_into_order(person: Visitor) -> None:
    page = person.page
    person.open("/products/")
    last = heads(page)[-1]
    press(page, "#list-columns")
    grips = page.locator("[data-order] [data-drag]")
    expect(grips.last).to_be_visible()
    drag(page, grips.last, grips.first)
    press(page, "[data-order] li:nth-child(1) button[name=down]")
    press(page, f"{LIST_DIALOG} button[name=apply]:not(.vh)")
    expect(page.locator("main thead th").nth(3)).to_have_text(last)
    expect(page.locator("#list-columns")).to_be_focused()


def test_many_are_tagged_assigned_deleted_and_brought_back(person: Visitor, language: str) -> None:
    page = person.page
    person.open("/contacts/?sort=-created")
    chosen = choose_rows(page, 3)

    press(page, "[data-bulk] [formaction$='/bulk/tag/']")
    page.fill(f"{LIST_DIALOG} input[name=names]", f"fair-{language}")
    press(page, f"{LIST_DIALOG} button[name=apply]")
    expect(page.locator("#toasts .toast button").first).to_be_visible()
    person.open("/contacts/?sort=-created")
    assert choose_rows(page, 3) == chosen
    press(page, "[data-bulk] [formaction$='/bulk/assign/']")
    first = page.locator("main tbody tr").first
    options = page.locator(f"{LIST_DIALOG} select[name=owner] option[value]:not([value=''])")
    expect(options).not_to_have_count(0)
    others = [name for name in options.all_inner_texts() if name not in first.inner_text()]
    owner_name = others[0]  # somebody else, so that the row changes
    page.select_option(f"{LIST_DIALOG} select[name=owner]", label=owner_name)
    press(page, f"{LIST_DIALOG} button[name=apply]")
    expect(first).to_contain_text(owner_name)

    choose_rows(page, 3)
    press(page, "[data-bulk] [formaction$='/bulk/delete/']")
    expect(page.locator("main tbody a.name", has_text=chosen[0])).to_have_count(0)
    press(page, "#toasts .toast:last-child button:not([data-dismiss])")
    expect(page.locator("main tbody a.name", has_text=chosen[0]).first).to_be_visible()
    assert names(page)[:3] == chosen


def test_deleted_record_is_restored_from_the_bin(person: Visitor) -> None:
    page = person.page
    person.open("/companies/?sort=-created")
    gone = choose_rows(page, 1)[0]
    press(page, "[data-bulk] [formaction$='/bulk/delete/']")
    expect(page.locator("main tbody a.name", has_text=gone)).to_have_count(0)

    press(page, "[popovertarget=list-menu]")
    press(page, "#list-menu a[href*='/bin/']")
    row = page.locator("main tbody tr", has_text=gone)
    expect(row).to_have_count(1)
    row.locator("button[form^=restore-]").click()
    expect(row).to_have_count(0)
    person.open("/companies/?sort=-created")
    assert names(page)[0] == gone


def test_list_is_exported_as_it_is_shown(person: Visitor) -> None:
    page = person.page
    person.open("/leads/?if=status:is:new&columns=source,status")
    total = page.locator("main tbody tr").count()
    press(page, "[popovertarget=list-menu]")
    with page.expect_download() as waiting:
        press(page, "#list-menu button[value=csv]")
    content = waiting.value.path().read_text(encoding="utf-8")
    assert content.startswith("\ufeff")
    assert len(content.splitlines()) > total
    assert names(page)[0] in content


def test_record_is_found_from_anywhere(person: Visitor) -> None:
    page = person.page
    person.open("/tasks/")
    for question, answer in _wanted(person.product):
        page.keyboard.press("Control+k")
        page.locator("#palette-q").fill(question)
        line = page.locator("#palette-results a[href*='/contacts/']", has_text=answer).first
        expect(line).to_be_visible()
        line.click()
        page.wait_for_url(re.compile(r"/contacts/\d+/(\?|$)"))
        expect(page.locator("#record-head")).to_contain_text(answer)


def _wanted(product: Product) -> list[tuple[str, str]]:
    """What somebody types, and the name of the contact that it has to bring."""
    rows = product.installation.rows
    latin, phone = rows(
        "SELECT name, phone FROM crm_contact WHERE deleted_at IS NULL AND phone LIKE '+49 %' "
        "ORDER BY id LIMIT 1"
    )[0]
    chinese = rows(
        "SELECT name FROM crm_contact WHERE deleted_at IS NULL AND name LIKE '王静%' "
        "ORDER BY id LIMIT 1"
    )[0][0]
    digits = re.sub(r"\D", "", phone)
    return [(latin, latin), ("wangjing", chinese), (digits[-8:], latin)]
