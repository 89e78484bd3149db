"""Numbers of rows as they come from outside, and other whole numbers."""

from typing import Any, TypeGuard

LARGEST_ID = 2**63 - 1
LONGEST = 19  # digits; Python reads thousands of them, no column does


def number_in(text: str, most: int) -> int | None:
    """The whole number that the digits of a text write, if it is not above `most`.

    >>> number_in("042", 100), number_in("420", 100), number_in("-4", 100), number_in("٤٢", 100)
    (42, None, None, None)
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST):
        return None
    number = int(text)
    return number if number <= most else None


def id_in(text: str) -> int | None:
    """The number of a row that a text writes; none where no row can have it."""
    return number_in(text, LARGEST_ID)


def is_id(value: Any) -> TypeGuard[int]:
    """Whether a value of a JSON body may be the number of a row."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_ID
