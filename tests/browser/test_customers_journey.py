"""Somebody brings CDNOW's purchases in, has everything computed with live progress, reads each page, answers."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.analytics.test_cdnow_imported import sample_rows
from tests.browser.axe import violations
from tests.browser.pictures import keep
from tests.browser.product import running_product
from tests.browser.steps import LIST_DIALOG, press, saved
from tests.browser.visitor import ADMINISTRATOR, IMPORT_SECONDS, SCORING_SECONDS, Visitor, visitor

CUSTOMERS, LAST_DAY = "2,357", date(1998, 6, 30)
VALUE, SEGMENTS, LIFECYCLE = (
    "analytics.lifetime_value",
    "analytics.customer_segments",
    "analytics.lifecycle",
)
# Where each is started, and what makes the run's page say that it is over: the way back to it.
STARTED = {
    SEGMENTS: "/customers/segments/",
    VALUE: "/customers/value/",
    LIFECYCLE: "/customers/lifecycle/",
}
NOBODY_WORKS = "SELECT count(*) FROM core_jobrun WHERE state IN ('queued', 'preparing', 'working', 'finishing')"


def recent_rows() -> str:
    """The published tenth as if it had ended yesterday: models see how far days lie apart only."""
    later = datetime.now(UTC).date() - timedelta(days=1) - LAST_DAY
    head, *rows = sample_rows().split("\n")
    moved = [head]
    for row in rows:
        customer, day, *rest = row.split(",")
        on = date(int(day[:4]), int(day[4:6]), int(day[6:])) + later
        moved.append(",".join([customer, on.isoformat(), *rest]))
    return "\n".join(moved)


# -- what each page has to show ------------------------------------------------------------------------


def value_ahead(page: Page) -> None:
    expect(page.locator("main .kpis")).to_contain_text(CUSTOMERS)
    expect(page.locator("main [data-chart] canvas")).to_have_count(3)
    expect(page.locator("main table").first.locator("tbody tr")).to_have_count(10)


def cohorts(page: Page) -> None:
    """CDNOW's customers all came in three months; a cell opens the people it counts."""
    rows = page.locator("main table.cohorts tbody tr")
    # Three months of the calendar, or four where the shift cuts one.
    assert rows.count() in {3, 4}
    cell = rows.first.locator("td a").nth(2)
    counted = re.match(r"[\d,]+", str(cell.get_attribute("aria-label")))
    assert counted is not None
    cell.click()
    expect(page.locator("nav.tabs .count, .pager, main").first).to_contain_text(counted.group())
    page.go_back()


def personas(page: Page) -> None:
    """Each of the segments is a card with its size; together they hold everybody."""
    expect(page.locator("main .kpis")).to_contain_text(CUSTOMERS)
    assert page.locator("main a[href^='/customers/segments/']").count() >= 2


def cells(page: Page) -> None:
    cell = page.locator("main table.heat td a").first
    number = re.sub(r"\D.*", "", cell.locator("b").inner_text().replace(",", ""))
    cell.click()
    page.wait_for_url(re.compile(r"/contacts/\?if="))
    assert page.locator("main tbody a.name").count() == min(int(number), 50)
    page.go_back()


def movement(page: Page) -> None:
    """Nobody has moved since a moment ago, and the page says so."""
    expect(page.locator("main .empty, main [data-chart] canvas").first).to_be_visible()


def model(page: Page) -> None:
    expect(page.locator("main .kpis").first).to_be_visible()
    expect(page.locator("main table").first).to_be_visible()


def lifecycle(page: Page) -> None:
    """Flow, matrix, times in stages and what is worth doing."""
    expect(page.locator("main .kpis")).to_contain_text(CUSTOMERS)
    expect(page.locator("main [data-chart=flow] canvas")).to_be_visible()
    assert page.locator("main table").count() >= 4


def stages(page: Page) -> None:
    assert page.locator("main ol.life-stages > li").count() >= 5


PAGES: dict[str, Callable[[Page], None]] = {
    "/customers/segments/": personas,
    "/customers/cells/": cells,
    "/customers/moves/": movement,
    "/customers/segments/model/": model,
    "/customers/lifecycle/": lifecycle,
    "/customers/lifecycle/stages/": stages,
    "/customers/value/": value_ahead,
    "/customers/cohorts/": cohorts,
}


def read(person: Visitor, path: str, shows: Callable[[Page], None]) -> None:
    person.open(path)
    shows(person.page)
    assert violations(person.page) == [], path
    keep(person.page, path.strip("/").replace("/", "-"))


# -- steps ---------------------------------------------------------------------------------------------


def succeeded(kind: str) -> str:
    return f"SELECT count(*) FROM core_jobrun WHERE kind = '{kind}' AND state = 'succeeded'"


def compute(person: Visitor, kind: str, path: str) -> None:
    """Press the button; the run's page tells by itself how far it is until it is over."""
    page, ask = person.page, person.product.installation.ask
    before = int(ask(succeeded(kind)))
    person.open(path)
    press(page, f"form[action$='/jobs/start/{kind}/'] button")
    page.wait_for_url(re.compile(r"/jobs/\d+/"))
    page.evaluate("window.samePage = true")
    expect(page.locator("main [role=progressbar], main .meter").first).to_be_visible()
    expect(page.locator("#run .card").nth(1).locator("li").first).to_be_visible()
    keep(page, f"run-{kind}")
    expect(page.locator(f"main a[href='{path}']").first).to_be_visible(
        timeout=SCORING_SECONDS * 1000
    )
    assert page.evaluate("window.samePage")
    assert int(ask(succeeded(kind))) > before


