"""The lead score from a file to an older version: train, watch, read, set by hand, give back, promote."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.leads import generated, split, write
from tests.browser.product import Product, running_product
from tests.browser.steps import LIST_DIALOG, press
from tests.browser.visitor import Visitor, visitor

OPEN_LEADS = "/leads/?if=status:is:new,working,qualified"


def scores(product: Product) -> dict[str, tuple[int, int]]:
    """The version and the score of each lead."""
    rows = product.installation.rows(
        "SELECT s.lead_id, v.number, s.score FROM crm_leadscore s "
        "JOIN core_modelversion v ON v.id = s.version_id"
    )
    return {str(lead): (int(number), int(score)) for lead, number, score in rows}


def train_and_watch(person: Visitor) -> None:
    """The page of the run tells by itself what was done."""
    page = person.page
    person.open("/scoring/")
    press(page, "form[action$='/jobs/start/analytics.lead_score/'] button")
    page.wait_for_url(re.compile(r"/jobs/\d+/$"))
    page.evaluate("window.samePage = true")
    steps = page.locator("#run .card").nth(1)
    before = steps.inner_text()
    expect(page.locator(".job-top .btn-primary")).to_be_visible(timeout=240_000)
    assert steps.inner_text() != before
    assert page.evaluate("window.samePage")


def sort_and_read(page: Page) -> str:
    """The best lead of the list, with its reasons; returns the address of its page."""
    shown = [int(text) for text in page.locator("td .score").all_inner_texts()]
    assert shown == sorted(shown, reverse=True)
    press(page, "th a[href*='sort=score']")
    page.wait_for_url("**sort=score**")
    shown = [int(text) for text in page.locator("td .score").all_inner_texts()]
    assert shown == sorted(shown)
    page.go_back()
    press(page, "td a.name")
    page.wait_for_url(re.compile(r"/leads/\d+/(\?|$)"))
    expect(page.locator(".reasons li").first).to_be_visible()
    expect(page.locator(".probline")).to_be_visible()
    return page.url


def set_and_give_back(page: Page) -> None:
    before = page.locator(".ring text").text_content() or ""
    press(page, "#lead-score-set")
    page.fill("#score_score", "1")
    page.fill("#score_reason", "Went to a competitor")
    press(page, f"{LIST_DIALOG} button[type=submit]")
    expect(page.locator(".ring text")).to_have_text("1")
    press(page, "form[action$='/score/release/'] button")
    expect(page.locator(".ring text")).to_have_text(before)


def promote(person: Visitor, number: int) -> dict[str, int]:
    """Let this version serve; returns the score that each lead has then."""
    page = person.page
    person.open("/scoring/")
    press(page, f"[data-open=promote-{number}]")
    dialog = page.locator(f"dialog#promote-{number}")
    expect(dialog).to_be_visible()
    dialog.locator("button[type=submit]").click()
    expect(page.locator("#versions tr", has_text=f"v{number}").first).to_contain_text("promoted")
    person.wait_for_score()
    found = scores(person.product)
    assert {version for version, _score in found.values()} == {number}
    return {lead: score for lead, (_version, score) in found.items()}


@pytest.mark.acceptance
def test_from_a_file_to_scores_and_back_to_an_older_version(
    browser: Browser, tmp_path: Path
) -> None:
    folder = tmp_path / "product"
    folder.mkdir()
    closed, opened, _truth = split(generated(1_000, 3, 10_000), tmp_path, "first")
    later = [
        {**row, "Website visits": str(11 - int(row["Website visits"]))}
        for row in generated(1_500, 4, 50_000)
    ]
    with running_product(folder, with_sample=False) as fresh, visitor(browser, fresh) as person:
        person.sign_in("admin@sample.renmai")
        person.import_file(closed, after_contact=("Tags",))
        person.wait_for_score()
        train_and_watch(person)
        person.import_file(opened)
        person.wait_for_score()
        person.open(OPEN_LEADS)
        sort_and_read(person.page)
        set_and_give_back(person.page)

        person.import_file(write(tmp_path / "later.csv", later))
        person.wait_for_score()
        # What it learned of them tells less, so it waits for a person to decide.
        waiting = int(fresh.installation.ask("SELECT max(number) FROM core_modelversion"))
        assert all(version < waiting for version, _score in scores(fresh).values())
        newest, oldest = promote(person, waiting), promote(person, 1)
        assert newest.keys() == oldest.keys()
        assert max(abs(newest[lead] - oldest[lead]) for lead in newest) >= 10
        person.open("/scoring/compare/")
        expect(person.page.locator("[data-chart] canvas")).to_have_count(2)
