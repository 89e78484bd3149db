"""One running product and one browser for all browser tests of a test process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.product import Product, running_product
from tests.browser.visitor import ADMINISTRATOR, Visitor, visitor

# Without these Chromium tries to reach its vendor, which a closed network answers slowly.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("product")) as running:
        yield running


@contextmanager
def started_browser(path: Path) -> Iterator[Browser]:
    """Chromium, ended with the module that drives it.

    Playwright keeps an event loop in this thread while it runs; Django would take the tests that
    come after for asynchronous code.
    """
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def browser(chromium_path: Path) -> Iterator[Browser]:
    with started_browser(chromium_path) as started:
        yield started


@pytest.fixture(
    params=[
        pytest.param("en", marks=pytest.mark.embedded),
        pytest.param("zh-hans", marks=pytest.mark.servers),
    ]
)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def person(browser: Browser, product: Product, language: str) -> Iterator[Visitor]:
    """The administrator, signed in, in one of the languages."""
    with visitor(browser, product) as somebody:
        somebody.sign_in(ADMINISTRATOR)
        somebody.choose(language=language)
        yield somebody
