"""Every page, small and large, light and dark, in both languages: it holds, and nobody complains."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import violations
from tests.browser.leads import generated, write
from tests.browser.places import Opened, opened, pages
from tests.browser.product import Product
from tests.browser.visitor import ADMINISTRATOR, Visitor, visitor

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


# The tests share a product that is filled once, so one process runs them all.
pytestmark = pytest.mark.xdist_group("pages")


@pytest.fixture(scope="module")
def filled(product: Product, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Product:
    """The sample company, and a file that was brought in."""
    product.wait_for_forecasts()
    path = write(tmp_path_factory.mktemp("files") / "pages.csv", generated(60, 3, 1))
    with visitor(browser, product) as person:
        person.sign_in(ADMINISTRATOR)
        person.import_file(path, after_contact=("Tags",))
    return product


@dataclass(frozen=True)
class Look:
    """How somebody looks at the product."""

    width: int
    height: int
    theme: str
    language: str

    @contextmanager
    def person(self, browser: Browser, product: Product) -> Iterator[Visitor]:
        with visitor(browser, product, width=self.width, height=self.height) as somebody:
            somebody.sign_in(ADMINISTRATOR)
            somebody.choose(language=self.language, theme=self.theme)
            yield somebody

    def opened(self, product: Product) -> list[Opened]:
        return [each for each in opened(product) if each.on_phone or self.width > 500]


LOOKS = [
    Look(1440, 900, "light", "en"),
    Look(390, 844, "dark", "en"),
    Look(1440, 900, "dark", "zh-hans"),
    Look(390, 844, "light", "zh-hans"),
]
OTHER_LOOKS = [
    Look(1440, 900, "light", "zh-hans"),
    Look(390, 844, "dark", "zh-hans"),
    Look(1440, 900, "dark", "en"),
    Look(390, 844, "light", "en"),
]


def faults(person: Visitor, name: str) -> list[str]:
    """What is wrong with what is shown, each with the name of the place."""
    page = person.page
    found = violations(page)
    if page.evaluate(OVERFLOW) > 0:
        found.append("wider than the window")
    if page.locator("h1").count() != 1:
        found.append("needs one heading")
    found += person.complaints
    person.complaints.clear()
    return [f"{name}: {each}" for each in found]


def walk(person: Visitor, paths: Sequence[str], states: Sequence[Opened]) -> list[str]:
    found = []
    for path in paths:
        person.open(path)
        found += faults(person, path)
    for each in states:
        person.open(each.path)
        each.show(person.page)
        found += faults(person, each.name)
    return found


@pytest.mark.parametrize("place", range(len(LOOKS)))
def test_every_page_in_one_look(filled: Product, browser: Browser, place: int) -> None:
    """Each page and each dialog once, the looks spread over them; all of it is in acceptance."""
    look, step = LOOKS[place], len(LOOKS)
    states = look.opened(filled)[place::step]
    with look.person(browser, filled) as person:
        found = walk(person, pages(filled, is_whole=False)[place::step], states)
    assert not found, "\n".join(found)


@pytest.mark.acceptance
@pytest.mark.parametrize("look", [*LOOKS, *OTHER_LOOKS], ids=str)
def test_every_page_in_every_look(filled: Product, browser: Browser, look: Look) -> None:
    paths, states = pages(filled, is_whole=True), look.opened(filled)
    with look.person(browser, filled) as person:
        found = walk(person, paths, states)
    assert not found, "\n".join(found)
    print(f"{look}: {len(paths)} pages and {len(states)} dialogs without a fault")


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
        page.wait_for_url(re.compile(r"/leads/\d+/"))
        page.keyboard.press("g")
        page.keyboard.press("c")
        page.wait_for_url("**/contacts/")


def test_search_narrows_the_list_and_the_url_keeps_it(filled: Product, browser: Browser) -> None:
    with visitor(browser, filled) as person:
        person.sign_in(ADMINISTRATOR)
        person.open("/leads/")
        person.page.fill("input[name=q]", "lead30@example.com")
        person.page.wait_for_url("**q=lead30*")
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
