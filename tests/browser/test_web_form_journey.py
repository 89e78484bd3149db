"""A web form on a foreign website: made, embedded, filled in, confirmed by a letter; a robot is kept apart."""

import email
import email.policy
import re
import secrets
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.steps import press
from tests.browser.visitor import Visitor, visitor

pytestmark = pytest.mark.xdist_group("pages")

READING = 2_200  # milliseconds: whoever sends a form sooner is a program
LETTER_SECONDS = 30


@dataclass
class Website:
    """A page of somebody else's server."""

    port: int
    content: str = ""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def website() -> Iterator[Website]:
    class Handling(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = f"<!doctype html><html lang='en'><title>Shop</title><body>{site.content}"
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handling)
    site = Website(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def make_form(person: Visitor, name: str, origin: str) -> str:
    """A form for name and address with a consent; the path of its page."""
    page = person.page
    person.open("/forms/new/")
    page.fill("main [name=name]", name)
    for field in ("name", "email", "phone"):
        page.locator(f"[name=asked][value={field}]").set_checked(field != "phone")
    page.check("[name=needed][value=email]")
    page.locator("main [name=purposes]").first.check()
    page.fill("[name=websites]", origin)
    expect(page.locator("#form-preview [name=consent]")).not_to_be_checked()
    press(page, "button[name=save]")
    page.wait_for_url(re.compile(r"/forms/\d+/$"))
    return page.url.removeprefix(person.product.url)


def codes(person: Visitor, form: str) -> dict[str, str]:
    """The ways onto a website, as somebody copies them."""
    page = person.page
    person.open(f"{form}?tab=embed")
    expect(page.locator("[data-copy=embed-frame]")).to_be_visible()
    return {way: page.locator(f"#embed-{way}").inner_text() for way in ("frame", "html")}


def fill_in(page: Page, site: Website, address: str) -> None:
    """As a visitor of the website does it, in the frame."""
    page.goto(site.origin)
    frame = page.frame_locator("iframe")
    frame.locator("[name=name]").fill("Ada Byron")
    frame.locator("[name=email]").fill(address)
    frame.locator("[name=consent]").check()
    page.wait_for_timeout(READING)
    frame.locator("button[type=submit]").click()
    expect(frame.locator("form")).to_have_count(0)


def as_a_robot(code: str, address: str) -> None:
    """Fills in whatever it finds, also what people do not see."""
    (action,) = re.findall(r'action="([^"]+)"', code)
    names = re.findall(r'name="([^"]+)"', code)
    said = {name: {"email": address}.get(name, "Cheap pills") for name in names}
    assert "website" in said, "the trap is in the code that people copy"
    body = urllib.parse.urlencode(said).encode()
    with urllib.request.urlopen(action, body) as answer:
        assert answer.status == 200, "it is not told that it was noticed"


def letter_to(folder: Path, address: str, page: Page) -> EmailMessage:
    for _look in range(LETTER_SECONDS * 4):
        for file in folder.glob("mail/*"):
            letter: EmailMessage = email.message_from_bytes(
                file.read_bytes(), policy=email.policy.default
            )
            if address in str(letter["To"]):
                return letter
        page.wait_for_timeout(250)
    raise AssertionError("No letter asks for the confirmation.")


def confirm(page: Page, letter: EmailMessage) -> None:
    """The link changes nothing by itself: programs follow links; the button does."""
    (link,) = re.findall(r"https?://\S+/confirm/\S+", str(letter.get_content()))
    page.goto(link)
    assert violations(page) == []
    press(page, "main form button, form button")
    expect(page.locator("p[role=status]")).to_be_visible()


def test_visitors_of_a_website_become_leads_with_consent(person: Visitor, browser: Browser) -> None:
    mark = secrets.token_hex(4)
    address, robot = f"ada.{mark}@example.org", f"robot.{mark}@example.org"
    with website() as site:
        form = make_form(person, f"Newsletter {mark}", site.origin)
        code = codes(person, form)
        site.content = code["frame"]
        with visitor(browser, person.product, width=390, height=844) as somebody:
            fill_in(somebody.page, site, address)
            as_a_robot(code["html"], robot)
            letter = letter_to(person.product.folder, address, somebody.page)
            confirm(somebody.page, letter)
    page = person.page
    person.open(f"{form}?tab=answers")
    row = page.locator("main .lines li", has_text="Ada Byron")
    expect(row).to_have_count(1)
    lead = row.locator("a[href^='/leads/']").get_attribute("href")
    contact = row.locator("a[href^='/contacts/']").first.get_attribute("href")
    expect(page.locator("main")).not_to_contain_text(robot)
    person.open(f"{form}?tab=spam")
    expect(page.locator("main")).to_contain_text(robot)
    person.open(f"{lead}")
    expect(page.locator("main")).to_contain_text("Ada Byron")
    person.open(f"{contact}consent/")
    expect(page.locator("main .p-ok")).to_have_count(1)
    page.locator("main details.more summary").click()
    trail = page.locator("main details.more li")
    expect(trail).to_have_count(2)  # asked by the form, confirmed by the letter
    expect(trail.last).to_contain_text(f"Newsletter {mark}")
