"""Mailboxes by IMAP and POP3: the messages after a mark, without a trace on those that stay."""

import imaplib
import poplib
import ssl
from collections.abc import Iterator
from typing import Protocol

from core.errors import Refused

TIMEOUT = 30
MOST_AT_ONCE = 500
LARGEST = 1_000_000  # bytes; of what is larger the beginning, where the words are
POP_LINES = 5_000
PLAIN_PORTS = frozenset({143, 110})
FAULTS = (OSError, imaplib.IMAP4.error, poplib.error_proto, Refused)


class Mailbox(Protocol):
    """Messages one by one; `mark` moves behind each that was looked at."""

    mark: str

    def messages(self) -> Iterator[tuple[str, bytes]]: ...

    def remove(self, number: str) -> None: ...

    def close(self) -> None: ...


class Imap:
    """Messages by the numbers that the server gives for good; whether a person has read them does not matter.

    Where nothing was read yet, those that nobody has read: an old mailbox is not worked through.
    """

    def __init__(self, host: str, port: int, user: str, password: str, mark: str) -> None:
        self.mark = mark
        self.box: imaplib.IMAP4
        if port in PLAIN_PORTS:
            self.box = imaplib.IMAP4(host, port, timeout=TIMEOUT)
            if "STARTTLS" in self.box.capabilities:
                self.box.starttls(ssl.create_default_context())
        else:
            context = ssl.create_default_context()
            self.box = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=TIMEOUT)
        self.box.login(user, password)
        said, _count = self.box.select("INBOX")
        if said != "OK":
            raise imaplib.IMAP4.error("INBOX")

    def messages(self) -> Iterator[tuple[str, bytes]]:
        _name, told = self.box.response("UIDVALIDITY")
        series = _number(told)
        _name, told = self.box.response("UIDNEXT")
        following = int(_number(told))
        before, _colon, last = self.mark.partition(":")
        # Numbers of another series say nothing: the mailbox was made anew.
        place = int(last) if before == series and last.isdecimal() else 0
        asked = f"UID {place + 1}:*" if place else "UNSEEN"
        _said, found = self.box.uid("SEARCH", asked)
        numbers = sorted(int(each) for each in (found[0] or b"").split())
        # “n:*” names the last message even where its number is less than n.
        for number in [each for each in numbers if each > place][:MOST_AT_ONCE]:
            _said, parts = self.box.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{LARGEST}>)")
            content = next((part[1] for part in parts if isinstance(part, tuple)), b"")
            yield str(number), content
            self.mark = f"{series}:{number}"
        if not place and following and len(numbers) <= MOST_AT_ONCE:
            self.mark = f"{series}:{following - 1}"

    def remove(self, number: str) -> None:
        self.box.uid("STORE", number, "+FLAGS", "(\\Deleted)")

    def close(self) -> None:
        self.box.expunge()
        self.box.logout()


def _number(told: list[bytes | None]) -> str:
    """The number of an answer that the server gave by itself; nought where it did not."""
    said = (told[0] or b"").decode() if told else ""
    return said if said.isdecimal() else "0"


class Pop:
    """Messages behind the one that was looked at last and is still there; all, where it is not."""

    def __init__(self, host: str, port: int, user: str, password: str, mark: str) -> None:
        self.mark = mark
        self.removed: set[str] = set()
        self.box: poplib.POP3
        if port in PLAIN_PORTS:
            self.box = poplib.POP3(host, port, timeout=TIMEOUT)
        else:
            context = ssl.create_default_context()
            self.box = poplib.POP3_SSL(host, port, timeout=TIMEOUT, context=context)
        self.box.user(user)
        self.box.pass_(password)

    def messages(self) -> Iterator[tuple[str, bytes]]:
        _said, listed, _size = self.box.list()
        sizes = dict(line.decode().split()[:2] for line in listed)
        _said, named, _size = self.box.uidl()
        names = [tuple(line.decode().split()[:2]) for line in named]
        places = [place for place, (_number, name) in enumerate(names) if name == self.mark]
        first = places[0] + 1 if places else 0
        for number, name in names[first : first + MOST_AT_ONCE]:
            is_large = int(sizes.get(number, 0)) > LARGEST
            _said, lines, _octets = (
                self.box.top(int(number), POP_LINES) if is_large else self.box.retr(int(number))
            )
            yield number, b"\r\n".join(lines)
            if number not in self.removed:
                self.mark = name

    def remove(self, number: str) -> None:
        self.box.dele(int(number))
        self.removed.add(number)

    def close(self) -> None:
        self.box.quit()
