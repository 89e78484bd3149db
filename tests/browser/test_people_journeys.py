"""An administrator sets up a team from nothing; a colleague comes in by the link and sees what the role shows."""

import re
import secrets

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.product import Product
from tests.browser.steps import press
from tests.browser.visitor import Visitor, visitor

pytestmark = pytest.mark.xdist_group("pages")

PASSWORD = "correct horse battery"
MAIN_BUTTON = "main form.form button[type=submit].btn-primary"


def make_role(person: Visitor, name: str) -> None:
    """What marketers may, but leads of the team only, and without their source."""
    page = person.page
    person.open("/settings/roles/new/")
    page.fill("main [name=name]", name)
    page.select_option("main [name=like]", index=2)
    press(page, MAIN_BUTTON)
    page.wait_for_url(re.compile(r"/settings/roles/\d+/$"))
    page.select_option("[name='grant:crm.lead.view']", "2")
    page.locator("details", has=page.locator("[name='rule:crm.lead.source']")).locator(
        "summary"
    ).click()
    page.select_option("[name='rule:crm.lead.source']", "none")
    press(page, "#role-form button[type=submit].btn-primary")
    page.wait_for_url("**/settings/roles/")


def invite(person: Visitor, email: str, team: str, role: str) -> str:
    """Returns the link that is shown, as mail reaches nobody here."""
    page = person.page
    person.open("/settings/invite/")
    page.fill("[name=people]", email)
    page.locator("label.check", has_text=role).locator("input").check()
    page.select_option("[name=team]", label=team)
    press(page, MAIN_BUTTON)
    return page.locator(".invitation-link").inner_text()


def choose_password(page: Page, link: str) -> None:
    page.goto(link)
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    page.press("[name=password2]", "Enter")
    expect(page.locator("nav.nav").first).to_be_attached()


def expect_no_source(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#record-head")).to_be_visible()
    expect(page.locator(".rec-l [hx-get$='/fields/city/']")).to_have_count(1)
    expect(page.locator(".rec-l [hx-get$='/fields/source/']")).to_have_count(0)


def test_team_from_nothing(
    browser: Browser, product: Product, person: Visitor, language: str
) -> None:
    page, mark = person.page, f"{language} {secrets.token_hex(3)}"
    team, role = f"Team {mark}", f"Role {mark}"
    email = f"{secrets.token_hex(5)}@example.org"
    person.open("/settings/teams/")
    page.fill("main [name=name]", team)
    press(page, MAIN_BUTTON)
    expect(page.locator(".tree")).to_contain_text(team)
    make_role(person, role)
    link = invite(person, email, team, role)

    with visitor(browser, product) as colleague:
        choose_password(colleague.page, link)
        colleague.open("/leads/new/")
        expect(colleague.page.locator("main [name=source]")).to_have_count(0)
        colleague.page.fill("main [name=name]", f"Lark {mark}")
        press(colleague.page, "main form button[type=submit]")
        colleague.page.wait_for_url(re.compile(r"/leads/\d+/"))
        address = colleague.page.url
        expect_no_source(colleague.page, address)

    page.goto(address)
    expect(page.locator(".rec-l [hx-get$='/fields/source/']")).to_have_count(1)
    person.open(f"/settings/users/?q={email}")
    press(page, "a.people-name")
    press(page, "form[action*='/view-as/user/'] button")
    expect(page.locator(".viewing")).to_be_visible()
    expect_no_source(page, address)
    press(page, ".viewing button")
    expect(page.locator(".viewing")).to_have_count(0)
    page.goto(address)
    expect(page.locator(".rec-l [hx-get$='/fields/source/']")).to_have_count(1)
