"""Somebody at the browser: signs in, brings files in, reads lists; notices what went wrong."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browser.product import Product

ADMINISTRATOR, MANAGER = "admin@sample.renmai", "manager@sample.renmai"
IMPORT_SECONDS = 240
SCORING_SECONDS = 300
# A page may take its time on a machine that is busy with other tests.
expect.set_options(timeout=30_000)


class Visitor:
    """A person with one browser window. Selectors are names and addresses, never words."""

    def __init__(self, product: Product, page: Page) -> None:
        self.product = product
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(self.product.url + path)

    def sign_in(self, email: str) -> None:
        """By password the first time; afterwards with the cookies of that visit."""
        cookies = self.product.cookies.get(email)
        if cookies:
            self.page.context.add_cookies(cookies)
            return
        self.open("/accounts/login/")
        self.page.fill("input[name=login]", email)
        self.page.fill("input[name=password]", self.product.password(email))
        self.page.press("input[name=password]", "Enter")
        expect(self.page.locator("nav.nav").first).to_be_attached()
        self.product.cookies[email] = self.page.context.cookies()

    def choose(self, *, language: str, theme: str = "light") -> None:
        self.open("/settings/")
        self.page.select_option("select[name=language]", language)
        self.page.select_option("select[name=theme]", theme)
        self.page.locator("main form").filter(
            has=self.page.locator("select[name=language]")
        ).locator("button[type=submit]").first.click()
        expect(self.page.locator("html")).to_have_attribute("lang", re.compile(language[:2]))

    def import_file(
        self, path: Path, *, after_contact: tuple[str, ...] = (), kind: str = "crm.lead"
    ) -> str:
        """Bring a file in and wait until it is there; returns the page's main text."""
        self.upload_file(path, kind)
        self.page.wait_for_url("**/match/")
        for column in after_contact:
            row = self.page.locator("table.map tbody tr").filter(
                has=self.page.locator("th", has_text=re.compile(f"^{re.escape(column)}$"))
            )
            row.locator("select[name=known_when]").select_option("after")
        self.try_import()
        self.start_import()
        return self.page.locator("main").inner_text()

    def upload_file(self, path: Path, kind: str = "") -> None:
        """To the page of its columns; without a kind they say what the rows are."""
        self.open("/imports/")
        self.page.set_input_files("input[type=file]", path)
        self.page.select_option("select[name=object_type]", kind)
        self.page.locator("main form[enctype] button[type=submit]").click()
        self.page.wait_for_url("**/match/")

    def try_import(self) -> None:
        """From the page of the columns to what the trial has found."""
        self.page.locator("button[value=check]").first.click()
        self.page.wait_for_url("**/check/")
        self._wait_for("main button[value=start]")

    def start_import(self) -> None:
        """From the trial to the end of the import."""
        self.page.locator("button[value=start]").first.click()
        self.page.wait_for_url(re.compile(r"/imports/\d+/$"))
        self._wait_for("main [data-open=revert]")

    def _wait_for(self, selector: str) -> None:
        found = self.page.locator(selector).first
        expect(found).to_be_visible(timeout=IMPORT_SECONDS * 1000)

    def wait_for_score(self) -> None:
        """Until all jobs are over, among them the scoring that follows an import by itself."""
        question = (
            "SELECT count(*) FROM core_jobrun "
            "WHERE kind = 'analytics.lead_score' AND state = 'succeeded' AND NOT EXISTS "
            "(SELECT 1 FROM core_jobrun WHERE state IN "
            "('queued', 'preparing', 'working', 'finishing'))"
        )
        self.product.installation.wait_for_answer(question, 1, SCORING_SECONDS)


@contextmanager
def visitor(
    browser: Browser, product: Product, *, width: int = 1440, height: int = 900
) -> Iterator[Visitor]:
    """A window of its own; at the end nothing may have been complained about."""
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(30_000)
    person = Visitor(product, context.new_page())
    try:
        yield person
    finally:
        context.close()
    assert person.complaints == [], "\n".join(person.complaints)
