"""The board of deals by keyboard and by mouse, and two people who drag the same deal."""

import re
import secrets

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.boards import BOARD, card, drag, stands_in
from tests.browser.product import Product
from tests.browser.steps import LIST_DIALOG, press
from tests.browser.visitor import MANAGER, Visitor, visitor

pytestmark = pytest.mark.xdist_group("pages")


def new_deal(person: Visitor) -> str:
    """A deal of its own in the first stage; returns the word that finds it."""
    word = f"board{secrets.token_hex(4)}"
    person.open("/deals/new/")
    person.page.fill("main [name=name]", word)
    person.page.fill("main [name=amount]", "1000")
    press(person.page, "main form button[type=submit]")
    person.page.wait_for_url(re.compile(r"/deals/\d+/$"))
    person.open(f"{BOARD}{word}")
    return word


def test_deal_goes_to_won_by_keyboard(person: Visitor) -> None:
    page = person.page
    new_deal(person)
    card(page).locator("a.name").focus()
    page.keyboard.press("Shift+ArrowRight")
    stands_in(page, 1)
    expect(card(page).locator("a.name")).to_be_focused()
    page.keyboard.press("Shift+ArrowLeft")
    stands_in(page, 0)
    page.keyboard.press("m")
    expect(page.locator(f"{LIST_DIALOG} button[name=stage]").first).to_be_visible()
    page.keyboard.press("Enter")  # the next stage has the focus
    stands_in(page, 1)
    for column in (2, 3):
        card(page).locator("a.name").focus()
        page.keyboard.press("Shift+ArrowRight")
        stands_in(page, column)
    card(page).locator("a.name").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(f"{LIST_DIALOG} [name=words]")).to_be_visible()
    page.keyboard.press("Escape")
    stands_in(page, 3)
    card(page).locator("a.name").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.locator(f"{LIST_DIALOG} [name=words]").fill("They like us 他们喜欢我们")
    page.keyboard.press("Enter")
    stands_in(page, 4)
    expect(page.locator(LIST_DIALOG)).to_have_count(0)


def test_deal_is_dragged_lost_and_brought_back(person: Visitor) -> None:
    page = person.page
    new_deal(person)
    drag(page, 2)
    stands_in(page, 2)
    drag(page, 5)
    press(page, f"{LIST_DIALOG} button[type=submit]")
    expect(page.locator(f"{LIST_DIALOG} .err, {LIST_DIALOG} [role=alert]").first).to_be_visible()
    person.complaints.clear()  # the browser's own word for the answer 422
    page.locator(f"{LIST_DIALOG} [name=reason]").first.check()
    press(page, f"{LIST_DIALOG} button[type=submit]")
    stands_in(page, 5)
    page.locator("#toasts .toast button:not([data-dismiss])").last.click()
    stands_in(page, 2)


def test_second_of_two_people_is_told(person: Visitor, browser: Browser, product: Product) -> None:
    with visitor(browser, product) as first:
        first.sign_in(MANAGER)
        word = new_deal(first)
        person.open(f"{BOARD}{word}")
        drag(first.page, 1)
        stands_in(first.page, 1)
    drag(person.page, 2)
    expect(person.page.locator("#toasts .toast-bad")).to_be_visible()
    stands_in(person.page, 1)


def test_what_fails_goes_back(person: Visitor) -> None:
    page = person.page
    new_deal(person)
    page.route("**/move/", lambda route: route.abort())
    drag(page, 2)
    expect(page.locator("#toasts .toast-bad")).to_be_visible()
    expect(page.locator(".kb-col").nth(0).locator(".kb-card[data-deal]")).to_have_count(1)
    person.complaints.clear()  # the browser's own word for the request that was cut off
