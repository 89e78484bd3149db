"""The room for frames that the web process makes."""

import sys

import pytest

from config.stack import SLOTS, with_room


def test_the_call_is_the_same() -> None:
    assert with_room(divmod)(7, 2) == (3, 1)
    assert with_room(sorted)([1, 2], reverse=True) == [2, 1]
    with pytest.raises(ZeroDivisionError):
        with_room(divmod)(1, 0)


def test_the_frame_asks_for_a_large_piece() -> None:
    roomy = with_room(sys._getframe)()
    assert roomy.f_code.co_stacksize == SLOTS
