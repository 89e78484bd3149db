"""Sentences that are stored as msgid and values, and said in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext


def say(msgid: str, values: Mapping[str, Any]) -> str:
    """The sentence in the active language; a value that is missing shows as its name."""
    if not msgid:
        return ""
    return gettext(msgid) % _Values(values)


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return f"[{key}]"
