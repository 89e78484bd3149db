"""Steps on a board that shows one deal."""

from playwright.sync_api import Locator, Page, expect

BOARD = "/deals/?as=board&q="


def card(page: Page) -> Locator:
    return page.locator(".kb-card[data-deal]")


def stands_in(page: Page, column: int) -> None:
    expect(page.locator(".kb-col").nth(column).locator(".kb-card[data-deal]")).to_have_count(1)
    expect(page.locator(".kb-col").nth(column).locator(".count").first).to_contain_text("1")
    expect(page.locator(".on-its-way")).to_have_count(0)


def drag(page: Page, column: int) -> None:
    start, end = (box.bounding_box() for box in (card(page), page.locator(".kb-list").nth(column)))
    assert start
    assert end
    page.mouse.move(start["x"] + 60, start["y"] + 60)
    page.mouse.down()
    page.mouse.move(start["x"] + 90, start["y"] + 64, steps=3)
    page.mouse.move(end["x"] + 60, end["y"] + 30, steps=6)
    expect(page.locator(".kb-card.ghost")).to_have_count(1)
    page.mouse.up()
