"""The main job: bring a lead file in, a worker scores it, a page says whom to call first and why."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.leads import generated, ranking_quality, split
from tests.browser.product import running_product
from tests.browser.visitor import Visitor, visitor
from tests.data import LATE_FIELDS, data_file

ADMINISTRATOR = "admin@sample.renmai"


def go_through(person: Visitor, closed: Path, opened: Path, late: tuple[str, ...]) -> None:
    """From the sign-in to the reasons on a lead's page."""
    person.import_file(closed, after_contact=late)
    person.wait_for_score()
    person.import_file(opened)
    person.wait_for_score()

    person.open("/leads/?if=status:is:new,working,qualified")
    scores = [int(text) for text in person.page.locator("td .score").all_inner_texts()]
    assert len(scores) == 50
    assert scores == sorted(scores, reverse=True)

    person.page.locator("td a.name").first.click()
    person.page.wait_for_url(re.compile(r"/leads/\d+/(\?|$)"))
    expect(person.page.locator(".reasons li").first).to_be_visible()
    expect(person.page.locator(".probline")).to_be_visible()
    person.open("/scoring/")
    expect(person.page.locator("[data-chart] canvas").first).to_be_visible()


@pytest.mark.servers  # the embedded default goes this way in test_scoring_journey.py, in acceptance
def test_slice_on_leads_the_product_was_never_shown(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "product"
    folder.mkdir()
    closed, opened, truth = split(generated(1_500, 2, 10_000), tmp_path, "generated")
    with running_product(folder, with_sample=False) as fresh, visitor(browser, fresh) as person:
        person.sign_in(ADMINISTRATOR)
        person.choose(language="zh-hans")
        go_through(person, closed, opened, ("Tags",))
        assert ranking_quality(fresh, truth) > 0.7


@pytest.mark.acceptance
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_slice_on_the_leads_of_x_education(browser: Browser, tmp_path: Path, language: str) -> None:
    source = data_file("x-education/leads.csv")
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    closed, opened, truth = split(rows, tmp_path, "x-education")
    folder = tmp_path / "product"
    folder.mkdir()
    with running_product(folder) as fresh, visitor(browser, fresh) as person:
        person.sign_in(ADMINISTRATOR)
        person.choose(language=language)
        go_through(person, closed, opened, LATE_FIELDS)
        quality = ranking_quality(fresh, truth)
        print(f"ROC-AUC on {len(truth):,} withheld outcomes ({language}): {quality:.3f}")
        assert quality >= 0.85
