"""A mail server that keeps the numbers of messages, which answers as a test wants.

In the test's own process: `with sinking() as sink`. As a process of its own:

    python -m tests.mail_sink FILE [PORT]      prints its port, appends a line (address, Message-ID) for each message
                                               that it accepts, and does what FILE with ".mode" says
"""

import asyncio
import re
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

MESSAGE_ID = re.compile(rb"(?im)^Message-ID: <([^>\r\n]+)>")
Judge = Callable[[str, bytes], str]


def accept(_address: str, _content: bytes) -> str:
    return "250 OK"


@dataclass
class Sink:
    """What came, in its order: address and content."""

    port: int = 0
    received: list[tuple[str, bytes]] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    connections: int = 0
    on_mail: str = "250 OK"
    on_rcpt: Callable[[str], str] = lambda _address: "250 OK"
    on_data: Judge = accept
    keeps: bool = True
    wants_login: bool = False  # and refuses each
    note: Callable[[str, str], None] | None = None

    async def handle_EHLO(  # names of aiosmtpd
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.on_mail.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.on_mail

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self.on_rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        address = envelope.rcpt_tos[0]
        answer = self.on_data(address, envelope.content)
        if answer.startswith("250"):
            self._take(address, envelope.content)
        if answer.endswith("HANG UP"):
            server.transport.abort()
        return answer

    def _take(self, address: str, content: bytes) -> None:
        if self.note is not None:
            found = MESSAGE_ID.search(content)
            self.note(address, found.group(1).decode() if found else "")
        if self.keeps:
            self.received.append((address, content))
            self.moments.append(time.monotonic())

    @property
    def counts(self) -> Counter[str]:
        """How often each address got something."""
        return Counter(address for address, _content in self.received)


def refuse(*_asked: Any) -> AuthResult:
    return AuthResult(success=False, handled=False)


class Tracked(SMTP):
    """Tells the server of its connection, which is closed with it."""

    def __init__(self, serving: "Serving", *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.serving = serving

    def connection_made(self, transport: Any) -> None:
        self.serving.open.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.serving.open.discard(self.transport)
        super().connection_lost(error)


class Serving:
    """Runs the server's loop in a thread."""

    def __init__(self, sink: Sink, port: int = 0) -> None:
        self.sink, self.wanted = sink, port
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.is_ready = threading.Event()
        self.open: set[Any] = set()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._open())
        self.is_ready.set()
        self.loop.run_forever()

    async def _open(self) -> None:
        def protocol() -> SMTP:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that log-ins are not encrypted here
                return self._made()

        self.server = await self.loop.create_server(protocol, "127.0.0.1", self.wanted)
        self.sink.port = self.server.sockets[0].getsockname()[1]

    def _made(self) -> "Tracked":
        return Tracked(
            self,
            self.sink,
            hostname="sink",
            loop=self.loop,
            authenticator=refuse,
            auth_required=self.sink.wants_login,
            auth_require_tls=False,
        )

    def start(self) -> None:
        self.thread.start()
        self.is_ready.wait(20)

    def stop(self) -> None:
        async def close() -> None:
            self.server.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            for transport in self.open:
                transport.abort()
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(close(), self.loop).result(20)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(20)
        self.loop.close()


@contextmanager
def sinking(**given: Any) -> Iterator[Sink]:
    """A running server in a thread of this process."""
    sink = Sink(**given)
    server = Serving(sink)
    server.start()
    try:
        yield sink
    finally:
        server.stop()


def main() -> None:
    """A process of its own; the file with ".mode" holds what is answered after the text."""
    path, port = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    mode, log = path.with_suffix(".mode"), path.open("a", buffering=1)
    bare = "--bare" in sys.argv

    def judge(_address: str, _content: bytes) -> str:
        return mode.read_text().strip() or "250 OK"

    sink = Sink(keeps=False, note=lambda address, key: print(address, key, file=log))
    if not bare:
        mode.write_text("250 OK")
        sink.on_data = judge
    server = Serving(sink, port)
    server.start()
    print(sink.port, flush=True)
    server.thread.join()


if __name__ == "__main__":
    main()
