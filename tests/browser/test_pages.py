"""Every page, small and large, light and dark, in both languages: it holds, and nobody complains."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import started_browser
from tests.browser.leads import generated, split
from tests.browser.product import Product
from tests.browser.visitor import visitor

ADMINISTRATOR = "admin@sample.renmai"
PATHS = (
    "/",
    "/inbox/",
    "/leads/",
    "/leads/?q=nobody+is+called+so",
    "/leads/1/",
    "/leads/1/edit/",
    "/leads/new/",
    "/contacts/",
    "/contacts/1/",
    "/companies/",
    "/companies/1/",
    "/imports/",
    "/imports/1/",
    "/jobs/",
    "/jobs/1/",
    "/scoring/",
    "/settings/",
    "/accounts/2fa/",
    "/accounts/sessions/",
    "/accounts/password/change/",
)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


# The tests share a product that is filled once, so one process runs them all.
pytestmark = pytest.mark.xdist_group("pages")


@pytest.fixture(scope="module")
def filled(
    product: Product, chromium_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Product:
    folder: Path = tmp_path_factory.mktemp("files")
    closed, opened, _truth = split(generated(800, 3, 1), folder, "pages")
    with started_browser(chromium_path) as browser, visitor(browser, product) as person:
        person.sign_in(ADMINISTRATOR)
        person.import_file(closed, after_contact=("Tags",))
        person.import_file(opened)
        person.wait_for_score()
    return product


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_fit_and_break_no_rule(
    filled: Product, browser: Browser, width: int, height: int, language: str, theme: str
) -> None:
    with visitor(browser, filled, width=width, height=height) as person:
        person.sign_in(ADMINISTRATOR)
        person.choose(language=language, theme=theme)
        for path in PATHS:
            person.open(path)
            assert person.page.evaluate(OVERFLOW) <= 0, f"{path} is wider than the window"
            assert person.page.locator("h1").count() == 1, f"{path} needs one heading"


def test_list_is_worked_with_the_keyboard_alone(filled: Product, browser: Browser) -> None:
    with visitor(browser, filled) as person:
        person.sign_in(ADMINISTRATOR)
        person.open("/leads/?if=status:is:new,working,qualified")
        page = person.page
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("x")
        assert page.locator("tbody input[name=ids]:checked").count() == 1
        page.keyboard.press("o")
        page.wait_for_url("**/leads/*/")
        page.keyboard.press("g")
        page.keyboard.press("c")
        page.wait_for_url("**/contacts/")


def test_search_narrows_the_list_and_the_url_keeps_it(filled: Product, browser: Browser) -> None:
    with visitor(browser, filled) as person:
        person.sign_in(ADMINISTRATOR)
        person.open("/leads/")
        person.page.fill("input[name=q]", "lead800@example.com")
        person.page.wait_for_url("**q=lead800*")
        assert person.page.locator("tbody tr").count() == 1
        person.page.reload()
        assert person.page.locator("tbody tr").count() == 1


def test_visitor_without_javascript_reads_and_writes(filled: Product, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{filled.url}/accounts/login/")
    page.fill("input[name=login]", ADMINISTRATOR)
    page.fill("input[name=password]", filled.password(ADMINISTRATOR))
    page.locator("form").filter(has=page.locator("input[name=login]")).locator(
        "button[type=submit]"
    ).click()
    page.goto(f"{filled.url}/leads/new/")
    page.fill("main input[name=name]", "Without Script")
    page.locator("main form button[type=submit]").first.click()
    assert "Without Script" in page.locator("h1").inner_text()
    context.close()


def test_refresh_waits_while_somebody_works_in_a_popover(browser: Browser, filled: Product) -> None:
    with visitor(browser, filled) as person:
        person.sign_in(ADMINISTRATOR)
        person.open("/jobs/")
        person.page.locator("[popovertarget^=schedule-]").first.click()
        person.page.evaluate("htmx.ajax('GET', '/jobs/', '#runs')")
        assert person.page.locator("#runs :popover-open").count() == 1
        person.page.keyboard.press("Escape")
        person.page.evaluate("htmx.ajax('GET', '/jobs/', '#runs')")
        assert person.page.locator("#runs").is_visible()
