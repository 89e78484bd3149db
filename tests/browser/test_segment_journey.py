"""A segment by a rule: counted while it is written, filled by a worker, its members put on a list."""

import re
import secrets
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.steps import LIST_DIALOG, choose_rows, press, saved
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("pages")

COUNT = "#segment-count [data-count]"
FILLED_SECONDS = 120


def choose_field(page: Page, line: int, words: str) -> None:
    """A field is looked for by its words, with the keyboard alone."""
    search = page.locator(f"#f-{line}-field-search")
    search.fill(words)
    expect(page.locator(f"#f-{line}-field-list [role=option]").first).to_have_text(words)
    search.press("ArrowDown")
    search.press("Enter")


def counts_within(answer: Response, days: str) -> bool:
    """Whether it counts by the last line as it is written now."""
    asked = answer.request
    is_count = asked.headers.get("hx-target") == "segment-count"
    return is_count and f"1.days={days}" in unquote(asked.post_data or asked.url)


def test_segment_is_made_opened_and_put_on_a_list(person: Visitor) -> None:
    page, word = person.page, secrets.token_hex(3)
    person.open("/segments/new/?kind=static")
    page.fill("main [name=name]", f"Dinner {word}")
    press(page, "main .form-actions button[name=save]")
    saved(page, "segments")
    listed = page.url

    person.open("/segments/")
    press(page, "main [data-hotkey=c]")
    page.fill("main [name=name]", f"Customers {word}")
    choose_field(page, 0, "Lifecycle stage as given")
    page.locator("[name='0.value'][value=customer]").check()
    expect(page.locator(COUNT)).to_be_visible()
    customers = int(page.locator(COUNT).get_attribute("data-count") or 0)
    assert customers > 3
    press(page, "#f-add")
    expect(page.locator("[name='1.field']")).to_be_visible()
    page.select_option("main [name=join]", "all")
    page.select_option("[name='1.field']", "happened:interaction")
    with page.expect_response(lambda answer: counts_within(answer, "14")):
        page.fill("[name='1.days']", "14")
    page.wait_for_load_state("networkidle")
    expect(page.locator(COUNT)).not_to_have_attribute("data-count", str(customers))
    fewer = int(page.locator(COUNT).get_attribute("data-count") or 0)
    assert 1 < fewer < customers
    expect(page.locator("#segment-count li")).to_have_count(min(fewer, 10))
    press(page, "main .form-actions button[name=save]")
    saved(page, "segments")

    expect(page.locator("main .kpi .v").first).to_be_visible()
    page.wait_for_timeout(500)
    for _second in range(FILLED_SECONDS):
        page.reload()
        if page.locator("main .kpi .v").first.inner_text().replace(",", "") == str(fewer):
            break
        page.wait_for_timeout(1_000)
    expect(page.locator("main .kpi .v").first).to_have_text(re.compile(rf"{fewer:,}|{fewer}"))
    press(page, "main a.kpi")
    page.wait_for_url(re.compile(r"/contacts/\?if=segments"))
    chosen = choose_rows(page, 2)
    press(page, "[data-bulk] button[formaction*='/segment.add/']")
    page.select_option(f"{LIST_DIALOG} [name=segment]", label=f"Dinner {word}")
    press(page, f"{LIST_DIALOG} button[name=apply]")
    expect(page.locator(LIST_DIALOG)).to_have_count(0)

    page.goto(listed)
    for name in chosen:
        expect(page.locator("main")).to_contain_text(name)
    press(page, "main button[name=remove]")
    page.wait_for_url(listed)
    expect(page.locator("main button[name=remove]")).to_have_count(1)
