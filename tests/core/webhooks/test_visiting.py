"""What web addresses answer, and where nobody goes to ask."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import pytest

from core.choices import DeliveryFault
from core.webhooks import visiting
from core.webhooks.addresses import Target
from core.webhooks.visiting import MOST_HOPS, may_visit, visit


class Site(BaseHTTPRequestHandler):
    """/200, /404 … answer so; /to/PATH sends on; /nohead has a page but no head; /slow drips."""

    def do_HEAD(self) -> None:
        self.answer(405 if self.path == "/nohead" else None)

    def do_GET(self) -> None:
        self.answer(None)

    def answer(self, status: int | None) -> None:
        self.server.asked.append((self.command, self.path))  # type: ignore[attr-defined]
        if self.path.startswith("/slow"):
            time.sleep(1)
        onwards = self.path.removeprefix("/to/") if self.path.startswith("/to/") else ""
        if self.path == "/loop":
            onwards = "/loop"
        said = self.path.strip("/")
        self.send_response(302 if onwards else status or (int(said) if said.isdecimal() else 200))
        if onwards:
            self.send_header("Location", onwards)
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        """Nothing on the console."""


@pytest.fixture
def site(settings: Any) -> Iterator[Any]:
    settings.WEBHOOK_ALLOW_NETWORKS = ["127.0.0.0/8"]
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.asked = []  # type: ignore[attr-defined]
        server.root = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/200", "/404", "/410", "/503"])
def test_an_answer_is_told(site: Any, path: str) -> None:
    visited = visit(site.root + path)
    assert (visited.status, visited.fault) == (int(path[1:]), None)


def test_the_page_is_asked_for_where_there_is_no_head(site: Any) -> None:
    assert visit(f"{site.root}/nohead").status == 200
    assert site.asked == [("HEAD", "/nohead"), ("GET", "/nohead")]


def test_it_is_followed_to_its_end(site: Any) -> None:
    visited = visit(f"{site.root}/to//to//404")
    assert (visited.url, visited.status) == (f"{site.root}/404", 404)


def test_a_circle_is_left(site: Any) -> None:
    assert visit(f"{site.root}/loop").fault == DeliveryFault.REDIRECT
    assert len(site.asked) == MOST_HOPS + 1


def test_a_slow_one_is_left(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visiting, "EACH_SECONDS", 0.2)
    assert visit(f"{site.root}/slow").fault in {DeliveryFault.TIME, DeliveryFault.CONNECTION}


def test_what_is_not_there_is_told(site: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert visit(f"http://127.0.0.1:{port}/").fault == DeliveryFault.CONNECTION
    assert visit("https://nobody.invalid/").fault == DeliveryFault.NAME


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://[::1]:{port}/",
        "ftp://a/",
        "x",
    ],
)
def test_nobody_knocks_inside(site: Any, settings: Any, url: str) -> None:
    settings.WEBHOOK_ALLOW_NETWORKS = []
    assert visit(url.format(port=site.server_port)).fault == DeliveryFault.ADDRESS
    assert not site.asked


def test_nobody_is_sent_inside_by_somebody_outside(
    site: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first hop is allowed, the second is asked about anew."""
    settings.WEBHOOK_ALLOW_NETWORKS = ["127.0.0.1/32"]
    visited = visit(f"{site.root}/to/http://127.0.0.2:{site.server_port}/200")
    assert visited.fault == DeliveryFault.ADDRESS
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("scheme", "port", "address", "is_open"),
    [
        ("http", 80, "93.184.216.34", True),
        ("https", 443, "93.184.216.34", True),
        ("http", 22, "93.184.216.34", False),
        ("http", 80, "10.0.0.1", False),
        ("http", 80, "169.254.169.254", False),
        ("https", 443, "::ffff:10.0.0.1", False),
        ("http", 80, "2606:4700::1111", True),
    ],
)
def test_where_links_may_be_asked(scheme: str, port: int, address: str, is_open: bool) -> None:
    assert may_visit(Target(scheme, "host", port, "/"), ip_address(address)) == is_open
