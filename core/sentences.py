"""Sentences that are stored as msgid and values, and said in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from core.values import grouped


def say(msgid: str, values: Mapping[str, Any]) -> str:
    """The sentence in the active language; a value that is missing shows as its name.

    A whole number is a count, written as in the tables; what is no count is handed over as text.
    """
    if not msgid:
        return ""
    said = {name: grouped(v) if type(v) is int else v for name, v in values.items()}
    return gettext(msgid) % _Values(said)


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return f"[{key}]"
