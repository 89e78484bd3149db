"""The fonts of quotes: Inter, and Noto Sans SC for Chinese, in the parts that a text needs.

The vendored archives have a file for each range of characters, the Chinese one some hundred of them. A
paper reads and embeds those few whose characters stand on it.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from threading import Lock
from zipfile import ZipFile

from django.conf import settings
from reportlab.pdfbase.pdfmetrics import getFont, getRegisteredFontNames, registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = settings.BASE_DIR / "static" / "vendor"
UNKNOWN = "\N{WHITE SQUARE}"
HEAD = struct.Struct(">4sIIHHIHHIIIII")
ENTRY = struct.Struct(">4sIIII")
_lock = Lock()


@dataclass(frozen=True)
class Family:
    """A font in parts; `bold` is the weight of its bold, if it has one."""

    name: str
    archive: str
    file: str
    bold: int = 0


REGULAR = 400
FAMILIES = (
    Family("Inter", "inter-5.3.0.zip", "files/inter-{}-{}-normal.woff", bold=600),
    Family("NotoSansSC", "noto-sans-sc-5.3.0.zip", "files/noto-sans-sc-{}-{}-normal.woff"),
)


@dataclass(frozen=True)
class Run:
    """A stretch of one font; `is_bolder` where the bold has to be drawn, because the font has none."""

    font: str
    text: str
    is_bolder: bool = False


def runs(text: str, *, is_bold: bool = False) -> Iterator[Run]:
    """The text in stretches of one font each; what no font has becomes an empty square."""
    found: Run | None = None
    for given in text:
        shown = given if _font_of(ord(given), is_bold=is_bold) else UNKNOWN
        font, is_bolder = _font_of(ord(shown), is_bold=is_bold) or ("", False)
        if found is not None and found.font == font:
            found = Run(font, found.text + shown, is_bolder)
            continue
        if found is not None:
            yield found
        found = Run(font, shown, is_bolder)
    if found is not None:
        yield found


def width(text: str, size: float, *, is_bold: bool = False) -> float:
    """How wide the text is, in points."""
    return sum(float(stringWidth(run.text, run.font, size)) for run in runs(text, is_bold=is_bold))


@lru_cache(maxsize=20_000)
def _font_of(code: int, *, is_bold: bool) -> tuple[str, bool] | None:
    """The font that draws the character, and whether it has to be drawn bolder."""
    for family in FAMILIES:
        weight = family.bold if is_bold and family.bold else REGULAR
        for part in _parts(family).get(code, ()):
            name = _registered(family, part, weight)
            if code in getFont(name).face.charToGlyph:
                return name, is_bold and not family.bold
    return None


@lru_cache(maxsize=len(FAMILIES))
def _parts(family: Family) -> dict[int, tuple[str, ...]]:
    """The parts of the family that may have a character, by its code."""
    with ZipFile(FOLDER / family.archive) as archive:
        told: dict[str, str] = json.loads(archive.read("unicode.json"))
        there = set(archive.namelist())
    found: dict[int, tuple[str, ...]] = {}
    for name, ranges in told.items():
        part = name.strip("[]")
        if family.file.format(part, REGULAR) in there:
            for first, last in _read(ranges):
                for code in range(first, last + 1):
                    found[code] = (*found.get(code, ()), part)
    return found


def _read(ranges: str) -> Iterator[tuple[int, int]]:
    """ "U+20-7e,U+a0" as numbers."""
    for each in ranges.split(","):
        first, _dash, last = each.strip().removeprefix("U+").partition("-")
        yield int(first, 16), int(last or first, 16)


def _registered(family: Family, part: str, weight: int) -> str:
    """The name by which the part can be drawn with; read once in a process."""
    name = f"{family.name}-{weight}-{part}"
    with _lock:
        if name not in getRegisteredFontNames():
            with ZipFile(FOLDER / family.archive) as archive:
                data = sfnt_of(archive.read(family.file.format(part, weight)))
            font = TTFont(name, BytesIO(data))
            font.face.name = name.encode()  # the parts of a family are called the same
            registerFont(font)
    return name


def sfnt_of(woff: bytes) -> bytes:
    """A WOFF file unpacked: the TrueType font inside (W3C, WOFF File Format 1.0, section 4)."""
    signature, flavour, _length, number, *_rest = HEAD.unpack_from(woff)
    if signature != b"wOFF":
        raise ValueError("This is no WOFF file.")
    tables = [ENTRY.unpack_from(woff, HEAD.size + place * ENTRY.size) for place in range(number)]
    power = 1 << (number.bit_length() - 1)
    head = struct.pack(
        ">IHHHH", flavour, number, power * 16, power.bit_length() - 1, (number - power) * 16
    )
    place = len(head) + 16 * number
    directory, body = b"", b""
    for tag, offset, packed, length, checksum in tables:
        data = woff[offset : offset + packed]
        data = zlib.decompress(data) if packed < length else data
        directory += struct.pack(">4sIII", tag, checksum, place, length)
        data += b"\0" * (-length % 4)
        body += data
        place += len(data)
    return head + directory + body
