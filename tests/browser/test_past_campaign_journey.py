"""A marketer brings in a campaign that was sent elsewhere, with its control group: 64,000 people, twelve figures."""

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import press
from tests.browser.visitor import IMPORT_SECONDS, Visitor
from tests.data import data_file

pytestmark = [pytest.mark.acceptance, pytest.mark.xdist_group("pages")]

# Published lifts against no e-mail, with the ends of their 95 % intervals: visits and conversions, spend.
HILLSTROM = {
    ("Mens", 0): (7.66, 7.00, 8.32),
    ("Mens", 1): (0.68, 0.50, 0.86),
    ("Mens", 2): (0.770, 0.485, 1.055),
    ("Womens", 0): (4.52, 3.89, 5.16),
    ("Womens", 1): (0.31, 0.15, 0.47),
    ("Womens", 2): (0.424, 0.169, 0.680),
}


def test_hillstrom_comes_in_by_the_browser(person: Visitor) -> None:
    page = person.page
    person.open("/campaigns/past/")
    page.set_input_files("main input[type=file]", data_file("hillstrom.csv.gz"))
    press(page, "main form[enctype] button[type=submit]")
    expect(page.locator("select[name=arm_column] option:checked")).to_have_text("segment")
    expect(page.locator("select[name=control] option:checked")).to_have_text("No E-Mail")
    page.fill("input[name=started_on]", "2026-03-20")
    page.locator("main .form-actions button[name=start]").click()
    page.wait_for_url(re.compile(r"/campaigns/\d+/$"), timeout=IMPORT_SECONDS * 1000)
    expect(page.locator("main .big")).to_be_visible()  # the lift stands first
    page.locator("[popovertarget=export-menu]").click()
    with page.expect_download() as loading:
        page.locator("#export-menu a[href*='figures'][href$='csv']").click()
    found = figures_in(loading.value.path().read_text("utf-8-sig"))
    for (name, place), published in HILLSTROM.items():
        scale, digits = (1, 3) if place == 2 else (100, 2)
        said = tuple(round(value * scale, digits) for value in found[name][place])
        print(name, place, said)
        assert said == published
    assert person.complaints == []


def figures_in(text: str) -> dict[str, list[tuple[float, ...]]]:
    """Of each message visits, conversions and spend: the difference and the ends of its interval."""
    rows = [row for row in csv.reader(text.splitlines()) if len(row) > 7 and row[5]]
    found = {}
    for name in ("Mens", "Womens"):
        own = [row for row in rows if f": {name}" in row[0]]
        converted, spend, visits = (tuple(map(float, row[5:8])) for row in own)
        found[name] = [visits, converted, spend]
    return found
