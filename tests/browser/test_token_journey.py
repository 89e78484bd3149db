"""An administrator makes a token for another system, which reads leads until it is revoked."""

import json
import secrets
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.steps import press
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("pages")


def asked(url: str, token: str) -> tuple[int, dict[str, object]]:
    """The status and the answer to a program that has only the token."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_token_reads_what_it_may_until_it_is_revoked(person: Visitor) -> None:
    page, name = person.page, f"Warehouse {secrets.token_hex(3)}"
    person.open("/settings/tokens/")
    page.fill("main [name=name]", name)
    page.check("main [name=scopes][value='crm.lead:read']")
    press(page, "main form[action$='/tokens/'] button[type=submit]")
    token = page.locator("#secret").inner_text()
    assert violations(page) == []

    leads = f"{person.product.url}/api/v1/leads/?if=status:is:new"
    status, answer = asked(leads, token)
    assert status == 200
    assert answer["results"]
    assert asked(f"{person.product.url}/api/v1/deals/", token)[0] == 403

    person.open("/settings/tokens/")
    expect(page.locator("#secret")).to_have_count(0)
    press(page, f"main li:has-text('{name}') form[action$='/revoke/'] button")
    expect(page.locator(f"main li:has-text('{name}') form")).to_have_count(0)
    assert asked(leads, token)[0] == 401
