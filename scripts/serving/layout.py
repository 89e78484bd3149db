"""Where things lie under `var/`, and what the environment chose for this start."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from scripts.refusal import RefusalError

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT_PORT = 8000
# A socket's address holds 108 bytes on Linux and 104 on macOS.
LONGEST_SOCKET_PATH = 103


@dataclass(frozen=True)
class Layout:
    """The folders of one installation."""

    var: Path

    @classmethod
    def from_environment(cls) -> Self:
        return cls(Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve())

    @property
    def run(self) -> Path:
        return self.var / "run"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def backups(self) -> Path:
        return self.var / "backups"

    @property
    def socket(self) -> Path:
        return self.run / "valkey.sock"

    def make(self, *, written: Path) -> None:
        """Create the folders; refuse where `written`, which the command is about, is read-only.

        `run` holds the broker's socket and `backups` everybody's data: both are the owner's alone.
        """
        try:
            self.var.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.run, self.log, self.backups, self.var / "media"):
                folder.mkdir(parents=True, exist_ok=True)
            self.run.chmod(0o700)
            self.backups.chmod(0o700)
            probe = written / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise RefusalError(
                f"The folder {written} is not writable ({error.strerror}): change its owner with "
                "`chown`, or name another folder with `VAR_DIR=/path make run`."
            ) from error

    def require_short_path(self) -> None:
        if len(os.fsencode(self.socket)) > LONGEST_SOCKET_PATH:
            raise RefusalError(
                f"The path {self.var} is too long for the broker's socket: name a shorter folder "
                "with `VAR_DIR=/path make run`."
            )


@dataclass(frozen=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @classmethod
    def from_environment(cls) -> Self:
        text = os.environ.get("PORT") or str(DEFAULT_PORT)
        if not text.isdecimal() or not 0 < int(text) < 65536:
            raise RefusalError(
                f"PORT is {text!r}: give a number from 1 to 65535, for example `PORT=8001 make run`."
            )
        return cls(os.environ.get("HOST") or "127.0.0.1", int(text))

    @property
    def url(self) -> str:
        host = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::"} else self.host  # noqa: S104  # compared, not bound
        return f"http://{host}:{self.port}/"

    @property
    def probe_host(self) -> str:
        """A host that reaches the server from this machine."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def binding(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
