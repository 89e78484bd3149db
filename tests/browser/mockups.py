"""Each mock-up of the design beside the page of the product, in one picture.

python -m tests.browser.mockups ../shared/design/screenshots /tmp/beside
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.places import busiest
from tests.browser.product import Product, running_product
from tests.browser.visitor import ADMINISTRATOR, visitor
from tests.chromium import chromium

DESKTOP, PHONE = (1440, 900), (390, 844)
SETTLED = 700  # milliseconds for charts and fonts


def _nothing(_page: Page) -> None:
    return


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.locator("#palette-q").fill("wang")
    page.locator("#palette-results a").first.wait_for()


@dataclass(frozen=True)
class Mockup:
    """A picture of the design, and where the product shows the same."""

    picture: str
    path: str
    then: Callable[[Page], None] = _nothing

    @property
    def size(self) -> tuple[int, int]:
        return PHONE if ".phone" in self.picture else DESKTOP

    @property
    def language(self) -> str:
        return "zh-hans" if ".zh" in self.picture else "en"

    @property
    def theme(self) -> str:
        return "dark" if ".dark" in self.picture else "light"


def mockups(product: Product) -> list[Mockup]:
    lead = f"/leads/{busiest(product, 'lead')}/"
    ways = ["", ".dark", ".phone", ".phone.dark", ".zh", ".zh.phone"]
    return [
        *(Mockup(f"contacts{way}", "/contacts/") for way in ways),
        *(Mockup(f"lead{way}", lead) for way in ways),
        *(Mockup(f"dashboard{way}", "/") for way in ways),
        Mockup("palette", "/contacts/", _palette),
        Mockup("onboarding", "/getting-started/"),
        Mockup("scoring-model", "/scoring/"),
        Mockup("job-run", f"/jobs/{product.installation.ask('SELECT max(id) FROM core_jobrun')}/"),
    ]


def shoot(browser: Browser, product: Product, mockup: Mockup, file: Path) -> None:
    width, height = mockup.size
    with visitor(browser, product, width=width, height=height) as person:
        person.sign_in(ADMINISTRATOR)
        person.choose(language=mockup.language, theme=mockup.theme)
        person.open(mockup.path)
        mockup.then(person.page)
        person.page.wait_for_timeout(SETTLED)
        person.page.screenshot(path=file)


def lay_beside(browser: Browser, design: Path, ours: Path, file: Path) -> None:
    """The design on the left, the product on the right."""
    page = browser.new_page()
    images = "".join(f'<img src="{picture.resolve().as_uri()}">' for picture in (design, ours))
    sheet = file.with_suffix(".html")
    sheet.write_text(f'<body style="margin:8px;display:inline-flex;gap:8px">{images}</body>')
    page.goto(sheet.resolve().as_uri())
    page.locator("body").screenshot(path=file)
    sheet.unlink()
    page.close()


def main() -> None:
    designs, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        with running_product(Path(work)) as product:
            for mockup in mockups(product):
                design = designs / f"{mockup.picture}.png"
                if design.is_file():
                    ours = Path(work, f"{mockup.picture}.png")
                    shoot(browser, product, mockup, ours)
                    lay_beside(browser, design, ours, folder / design.name)
                    print(folder / design.name)
        browser.close()


if __name__ == "__main__":
    main()
