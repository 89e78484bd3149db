"""Pictures of the product for the README, and of every page for a look at the whole.

python -m tests.browser.screenshots docs/images          # what the README shows
python -m tests.browser.screenshots /tmp/pages --every   # each page, size, theme, language
"""

import csv
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.leads import generated, split, write
from tests.browser.product import Product, running_product
from tests.browser.visitor import Visitor, visitor
from tests.chromium import chromium
from tests.data import DATA, LATE_FIELDS

ADMINISTRATOR = "admin@sample.renmai"
SIZES = {"": (1440, 900), ".phone": (390, 844)}
LANGUAGES = {"": "en", ".zh": "zh-hans"}
THEMES = {"": "light", ".dark": "dark"}


def shoot(person: Visitor, folder: Path, name: str) -> None:
    person.page.wait_for_timeout(500)  # charts and fonts
    person.page.screenshot(path=folder / f"{name}.png")


def upload(person: Visitor, path: Path) -> None:
    person.open("/imports/")
    person.page.set_input_files("input[type=file]", path)
    person.page.locator("main form[enctype] button[type=submit]").click()
    person.page.wait_for_url("**/match/")


def import_in_pictures(person: Visitor, path: Path, folder: Path, suffix: str) -> None:
    person.open("/imports/")
    shoot(person, folder, f"import{suffix}")
    upload(person, path)
    shoot(person, folder, f"match{suffix}")
    person.page.locator("button[type=submit][form=mapping]").first.click()
    person.page.wait_for_url("**/imports/*/")
    person.page.wait_for_timeout(1500)
    shoot(person, folder, f"progress{suffix}")
    person.page.locator("main a[href='/leads/']").first.wait_for(timeout=120_000)


def fill(product: Product, browser: Browser, folder: Path, work: Path) -> None:
    """Two imports, each in one language, photographed on the way."""
    rows = generated(4_000, 5, 1)
    source = DATA / "x-education" / "leads.csv"
    if source.is_file():
        with source.open(encoding="utf-8", newline="") as file:
            people = generated(9_240, 5, 1)
            rows = [
                {
                    **lead,
                    "Full name": person["Name"],
                    "E-mail": person["Email"],
                    "Company name": person["Company"],
                }
                for lead, person in zip(csv.DictReader(file), people, strict=True)
            ]
    closed, opened, _truth = split(rows, work, "leads")
    with visitor(browser, product) as person:
        person.sign_in(ADMINISTRATOR)
        person.choose(language="zh-hans")
        import_in_pictures(
            person, write(work / "线索.csv", generated(300, 8, 500_000)), folder, ".zh"
        )
        person.choose(language="en")
        person.import_file(closed, after_contact=LATE_FIELDS)
        import_in_pictures(person, opened, folder, "")
        person.wait_for_score()


def tour(person: Visitor, folder: Path, suffix: str, *, every: bool) -> None:
    """The pages worth a picture, or every page."""
    lead = person.product.installation.ask(
        "SELECT lead_id FROM crm_leadscore s JOIN crm_lead l ON l.id = s.lead_id "
        "WHERE l.status = 'new' ORDER BY s.score DESC, lead_id LIMIT 1"
    )
    is_open = "if=status:is:new,working,qualified"
    pages = {
        "home": "/",
        "leads": f"/leads/?{is_open}",
        "lead": f"/leads/{lead}/?{urlencode({'list': is_open})}",
        "model": "/scoring/",
    }
    if every:
        run = person.product.installation.ask("SELECT max(id) FROM core_jobrun")
        contact = person.product.installation.ask("SELECT max(id) FROM crm_contact")
        pages |= {
            "inbox": "/inbox/",
            "contacts": "/contacts/",
            "contact": f"/contacts/{contact}/",
            "companies": "/companies/",
            "company": "/companies/1/",
            "lead-edit": f"/leads/{lead}/edit/",
            "lead-new": "/leads/new/",
            "nothing-found": "/leads/?q=zzzzzz",
            "imports": "/imports/",
            "jobs": "/jobs/",
            "job": f"/jobs/{run}/",
            "settings": "/settings/",
            "two-factor": "/accounts/2fa/",
            "sessions": "/accounts/sessions/",
            "missing": "/leads/999999999/",
        }
    for name, path in pages.items():
        person.open(path)
        shoot(person, folder, f"{name}{suffix}")
    person.open("/")
    person.page.keyboard.press("Control+k")
    person.page.keyboard.type("lin")
    person.page.locator(".pal-list [aria-selected]").first.wait_for()
    shoot(person, folder, f"search{suffix}")


def main() -> None:
    folder, every = Path(sys.argv[1]), "--every" in sys.argv
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        place = Path(work, "product")
        place.mkdir()
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        with running_product(place) as product:
            fill(product, browser, folder, Path(work))
            for size, (width, height) in (SIZES if every else {"": SIZES[""]}).items():
                with visitor(browser, product, width=width, height=height) as person:
                    person.sign_in(ADMINISTRATOR)
                    for language, code in LANGUAGES.items():
                        for theme, value in (THEMES if every else {"": "light"}).items():
                            person.choose(language=code, theme=value)
                            tour(person, folder, f"{language}{size}{theme}", every=every)
                    person.complaints.clear()  # the missing page is one
        browser.close()


if __name__ == "__main__":
    main()
