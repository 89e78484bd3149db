"""One message over HTTP: to exactly the address that was checked, within bounds of time and size.

On the standard library: the libraries that know more would resolve the name again, follow redirects
or take a proxy from the environment, and each of these is a way around the check.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from types import TracebackType
from typing import Self

import certifi

from core.choices import DeliveryFault
from core.webhooks.addresses import Rule, Target, Unreachable, may_reach, resolved, target_of

CONNECT_SECONDS = 5
ANSWER_SECONDS = 10
ALL_SECONDS = 15
MOST_BYTES = 64 * 1024
SHOWN_BYTES = 2000
GONE = 410
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
REDIRECTS = range(300, 400)
MOST_WAIT = 3600


@dataclass(frozen=True)
class Answer:
    """What came of an attempt; without a fault it was accepted."""

    fault: DeliveryFault | None = None
    status: int | None = None
    text: str = ""
    milliseconds: int = 0
    wait: int = 0  # seconds that the server asks for

    @property
    def is_gone(self) -> bool:
        return self.status == GONE

    @property
    def is_receivers_trouble(self) -> bool:
        """Whether the receiver is not there or cannot work: the next message would fare no better."""
        return self.fault is not None and (self.status is None or self.status in BUSY)


class Line:
    """A connection to one receiver, kept between messages; it is made anew where it was lost."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection: HTTPConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def send(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post a message; never raises for what a receiver does."""
        started = time.monotonic()
        try:
            answer = self._post(body, headers)
        except Unreachable as unreachable:
            answer = Answer(unreachable.fault)
        except ssl.SSLCertVerificationError:
            answer = Answer(DeliveryFault.CERTIFICATE)
        except TimeoutError:
            answer = Answer(DeliveryFault.TIME)
        except (OSError, HTTPException, ValueError):
            is_late = time.monotonic() - started >= ALL_SECONDS
            answer = Answer(DeliveryFault.TIME if is_late else DeliveryFault.CONNECTION)
        if answer.status is None:
            self.close()
        spent = round((time.monotonic() - started) * 1000)
        return Answer(answer.fault, answer.status, answer.text, spent, answer.wait)

    def _post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        target = target_of(self.url)
        if self._connection is None or _is_stale(self._connection):
            self.close()
            self._connection = connected(target)
        connection = self._connection
        with given_up_after(ALL_SECONDS, connection):
            connection.request("POST", target.path, body, dict(headers))
            response = connection.getresponse()
            text = response.read(MOST_BYTES)
        if not response.isclosed() or response.will_close:
            self.close()
        return _answer(response, text)


def _answer(response: HTTPResponse, text: bytes) -> Answer:
    shown = text[:SHOWN_BYTES].decode(errors="replace").replace("\0", "")
    if response.status in REDIRECTS:
        return Answer(DeliveryFault.REDIRECT, response.status, shown)
    if not 200 <= response.status < 300:
        return Answer(DeliveryFault.STATUS, response.status, shown, wait=_wait(response))
    return Answer(None, response.status, shown)


def _wait(response: HTTPResponse) -> int:
    asked = response.headers.get("Retry-After", "")
    return (
        min(int(asked), MOST_WAIT) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    )


def connected(target: Target, rule: Rule = may_reach) -> HTTPConnection:
    """A connection to the checked address; the certificate has to be that of the name."""
    address = resolved(target, rule)
    connection = HTTPConnection(target.host, target.port)
    connection.auto_open = 0  # it never connects by itself: that would ask for the address again
    plain = socket.create_connection((str(address), target.port), timeout=CONNECT_SECONDS)
    try:
        connection.sock = (
            _context().wrap_socket(plain, server_hostname=target.host)
            if target.is_encrypted
            else plain
        )
    except BaseException:
        plain.close()
        raise
    connection.sock.settimeout(ANSWER_SECONDS)
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if target.is_encrypted:
        connection.default_port = 443  # else the port would stand in Host
    return connection


@cache
def _context() -> ssl.SSLContext:
    """The system's authorities and those of certifi: a slim container has none of its own."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _is_stale(connection: HTTPConnection) -> bool:
    """Whether the receiver has closed it since: an open one has nothing to say before it is asked."""
    if connection.sock is None:
        return True
    connection.sock.settimeout(0)
    try:
        connection.sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True
    finally:
        connection.sock.settimeout(ANSWER_SECONDS)
    return True


@contextmanager
def given_up_after(seconds: float, connection: HTTPConnection) -> Iterator[None]:
    """A bound for the whole exchange: a receiver that sends a byte now and then never times out."""
    sock = connection.sock

    def cut() -> None:
        with suppress(OSError):  # it may be closed already
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