def is_quiet(person: Visitor) -> None:
    person.product.installation.wait_for_answer(
        f"SELECT CASE WHEN ({NOBODY_WORKS}) = 0 THEN 1 ELSE 0 END", 1, SCORING_SECONDS
    )


def make_segment(person: Visitor) -> None:
    """Who bought on three days or more, by a rule; filled in the background, on the list and a page of its own."""
    page, ask = person.page, person.product.installation.ask
    person.open("/segments/new/")
    page.fill("main [name=name]", "Regulars")
    page.select_option("[name='0.field']", "purchases")
    page.select_option("[name='0.operator']", "at_least")
    page.wait_for_load_state("networkidle")  # the line is drawn anew
    page.fill("[name='0.value']", "3")
    count = page.locator("#segment-count [data-count]")
    meant = int(ask("SELECT count(*) FROM crm_contactlifetime WHERE purchases >= 3"))
    expect(count).to_have_attribute("data-count", str(meant))
    press(page, "main .form-actions button[name=save]")
    saved(page, "segments")
    address = page.url
    person.product.installation.wait_for_answer(
        "SELECT count(*) FROM marketing_segmentmember", meant, IMPORT_SECONDS
    )
    for path, name in (("/segments/", "segments"), (address, "segment")):
        page.goto(path if path.startswith("http") else person.product.url + path)
        expect(page.locator("main")).to_contain_text("Regulars")
        expect(page.locator("main")).to_contain_text(f"{meant:,}")
        assert violations(page) == [], path
        keep(page, name)


def rename_persona(person: Visitor) -> None:
    page = person.page
    person.open("/customers/segments/")
    press(page, "main .card a[href^='/customers/segments/']")
    page.wait_for_url(re.compile(r"/customers/segments/\d+/$"))
    press(page, "a[hx-get$='/edit/']")
    page.fill(f"{LIST_DIALOG} [name=name]", "Our best")
    press(page, f"{LIST_DIALOG} button[type=submit]")
    expect(page.locator("main, header, .bar").first).to_be_visible()
    expect(page.locator("body")).to_contain_text("Our best")
    assert violations(page) == []
    keep(page, "persona")
    person.open("/customers/segments/")
    expect(page.locator("main")).to_contain_text("Our best")


def read_contact(person: Visitor) -> None:
    """Whose loss would cost most: value, segment, stage on the page of the contact."""
    page = person.page
    person.open("/customers/value/")
    page.locator("main table tbody a.name").first.click()
    expect(page.locator("main .sparkline").first).to_be_visible()
    for link in ("/customers/lifecycle/", "/customers/segments/"):
        expect(
            page.locator(f".insight a[href^='{link}'], main a[href^='{link}']").first
        ).to_be_visible()
    assert violations(page) == []
    keep(page, "contact")


@pytest.mark.acceptance
@pytest.mark.embedded
def test_purchases_become_segments_lifecycle_and_value(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "product"
    folder.mkdir()
    file = tmp_path / "cdnow.csv"
    file.write_text(recent_rows())
    with running_product(folder, with_sample=False) as fresh, visitor(browser, fresh) as person:
        person.sign_in(ADMINISTRATOR)
        for path in PAGES:
            if "stages" not in path:
                person.open(path)
                expect(person.page.locator("main .empty")).to_be_visible()
        person.upload_file(file, "crm.interaction")
        person.page.locator("input[name=makes_contacts]").first.check()
        person.try_import()
        person.start_import()
        is_quiet(person)
        for kind, path in STARTED.items():
            compute(person, kind, path)
        is_quiet(person)
        for path, shows in PAGES.items():
            read(person, path, shows)
        make_segment(person)
        rename_persona(person)
        read_contact(person)


# -- next best actions ---------------------------------------------------------------------------------

SUGGESTED = "SELECT contact_id FROM crm_contactlife WHERE action <> '' ORDER BY gain DESC, contact_id LIMIT 1"
ANSWERED = "SELECT answer FROM analytics_suggestionanswer WHERE undone_at IS NULL ORDER BY id DESC"


def suggested(person: Visitor) -> str:
    """The page of the contact for whom the next action gains most, with the suggestion read."""
    contact = person.product.installation.ask(SUGGESTED)
    person.open(f"/contacts/{contact}/")
    expect(person.page.locator("form[action$='/accept/'] button").first).to_be_visible()
    return str(contact)


@pytest.mark.acceptance
@pytest.mark.xdist_group("pages")
def test_next_actions_are_planned_put_off_and_refused(person: Visitor) -> None:
    page, installation = person.page, person.product.installation
    installation.wait_for_answer(
        f"SELECT CASE WHEN ({SUGGESTED}) > 0 THEN 1 ELSE 0 END", 1, SCORING_SECONDS
    )
    first = suggested(person)
    keep(page, "next-action")
    press(page, "form[action$='/accept/'] button")
    expect(page.locator(".toast form[action*='/customers/next/']").first).to_be_visible()
    assert installation.ask(ANSWERED) == "accepted"
    keep(page, "next-action-planned")

    second = suggested(person)
    assert second != first
    press(page, "a[href$='/snooze/']")
    assert violations(page) == []
    press(page, "main form button[type=submit]")
    expect(page.locator(".toast").first).to_be_visible()
    assert installation.ask(ANSWERED) == "snoozed"

    third = suggested(person)
    assert third not in {first, second}
    press(page, "a[href$='/refuse/']")
    page.fill("main [name=reason]", "Is on leave")
    press(page, "main form button[type=submit]")
    expect(page.locator(".toast").first).to_be_visible()
    assert installation.ask(ANSWERED) == "refused"
    assert suggested(person) not in {first, second}
    person.open("/")
    expect(page.locator("#home-next form[action$='/accept/']").first).to_be_visible()
    keep(page, "home")
