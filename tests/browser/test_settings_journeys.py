"""What stands in an order of its own is dragged into another one."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.steps import drag
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("pages")


def test_stages_are_dragged_into_order_and_back(person: Visitor) -> None:
    page = person.page
    person.open("/settings/pipelines/")
    lines = page.locator("[data-order]").first.locator("li")
    first, second = (lines.nth(place).locator(".fm").inner_text() for place in (0, 1))
    for now, then in ((first, second), (second, first)):
        expect(lines.first.locator(".fm")).to_have_text(now)
        with page.expect_navigation():
            drag(page, grip(lines.nth(1)), grip(lines.first))
        expect(lines.first.locator(".fm")).to_have_text(then)
        expect(lines.nth(1).locator(".fm")).to_have_text(now)


def test_field_is_dragged_into_another_section_and_back(person: Visitor) -> None:
    page = person.page
    person.open("/settings/layouts/?type=crm.contact")
    lists = page.locator("[data-order] ol")
    upper, lower = lists.first.locator("li"), lists.nth(1).locator("li")
    key = str(lower.first.get_attribute("data-key"))
    moved, counts = page.locator(f"[data-key='{key}']"), (upper.count(), lower.count())
    with page.expect_navigation():
        drag(page, grip(moved), grip(upper.last))
    expect(upper.nth(counts[0] - 1)).to_have_attribute("data-key", key)
    assert (upper.count(), lower.count()) == (counts[0] + 1, counts[1] - 1)
    with page.expect_navigation():
        drag(page, grip(moved), grip(lower.first))
    expect(lower.first).to_have_attribute("data-key", key)
    assert (upper.count(), lower.count()) == counts


def grip(line: Locator) -> Locator:
    line.scroll_into_view_if_needed()
    return line.locator("[data-drag]")
