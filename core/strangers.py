"""What strangers send: JSON and texts that both databases can keep, whatever was sent."""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from django.core.exceptions import SuspiciousOperation

DEEPEST = 20
# What readers of other people raise over a body that is of another form than they expect.
MALFORMED = (
    SuspiciousOperation,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
)


class UncleanError(ValueError):
    """A text that cannot be kept, or values that lie too deep."""


def read_json(body: bytes) -> Any:
    """What a body says; a ValueError where it is no JSON in UTF-8, an UncleanError where it cannot be kept."""
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise UncleanError from None
    if not is_clean(found):
        raise UncleanError
    return found


def kept(text: str) -> str:
    """The text as both databases can keep it.

    >>> kept("a\\0b\\udcffc")
    'ab?c'
    """
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number


def is_clean(value: Any, depth: int = DEEPEST) -> bool:
    """Whether all texts can be kept and nothing lies too deep."""
    if isinstance(value, str):
        return is_text(value)
    if depth == 0:
        return not isinstance(value, list | Mapping)
    if isinstance(value, list):
        return all(is_clean(each, depth - 1) for each in value)
    if isinstance(value, Mapping):
        return all(is_text(name) and is_clean(each, depth - 1) for name, each in value.items())
    return True


def is_text(text: str) -> bool:
    """Whether both databases can keep the text."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return True
