"""Room for a request's frames.

CPython keeps the frames of a thread in pieces of 16 KiB. A loop whose calls cross the end of a piece
takes and gives back memory at each call, so a page costs up to twice as much where its rows happen to
be drawn there. A frame that asks for much is given one large piece, and what it calls lies in it.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Any

SLOTS = 16_000  # of 8 bytes: the piece then has 256 KiB, half of it for what is called


def with_room(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same, called from a frame that makes room."""

    def call(*given: Any, **named: Any) -> Any:
        return function(*given, **named)

    roomy = call.__code__.replace(co_stacksize=SLOTS)
    return FunctionType(roomy, globals(), closure=call.__closure__)
