"""An administrator has another system told of leads, sees what arrived, and sends it again."""

import json
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.steps import edit_fact, press, saved
from tests.browser.visitor import Visitor
from tests.receiver import Receiver, receiving

pytestmark = pytest.mark.xdist_group("pages")

LINES = "#log tbody tr"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def made(page: Page, person: Visitor, receiver: Receiver) -> str:
    """A webhook for leads; the address of its page, which shows the secret."""
    person.open("/settings/webhooks/new/")
    page.fill("main [name=name]", f"Shop {secrets.token_hex(3)}")
    page.fill("main [name=url]", receiver.url)
    for verb in ("created", "changed"):
        page.check(f"[name=kinds][value='crm.lead.{verb}']")
    press(page, "main form button[type=submit]")
    expect(page.locator("#webhook-secret")).to_contain_text("whsec_")
    return page.url.removeprefix(person.product.url)


def test_webhook(person: Visitor, receiver: Receiver) -> None:
    page = person.page
    address = made(page, person, receiver)
    assert violations(page) == []
    press(page, "form[action$='/test/'] button")
    expect(page.locator("#delivery .p-ok")).to_be_visible()
    assert json.loads(receiver.received[0].body)["type"] == "webhook.test"

    person.open("/leads/new/")
    page.fill("main [name=name]", f"Ada {secrets.token_hex(3)}")
    page.fill("main [name=source]", "Fair")
    press(page, "main form button[type=submit]")
    saved(page, "leads")
    edit_fact(page, "source", "Web")

    person.open(address)
    expect(page.locator("#webhook-secret")).to_have_count(0)
    for _look in range(30):
        if page.locator(f"{LINES} .p-ok").count() == 3:
            break
        page.wait_for_timeout(1000)
        page.reload()
    assert violations(page) == []
    press(page, f"{LINES} a.name")
    expect(page.locator("#delivery")).to_contain_text('"from": "Fair"')
    assert violations(page) == []

    before = len(receiver.received)
    press(page, "form[action$='/replay/'] button")
    expect(page.locator("#delivery .p-ok")).to_be_visible()
    assert len(receiver.received) == before + 1
    first, again = receiver.received[-2:]
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
