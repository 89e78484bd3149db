"""Connections that outlive a worker's turn: a process opens them once and uses them again."""

import os

from marketing.models import MailSettings
from marketing.services.sending.lines import Line, open_line

_kept: dict[str, list[Line]] = {}
_state = {"process": 0}


def _key(mail: MailSettings) -> str:
    names = ("way", "host", "port", "security", "username", "password", "api_key", "api_domain")
    return repr([getattr(mail, name) for name in names])


def borrow(mail: MailSettings) -> list[Line]:
    """As many connections as the settings ask for; those of other settings are closed."""
    if _state["process"] != os.getpid():
        # A copy of the parent's: two processes must not speak on one connection.
        _kept.clear()
        _state["process"] = os.getpid()
    key = _key(mail)
    for other in [each for each in _kept if each != key]:
        close_all(_kept.pop(other))
    lines = _kept.pop(key, [])
    close_all(lines[mail.connections :])
    lines = lines[: mail.connections]
    return [*lines, *(open_line(mail) for _ in range(mail.connections - len(lines)))]


def give_back(mail: MailSettings, lines: list[Line]) -> None:
    """Keep them for the next turn."""
    close_all(_kept.pop(_key(mail), []))
    _kept[_key(mail)] = lines


def close_all(lines: list[Line]) -> None:
    for line in lines:
        line.close()


def forget() -> None:
    """Close what is kept."""
    for lines in _kept.values():
        close_all(lines)
    _kept.clear()
