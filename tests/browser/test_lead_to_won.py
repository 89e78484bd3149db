"""From a new lead to a deal that is won: with the keyboard alone, and with the mouse alone."""

import re

import pytest

from tests.browser.boards import BOARD, card, drag, stands_in
from tests.browser.steps import LIST_DIALOG, press
from tests.browser.test_record_journeys import new_lead
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("pages")

WON = "SELECT s.kind FROM crm_deal d JOIN crm_stage s ON s.id = d.stage_id WHERE d.id = {}"


def is_won(person: Visitor, deal: str) -> bool:
    return bool(person.product.installation.ask(WON.format(deal)) == "won")


def board_of_converted(person: Visitor, name: str) -> str:
    """Wait for the page of the deal, open the board on which it stands alone; returns its number."""
    person.page.wait_for_url(re.compile(r"/deals/\d+/$"))
    deal = person.page.url.rstrip("/").rsplit("/", 1)[1]
    person.open(f"{BOARD}{name}")
    stands_in(person.page, 0)
    return deal


def test_lead_to_won_deal_by_keyboard(person: Visitor) -> None:
    page = person.page
    new_lead(person, "Lena Orth")
    name = page.locator("#record-head .lg").inner_text()
    page.keyboard.press("v")
    page.locator("#convert_amount").focus()
    page.keyboard.type("4800")
    page.keyboard.press("Enter")
    deal = board_of_converted(person, name)
    for column in (1, 2, 3):
        card(page).locator("a.name").focus()
        page.keyboard.press("Shift+ArrowRight")
        stands_in(page, column)
    card(page).locator("a.name").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.locator(f"{LIST_DIALOG} [name=words]").fill("Short delivery")
    page.keyboard.press("Enter")
    stands_in(page, 4)
    assert is_won(person, deal)


def test_lead_to_won_deal_by_mouse(person: Visitor) -> None:
    page = person.page
    new_lead(person, "Tariq Noor")
    name = page.locator("#record-head .lg").inner_text()
    press(page, "#convert-lead")
    page.fill("#convert_amount", "4800")
    press(page, f"{LIST_DIALOG} button[type=submit]")
    deal = board_of_converted(person, name)
    drag(page, 3)
    stands_in(page, 3)
    drag(page, 4)
    press(page, f"{LIST_DIALOG} button[type=submit]")
    stands_in(page, 4)
    assert is_won(person, deal)
