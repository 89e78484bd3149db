"""Asking a web address what it answers, without going where nobody on the internet may.

Each address on the way is checked as those of webhooks are, but for http at its own port: letters lead there, too.
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from urllib.parse import urljoin

from core.choices import DeliveryFault
from core.errors import Refused
from core.webhooks.addresses import IpAddress, Target, Unreachable, is_public, may_reach, target_of
from core.webhooks.sending import REDIRECTS, connected, given_up_after

MOST_HOPS = 5
SECONDS = 20  # for all hops
EACH_SECONDS = 8
VISITED_PORTS = frozenset({80, 443, 8080, 8443})
LONGEST = 2_000  # characters of an address
HEADERS: Mapping[str, str] = {
    "User-Agent": "Mozilla/5.0 (compatible; Renmai link check)",
    "Accept": "text/html,*/*;q=0.8",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


@dataclass(frozen=True)
class Visited:
    """The last answer, and where it came from; without a status there was none."""

    url: str
    status: int | None = None
    fault: DeliveryFault | None = None


def may_visit(target: Target, address: IpAddress) -> bool:
    """Whether this address may be asked; more than webhooks may, but inside only what they may."""
    return may_reach(target, address) or (target.port in VISITED_PORTS and is_public(address))


def visit(url: str) -> Visited:
    """Ask for the head, and for the page where a server has no head to give; never raises for what a server does."""
    end = time.monotonic() + SECONDS
    for _hop in range(MOST_HOPS + 1):
        left = end - time.monotonic()
        if left <= 0:
            return Visited(url, fault=DeliveryFault.TIME)
        try:
            status, onwards = _asked(url, min(left, EACH_SECONDS))
        except (Unreachable, Refused, OSError, HTTPException, ValueError) as error:
            return Visited(url, fault=_fault_of(error))
        if status not in REDIRECTS or not onwards:
            return Visited(url, status)
        url = urljoin(url, onwards)[:LONGEST]
    return Visited(url, fault=DeliveryFault.REDIRECT)


def _fault_of(error: Exception) -> DeliveryFault:
    if isinstance(error, Unreachable):
        return error.fault
    if isinstance(error, Refused):
        return DeliveryFault.ADDRESS
    if isinstance(error, ssl.SSLCertVerificationError):
        return DeliveryFault.CERTIFICATE
    return DeliveryFault.TIME if isinstance(error, TimeoutError) else DeliveryFault.CONNECTION


def _asked(url: str, seconds: float) -> tuple[int, str]:
    """The status, and where it sends on to. Many servers have no head, or another answer for it than for the page."""
    status, onwards = _request("HEAD", url, seconds)
    return (status, onwards) if status < 400 else _request("GET", url, seconds)


def _request(method: str, url: str, seconds: float) -> tuple[int, str]:
    target = target_of(url, may_visit)
    connection = connected(target, may_visit)
    try:
        with given_up_after(seconds, connection):
            connection.request(method, target.path, headers=dict(HEADERS))
            response: HTTPResponse = connection.getresponse()
        return response.status, response.headers.get("Location", "").strip()
    finally:
        connection.close()
