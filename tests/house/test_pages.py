"""What every page answers: headers, and markup without inline code."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.template import engines
from django.test import Client

from core.middleware import PERMISSIONS_POLICY
from core.models import User
from tests.factories import LeadFactory, LeadScoreFactory, NotificationFactory
from tests.house.addresses import Address, addresses

ADDRESSES = [address for address in addresses() if not address.is_api]
TEMPLATES = sorted(
    str(path.relative_to(settings.BASE_DIR / "templates"))
    for path in (settings.BASE_DIR / "templates").rglob("*")
    if path.is_file()
)
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
}
# Shown as mail programs show them.
LETTERS = {"message_preview"}
DATA_SCRIPTS = ("application/json", "text/template")

LogIn = Callable[..., Client]


class InlineCode(HTMLParser):
    """Collects what the Content-Security-Policy would block."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or "style" in given:
            self.found.append(f"<{tag}> has a style at {self.getpos()}")
        if tag == "script" and "src" not in given and given.get("type") not in DATA_SCRIPTS:
            self.found.append(f"<script> without src at {self.getpos()}")
        for name, value in attrs:
            if name.startswith(("on", "hx-on")) or (value or "").lower().startswith("javascript:"):
                self.found.append(f"<{tag} {name}> at {self.getpos()}")


def inline_code(response: HttpResponse) -> list[str]:
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    return InlineCode(response.content.decode()).found if is_page else []


def assert_safe(response: HttpResponse) -> None:
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert inline_code(response) == []


def assert_boxed(response: HttpResponse) -> None:
    """A letter has its style within: it stands in a frame that may run and open nothing."""
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none';")
    assert "allow-" not in policy
    assert "frame-ancestors 'self'" in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<script" not in response.content.decode()


@pytest.mark.parametrize("page", ["<p onclick='x()'>", "<p style='a'>", "<script>1</script>"])
def test_inline_code_is_noticed(page: str) -> None:
    assert InlineCode(page).found


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_page_is_safe_to_show(
    address: Address, administrator: User, log_in: LogIn, visitor: Client
) -> None:
    url = address.url(administrator)
    LeadScoreFactory(lead=LeadFactory(owner=administrator))
    NotificationFactory(user=administrator)
    check = assert_boxed if address.name in LETTERS else assert_safe
    check(log_in(administrator).get(url))
    assert_safe(visitor.get(url))


@pytest.mark.parametrize("url", ["/no-such-page/", "/leads/987654321/"])
def test_page_that_is_not_found_is_safe(url: str, sales: User, log_in: LogIn) -> None:
    response = log_in(sales).get(url)
    assert response.status_code == 404
    assert_safe(response)


def test_refusal_is_safe(sales: User, log_in: LogIn) -> None:
    response = log_in(sales).get("/jobs/")
    assert response.status_code == 403
    assert_safe(response)


def test_missing_token_is_safe(sales: User, log_in: LogIn) -> None:
    response = log_in(sales, enforce_csrf_checks=True).post("/settings/")
    assert response.status_code == 403
    assert_safe(response)


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles(name: str) -> None:
    engines["django"].get_template(name)
