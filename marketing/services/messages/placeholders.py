"""Words of ready-made letters that tell the writer what to write: nobody should be sent them."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from marketing.models import MessageText
from marketing.services.messages.starters import HELLO, HELLO_ZH, STARTERS
from marketing.services.messages.wording import words_of

TAGS = re.compile(r"<[^>]+>|\n")
# Lines that can go out as they are.
FINE = {
    *(HELLO, HELLO_ZH),
    *("Thank you for your trust. Here is what happens next:", "感谢您的信任。接下来是这样安排的："),
}
SUBJECTS = {"New: say what it does in five words", "上新：用几个字说清它能做什么"}
FIELDS = {
    "columns": ("text1", "text2", "text3"),
    "product": ("name", "text"),
    "quote": ("text", "by"),
}


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text, without marks.

    >>> list(lines_of("<div>One</div><div><br></div>Two"))
    ['One', 'Two']
    """
    return (line.strip() for line in TAGS.split(text) if line.strip())


def left_in(rows: Sequence[MessageText]) -> list[str]:
    """Placeholders that still stand in a letter, in its order."""
    lines = (line for row in rows for text in words_of(row) for line in lines_of(text))
    return list(dict.fromkeys(line for line in lines if line in _placeholders()))


@cache
def _placeholders() -> frozenset[str]:
    found = set(SUBJECTS)
    for starter in STARTERS:
        for _subject, _preview, blocks in starter.texts.values():
            found.update(_in_blocks(blocks))
    return frozenset(found - FINE)


def _in_blocks(blocks: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What the first text says, and columns, products and quotes; other texts are closing words."""
    first = next(block for block in blocks if block["kind"] == "text")
    yield from lines_of(first["html"])
    for block in blocks:
        for name in FIELDS.get(block["kind"], ()):
            yield from lines_of(block.get(name, ""))
