"""Somebody brings CDNOW's purchases in, has everything computed with live progress, and reads each page."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.analytics.test_cdnow_imported import sample_rows
from tests.browser.axe import violations
from tests.browser.product import running_product
from tests.browser.steps import press
from tests.browser.visitor import ADMINISTRATOR, IMPORT_SECONDS, Visitor, visitor

CUSTOMERS = 2_357


def value_ahead(page: Page) -> None:
    expect(page.locator("main .kpis")).to_contain_text("2,357")
    expect(page.locator("main [data-chart] canvas")).to_have_count(3)
    expect(page.locator("main table").first.locator("tbody tr")).to_have_count(10)


def cohorts(page: Page) -> None:
    """CDNOW's customers all came in three months; a cell opens the people it counts."""
    expect(page.locator("main table.cohorts tbody tr")).to_have_count(3)
    cell = page.locator("main table.cohorts tbody tr").first.locator("td a").nth(2)
    counted = re.match(r"[\d,]+", str(cell.get_attribute("aria-label")))
    assert counted is not None
    cell.click()
    expect(page.locator("nav.tabs .count, .pager, main").first).to_contain_text(counted.group())
    page.go_back()


# What each page about customers has to show once everything is computed; other pages add themselves.
PAGES: dict[str, Callable[[Page], None]] = {
    "/customers/value/": value_ahead,
    "/customers/cohorts/": cohorts,
}


@pytest.mark.acceptance
@pytest.mark.embedded
def test_purchases_become_the_value_ahead(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "product"
    folder.mkdir()
    file = tmp_path / "cdnow.csv"
    file.write_text(sample_rows())
    with running_product(folder, with_sample=False) as fresh, visitor(browser, fresh) as person:
        person.sign_in(ADMINISTRATOR)
        person.open("/customers/value/")
        expect(person.page.locator("main .empty")).to_be_visible()
        person.upload_file(file, "crm.interaction")
        person.page.locator("input[name=makes_contacts]").first.check()
        person.try_import()
        person.start_import()
        compute(person)
        for path, shows in PAGES.items():
            person.open(path)
            shows(person.page)
            assert violations(person.page) == [], path
        person.open("/customers/value/")
        person.page.locator("main table tbody a.name").first.click()
        expect(person.page.locator("main .sparkline").first).to_be_visible()


def compute(person: Visitor) -> None:
    """Press the button; the run's page tells how far it is until it is over."""
    page = person.page
    everything = "SELECT count(*) FROM core_jobrun WHERE kind = 'analytics.lifetime_value' AND state = 'succeeded'"
    person.product.installation.wait_for_answer(everything, 1, IMPORT_SECONDS)
    person.open("/customers/value/")
    press(
        page,
        "main form[action*='analytics.lifetime_value'] button[type=submit], .bar button.btn-primary",
    )
    page.wait_for_url(re.compile(r"/jobs/\d+/"))
    expect(page.locator("main [role=progressbar], main .meter").first).to_be_visible()
    person.product.installation.wait_for_answer(everything, 2, IMPORT_SECONDS)
    expect(page.locator("main a[href='/customers/value/']").first).to_be_visible(timeout=60_000)
