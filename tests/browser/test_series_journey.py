"""Somebody forecasts a file: columns as guessed, progress, figures, charts, another method, away."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.analytics.files import text_of
from tests.analytics.views.test_series_trials import sales
from tests.browser.axe import violations
from tests.browser.steps import press
from tests.browser.visitor import SCORING_SECONDS, Visitor

pytestmark = pytest.mark.xdist_group("pages")


def test_file_is_forecast_and_forgotten(person: Visitor, tmp_path: Path) -> None:
    page = person.page
    file = tmp_path / "sales.csv"
    file.write_text(text_of(sales(), ";"))
    person.open("/forecast/files/")
    page.set_input_files("main input[type=file]", file)
    press(page, "main form[enctype] button[type=submit]")
    expect(page.locator("select[name=value] option:checked")).to_have_text("sales")
    expect(page.locator("input[name=horizon]")).to_have_value("6")
    expect(page.locator("select[name=use-2]")).to_have_value("ahead")
    assert violations(page) == []

    press(page, "main .form-actions button.btn-primary")
    page.wait_for_url(re.compile(r"/forecast/files/\d+/$"))
    expect(page.locator("main .kpis")).to_be_visible(timeout=SCORING_SECONDS * 1000)
    expect(page.locator("main [data-chart] canvas")).to_have_count(2)
    assert violations(page) == []
    page.locator("main a[href*='method=theta']").click()
    expect(page.locator("main a[aria-current][href*='method=theta']")).to_be_visible()

    page.locator("[data-open=delete-series]").click()
    page.locator("dialog#delete-series button[type=submit]").click()
    page.wait_for_url(re.compile(r"/forecast/files/$"))
    expect(page.locator("main a.name", has_text="sales.csv")).to_have_count(0)
    assert person.complaints == []
