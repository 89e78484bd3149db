"""Lines of text on pages, in Latin and Chinese: measured, broken, drawn."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from crm.services.quoting.fonts import runs, width

WIDTH, HEIGHT = A4
MARGIN = 20 * mm
LEFT, RIGHT = MARGIN, WIDTH - MARGIN
TOP, BOTTOM = HEIGHT - MARGIN, 24 * mm
LEADING = 1.45
BOLDER = 0.02  # of the size: how much a letter gains where a font has no bold
INK, GREY, LINE = HexColor("#1c1b1a"), HexColor("#6b6863"), HexColor("#d9d6d0")
# A word, what stands between two, or one character of a script that breaks anywhere.
ANYWHERE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
PIECE = re.compile(rf"[{ANYWHERE}]|\s+|[^\s{ANYWHERE}]+")
# What must not begin a line: it stays with the character before it.
CLOSING = frozenset("，。、；：？！）》」』】〕”’…％")


@dataclass(frozen=True)
class Style:
    """How a text looks."""

    size: float = 9.5
    colour: Color = INK
    is_bold: bool = False

    @property
    def height(self) -> float:
        return self.size * LEADING

    def width(self, text: str) -> float:
        return width(text, self.size, is_bold=self.is_bold)


BODY, SMALL = Style(), Style(8.5, GREY)
STRONG, HEADING = Style(is_bold=True), Style(18, is_bold=True)


def broken(text: str, style: Style, most: float) -> list[str]:
    """The text in lines that are no wider than `most`; its own lines stay."""
    return [line for part in text.splitlines() for line in _broken_line(part, style, most)]


def _broken_line(text: str, style: Style, most: float) -> Iterator[str]:
    line = ""
    for piece in _pieces(text, style, most):
        if line and style.width(line + piece.rstrip()) > most and piece not in CLOSING:
            yield line.rstrip()
            line = piece.lstrip()
        else:
            line += piece
    yield line.rstrip()


def _pieces(text: str, style: Style, most: float) -> Iterator[str]:
    """What a line can be broken between; a word that fits on no line is cut."""
    for piece in PIECE.findall(text):
        rest = piece
        while style.width(rest) > most and len(rest) > 1:
            cut = _that_fits(rest, style, most)
            yield rest[:cut]
            rest = rest[cut:]
        yield rest


def _that_fits(word: str, style: Style, most: float) -> int:
    """How many letters of the word fit; one at least."""
    fits = (number for number in range(len(word), 1, -1) if style.width(word[:number]) <= most)
    return next(fits, 1)


class Sheet:
    """Pages that are written from the top down; `y` is where the next line begins."""

    def __init__(self, *, title: str, author: str, language: str) -> None:
        self.file = BytesIO()
        self.canvas = Canvas(self.file, pagesize=A4, invariant=True, lang=language)
        self.canvas.setTitle(title)
        self.canvas.setAuthor(author)
        self.y, self.page = TOP, 1

    def line(self, x: float, text: str, style: Style = BODY, *, ends: bool = False) -> None:
        """One line at the height where the sheet stands; with `ends`, x is its right end."""
        place = x - style.width(text) if ends else x
        self.canvas.setStrokeColor(style.colour)
        self.canvas.setLineWidth(style.size * BOLDER)
        drawn = self.canvas.beginText(place, self.y - style.size)
        drawn.setFillColor(style.colour)
        for run in runs(text, is_bold=style.is_bold):
            drawn.setTextRenderMode(2 if run.is_bolder else 0)
            drawn.setFont(run.font, style.size)
            drawn.textOut(run.text)
        drawn.setTextRenderMode(0)
        self.canvas.drawText(drawn)

    def lines(self, x: float, texts: Sequence[str], style: Style = BODY) -> None:
        """Line under line; the sheet then stands below them."""
        for text in texts:
            self.line(x, text, style)
            self.y -= style.height

    def rule(self, first: float = LEFT, last: float = RIGHT) -> None:
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(first, self.y, last, self.y)

    def skip(self, height: float) -> None:
        self.y -= height

    def has_room(self, height: float) -> bool:
        return bool(self.y - height >= BOTTOM)

    def turn(self) -> None:
        """On to the next page."""
        self.canvas.showPage()
        self.y, self.page = TOP, self.page + 1

    def picture(self, data: bytes, most_width: float, most_height: float) -> float:
        """A picture at the top right, not larger than this; returns its height."""
        image: Any = ImageReader(BytesIO(data))
        wide, high = image.getSize()
        scale = min(most_width / wide, most_height / high)
        size = wide * scale, high * scale
        self.canvas.drawImage(image, RIGHT - size[0], self.y - size[1], *size, mask="auto")
        return float(size[1])

    def done(self) -> bytes:
        self.canvas.save()
        return self.file.getvalue()
