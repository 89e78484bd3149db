"""A text that is filled in for each recipient, cut into pieces once: constant words, and what differs.

While it is put together, what differs stands in it as a mark of two characters that no text can hold
around a number; `cut` then takes the marks for what they stand for.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Protocol
from urllib.parse import quote

from marketing.services.messages.tokens import Token, filled

OPEN, CLOSE = "\ue000", "\ue001"
MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
HREF = re.compile(r'(<a\b[^>]*?\bhref=")([^"]*)(")')
UNTRACKED = ("mailto:", "tel:", "#")


@dataclass(frozen=True, slots=True)
class Links:
    """Where a recipient's letter leads to."""

    unsubscribe: str
    preferences: str
    pixel: str | None
    click: Callable[[str], str]
    trap: str | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """What one recipient's letter is filled with."""

    values: Mapping[str, str]
    met: Mapping[str, bool]
    links: Links


class Piece(Protocol):
    """What differs from recipient to recipient."""

    def said(self, to: Recipient) -> str: ...


Pieces = Sequence[str | Piece]


def plain(text: str) -> str:
    return text


def in_html(text: str) -> str:
    return escape(text)


def in_address(text: str) -> str:
    return quote(text, safe="")


@dataclass(frozen=True, slots=True)
class Filled:
    """A field, or the words for whom it is empty."""

    name: str
    fallback: str
    form: Callable[[str], str]

    def said(self, to: Recipient) -> str:
        return self.form(to.values.get(self.name) or self.fallback)


@dataclass(frozen=True, slots=True)
class Link:
    """An address as the sender wants it, so that clicks can be counted."""

    pieces: Pieces
    form: Callable[[str], str]
    is_tracked: bool

    def said(self, to: Recipient) -> str:
        url = joined(self.pieces, to)
        return self.form(to.links.click(url) if self.is_tracked else url)


@dataclass(frozen=True, slots=True)
class OwnLink:
    """The recipient's own way to leave or to choose."""

    name: str
    form: Callable[[str], str]

    def said(self, to: Recipient) -> str:
        return self.form(getattr(to.links, self.name))


@dataclass(frozen=True, slots=True)
class Counting:
    """The picture that tells of an opening, and the link that only machines follow; none unless wanted."""

    def said(self, to: Recipient) -> str:
        found = ""
        if to.links.trap:
            hidden = 'style="display:none" aria-hidden="true" tabindex="-1"'
            found += f'<a href="{escape(to.links.trap)}" {hidden}></a>'
        if to.links.pixel:
            found += f'<img src="{escape(to.links.pixel)}" width="1" height="1" alt="">'
        return found


@dataclass(frozen=True, slots=True)
class Shown:
    """Pieces for whom a condition holds."""

    key: str
    pieces: Pieces

    def said(self, to: Recipient) -> str:
        return joined(self.pieces, to) if to.met.get(self.key) else ""


@dataclass(frozen=True, slots=True)
class Begin:
    key: str

    def said(self, _to: Recipient) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class End:
    def said(self, _to: Recipient) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Whole:
    """A text of its own within another one; gone when that is cut."""

    pieces: Pieces

    def said(self, to: Recipient) -> str:
        return joined(self.pieces, to)


def joined(pieces: Pieces, to: Recipient) -> str:
    return "".join([each if type(each) is str else each.said(to) for each in pieces])  # type: ignore[union-attr]


@dataclass
class Marks:
    """The pieces of a text that is being put together."""

    pieces: list[Piece] = field(default_factory=list)

    def mark(self, piece: Piece) -> str:
        self.pieces.append(piece)
        return f"{OPEN}{len(self.pieces) - 1}{CLOSE}"

    def fill(self, text: str, form: Callable[[str], str], other: Callable[[str], str] = str) -> str:
        """The text with marks for its fields, `other` making the rest fit."""

        def mark(token: Token) -> str:
            return self.mark(Filled(token.name, token.fallback, form))

        return filled(text, mark, other)

    def html(self, text: str) -> str:
        """Plain words as HTML, lines kept."""
        return self.fill(text, in_html, escape).replace("\n", "<br />")

    def link(self, url: str, form: Callable[[str], str]) -> str:
        """A mark for the address of a link."""
        pieces = self.cut(self.fill(url, in_address))
        return self.mark(Link(pieces, form, not url.startswith(UNTRACKED)))

    def rich(self, html: str) -> str:
        """Cleaned HTML with marks for its links and fields."""

        def replace(found: "re.Match[str]") -> str:
            return f"{found[1]}{self.link(unescape(found[2]), in_html)}{found[3]}"

        return self.fill(HREF.sub(replace, html), in_html)

    def whole(self, text: str) -> str:
        """One mark for a text that is complete: whoever lays out the letter does not look into it."""
        return self.mark(Whole(self.cut(text)))

    def cut(self, text: str) -> Pieces:
        """The text in pieces, those of conditions put into one another."""
        stack: list[list[str | Piece]] = [[]]
        keys: list[str] = []
        for place, part in enumerate(MARK.split(text)):
            piece = self.pieces[int(part)] if place % 2 else part
            if isinstance(piece, Begin):
                keys.append(piece.key)
                stack.append([])
            elif isinstance(piece, End):
                inner = tuple(stack.pop())
                stack[-1].append(Shown(keys.pop(), inner))
            elif isinstance(piece, Whole):
                stack[-1].extend(piece.pieces)
            elif piece:
                stack[-1].append(piece)
        return tuple(stack[0])
