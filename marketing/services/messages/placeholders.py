"""Words of ready-made letters that tell the writer what to write: nobody should be sent them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import unescape
from typing import Any

from marketing.services.messages.starters import HELLO, HELLO_ZH, STARTERS

TAGS = re.compile(r"<[^>]+>|\n")
# What people leave for later in brackets; in Markdown, a link is none of it.
BRACKETED = re.compile(
    r"\[(?:write|insert|fill in|your|replace)\b[^\[\]]{0,120}\](?!\()|[\[【](?:填写|请填|插入|此处|您的|你的)[^\[\]【】]{0,60}[\]】](?!\()",
    re.IGNORECASE,
)
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
    return (line for each in TAGS.split(text) if (line := unescape(each).strip()))


def left_in(texts: Iterable[str]) -> list[str]:
    """Placeholders that still stand in texts, in their order.

    >>> left_in(["What they get at once.", "Hello", "Dear [your name], [Write it here](https://helioptic.example)"])
    ['What they get at once.', '[your name]']
    """
    found = (each for text in texts for line in lines_of(text) for each in _left_in_line(line))
    return list(dict.fromkeys(found))


def _left_in_line(line: str) -> list[str]:
    return [line] if line in _placeholders() else BRACKETED.findall(line)


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
