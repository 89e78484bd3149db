"""Small steps of the journeys. Selectors are names and addresses, never words."""

import re

from playwright.sync_api import Locator, Page, expect

LIST_DIALOG = "#list-dialog dialog[open]"


def press(page: Page, selector: str) -> None:
    page.locator(selector).locator("visible=true").first.click()


def chips(page: Page) -> Locator:
    return page.locator(".chips .chip")


def heads(page: Page) -> list[str]:
    return page.locator("main thead th").all_inner_texts()


def names(page: Page) -> list[str]:
    return page.locator("main tbody a.name").all_inner_texts()


def choose_rows(page: Page, number: int) -> list[str]:
    """Tick the first rows of a list; returns their names."""
    for place in range(number):
        page.locator("input[name=ids]").nth(place).check()
    expect(page.locator("[data-bulk] [data-bulk-count]")).to_have_text(str(number))
    return names(page)[:number]


def compose(page: Page, kind: str, **words: str) -> None:
    """Write an entry with the composer; it stands in the timeline then."""
    page.locator("#composer label", has=page.locator(f"[name=kind][value={kind}]")).click()
    for name, text in words.items():
        page.fill(f"#composer [name={name}]", text)
    press(page, "#composer button[type=submit]")
    expect(page.locator("#timeline")).to_contain_text(words["body"])


def edit_fact(page: Page, name: str, value: str) -> None:
    """Change a fact where it stands."""
    press(page, f".fact-edit[hx-get$='/fields/{name}/']")
    page.fill(f".fact-form [name={name}]", value)
    page.press(f".fact-form [name={name}]", "Enter")
    expect(page.locator(".fact-form")).to_have_count(0)


def saved(page: Page, folder: str) -> None:
    """Wait for the page of a record that was saved."""
    page.wait_for_url(re.compile(rf"/{folder}/\d+/(\?|$)"))


def drag(page: Page, handle: Locator, onto: Locator) -> None:
    """By its handle to just above the middle of another line's handle."""
    start, end = handle.bounding_box(), onto.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 8, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(end["x"] + 8, end["y"] + 2, steps=6)
    page.mouse.up()
