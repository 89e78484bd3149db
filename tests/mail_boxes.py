"""A mailbox over IMAP and over POP3 for tests: as much of both as the product speaks, over real sockets."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Store:
    """Messages by their lasting number; what was asked and what was marked as seen."""

    def __init__(self, contents: list[bytes]) -> None:
        self.kept = dict(enumerate(contents, 1))
        self.following = len(contents) + 1
        self.seen: set[int] = set()
        self.deleted: set[int] = set()
        self.fetched: list[int] = []

    def add(self, content: bytes) -> None:
        self.kept[self.following] = content
        self.following += 1

    def expunge(self) -> None:
        for number in self.deleted:
            self.kept.pop(number, None)
        self.deleted.clear()


class ImapHandler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        store: Store = self.server.store  # type: ignore[attr-defined]
        self.say("* OK ready")
        commands = {
            "CAPABILITY": lambda _said: self.say("* CAPABILITY IMAP4rev1"),
            "SELECT": lambda _said: self.select(store),
            "UID SEARCH": lambda said: self.search(store, said),
            "UID FETCH": lambda said: self.fetch(store, said),
            "UID STORE": lambda said: store.deleted.add(int(said.split()[2])),
            "EXPUNGE": lambda _said: store.expunge(),
        }
        while line := self.rfile.readline().decode().strip():
            tag, _space, rest = line.partition(" ")
            said = rest.upper()
            for name, act in commands.items():
                if said.startswith(name):
                    act(said)
            self.say(f"{tag} OK done")
            if said.startswith("LOGOUT"):
                return

    def select(self, store: Store) -> None:
        self.say(f"* {len(store.kept)} EXISTS")
        self.say("* OK [UIDVALIDITY 7] valid")
        self.say(f"* OK [UIDNEXT {store.following}] next")

    def search(self, store: Store, command: str) -> None:
        after = re.search(r"UID (\d+):\*", command.removeprefix("UID SEARCH"))
        if after:
            found = [each for each in store.kept if each >= int(after[1])] or list(store.kept)[-1:]
        else:
            found = [each for each in store.kept if each not in store.seen]
        self.say("* SEARCH " + " ".join(map(str, found)))

    def fetch(self, store: Store, command: str) -> None:
        number = int(command.split()[2])
        content = store.kept[number][: int(re.search(r"<0\.(\d+)>", command)[1])]  # type: ignore[index]
        store.fetched.append(number)
        if "PEEK" not in command:
            store.seen.add(number)
        self.wfile.write(f"* 1 FETCH (UID {number} BODY[]<0> {{{len(content)}}}\r\n".encode())
        self.wfile.write(content + b")\r\n")

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


class PopHandler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        store: Store = self.server.store  # type: ignore[attr-defined]
        names = list(store.kept)
        self.say("+OK ready")
        while line := self.rfile.readline().decode().split():
            command, place = line[0].upper(), int(line[1]) if line[1:] and line[1].isdigit() else 0
            if command == "LIST":
                self.many([f"{n} {len(store.kept[name])}" for n, name in enumerate(names, 1)])
            elif command == "UIDL":
                self.many([f"{n} mail-{name}" for n, name in enumerate(names, 1)])
            elif command in {"RETR", "TOP"}:
                store.fetched.append(names[place - 1])
                self.many(store.kept[names[place - 1]].decode().split("\r\n"))
            elif command == "DELE":
                store.deleted.add(names[place - 1])
                self.say("+OK")
            elif command == "QUIT":
                store.expunge()
                self.say("+OK")
                return
            else:
                self.say("+OK")

    def many(self, lines: list[str]) -> None:
        self.say("+OK")
        for line in lines:
            self.say("." + line if line.startswith(".") else line)
        self.say(".")

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@contextmanager
def serving(store: Store, handler: Any) -> Iterator[int]:
    """The port at which the store is served."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.store = store  # type: ignore[attr-defined]
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
