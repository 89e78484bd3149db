"""A manager's Monday: what changed and why, where the funnel leaks, where the quarter ends, one's own call."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.product import Product
from tests.browser.steps import LIST_DIALOG, press
from tests.browser.visitor import MANAGER, visitor

pytestmark = pytest.mark.xdist_group("pages")

CALLS = "SELECT count(*) FROM analytics_submission WHERE note = 'Monday 星期一'"


def test_managers_monday(browser: Browser, product: Product) -> None:
    product.wait_for_forecasts()
    with visitor(browser, product) as person:
        person.sign_in(MANAGER)
        person.open("/?show=all")
        read_what_changed(person.page)
        person.open("/?show=all")
        read_the_funnel(person.page)
        read_the_quarter(person.page)
        call_it(person.page)
        assert int(product.installation.ask(CALLS)) == 1


def read_what_changed(page: Page) -> None:
    """Told apart another way, then the list behind the first figure."""
    changed = page.locator("#managing .changes > li")
    expect(changed.first).to_be_visible()
    press(page, "#managing .seg a:not([aria-current])")
    expect(page.locator("#managing .seg a[aria-current]")).to_be_visible()
    changed.first.locator("a.fb").click()
    expect(page.locator("main .chips .chip").first).to_be_visible()


def read_the_funnel(page: Page) -> None:
    """The number beside a bar is that of the list behind it."""
    press(page, "#managing a.link[href*='/deals/funnel/']")
    page.wait_for_url("**/deals/funnel/**")
    bar = page.locator(".funnel li").first
    count = bar.locator(".num").first.inner_text().strip()
    bar.locator("a").first.click()
    page.wait_for_url(re.compile(r"/deals/\?"))
    expect(page.locator("main .tabs, main .pager, main .list-foot").first).to_be_visible()
    expect(page.locator("main")).to_contain_text(count)


def read_the_quarter(page: Page) -> None:
    press(page, "nav a[href^='/forecast']")
    page.wait_for_url("**/forecast/**")
    press(page, "main .seg a[href$='/forecast/quarter/']")
    page.wait_for_url("**/forecast/quarter/")
    expect(page.locator(".wf li")).not_to_have_count(0)
    expect(page.locator("[data-chart=band] canvas").first).to_be_visible()


def call_it(page: Page) -> None:
    press(page, "a[href$='/call/']")
    page.fill(f"{LIST_DIALOG} [name=amount]", "123456")
    page.fill(f"{LIST_DIALOG} [name=note]", "Monday 星期一")
    with page.expect_navigation():
        press(page, f"{LIST_DIALOG} button[type=submit]")
    expect(page.locator(LIST_DIALOG)).to_have_count(0)
