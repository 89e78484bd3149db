"""A letter written in the browser: blocks, fields, saved by itself, order by keys, undone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("pages")


def write_letter(page: Page) -> None:
    """From a ready-made template to a block of one's own, moved, kept, undone."""
    page.click("button[name=starter][value=welcome]")
    expect(page.locator("#letter-canvas trix-editor").first).to_be_visible()
    page.click("button[value='add:heading']")
    heading = page.locator("#letter-canvas .sel textarea")
    expect(heading).to_be_visible()
    chip = page.locator("[data-insert]").first
    label = chip.get_attribute("data-insert")
    with page.expect_response("**/write/") as answer:
        heading.fill("News for ")
        chip.click()
        page.keyboard.type("you")
    assert answer.value.status == 200
    written = f"News for {{{label}|you}}"
    expect(heading).to_have_value(written)

    blocks = page.locator("#letter-canvas > ol > li")
    number = blocks.count()
    page.locator("[data-settings]:visible button[value^='up:']").press("Enter")
    expect(blocks.nth(number - 2).locator("textarea").first).to_have_value(written)
    page.reload()
    expect(blocks.nth(number - 2).locator("textarea").first).to_have_value(written)
    page.click("button[value=undo]")
    expect(blocks.nth(number - 1).locator("textarea").first).to_have_value(written)


def test_letter_is_written_in_its_place(person: Visitor) -> None:
    person.open("/campaigns/templates/")
    write_letter(person.page)
    assert person.complaints == []
