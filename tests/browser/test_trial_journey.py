"""Somebody tries the score on a file: another target shows its values, progress, figures, charts, away."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.analytics.files import made, text_of
from tests.browser.axe import violations
from tests.browser.steps import press
from tests.browser.visitor import SCORING_SECONDS, Visitor

pytestmark = pytest.mark.xdist_group("pages")

TARGET = "select[name=target]"


def test_file_is_tried_and_forgotten(person: Visitor, tmp_path: Path) -> None:
    page = person.page
    file = tmp_path / "leads.csv"
    file.write_text(text_of(made(400), ";"))
    person.open("/scoring/try/")
    page.set_input_files("main input[type=file]", file)
    press(page, "main form[enctype] button[type=submit]")
    expect(page.locator(f"{TARGET} option:checked")).to_have_text("Converted")
    page.select_option(TARGET, label="opted_in")
    expect(page.locator("input[name=values_of]")).to_have_value(page.locator(TARGET).input_value())
    page.select_option(TARGET, label="Converted")
    expect(page.locator("select[name=counts_as]")).to_have_count(2)
    assert violations(page) == []

    page.locator("main .form-actions button[value=start]").click()
    page.wait_for_url(re.compile(r"/scoring/try/\d+/$"))
    expect(page.locator("main .kpis")).to_be_visible(timeout=SCORING_SECONDS * 1000)
    expect(page.locator("main [data-chart] canvas")).to_have_count(2)
    assert violations(page) == []

    page.locator("[data-open=delete-trial]").click()
    page.locator("dialog#delete-trial button[type=submit]").click()
    page.wait_for_url(re.compile(r"/scoring/try/$"))
    expect(page.locator("main a.name", has_text="leads.csv")).to_have_count(0)
    assert person.complaints == []
