"""Text in the signs of a plain keyboard."""

LONGEST = 64  # characters of a number or a moment; what is longer is neither

# NFKC would do more than that: it makes 52 of 5².
_FULL_WIDTH = {0xFF01 + place: 0x21 + place for place in range(0x5E)}
_SPACES = dict.fromkeys((0x00A0, 0x2007, 0x2009, 0x202F, 0x3000), " ")
_SIGNS: dict[str, str | int | None] = {
    "−": "-",
    "‐": "-",
    "‑": "-",
    "–": "-",
    "—": "-",
    "’": "'",
    "‘": "'",
    "￥": "¥",
    "￡": "£",
}
_INVISIBLE = dict.fromkeys((0x200B, 0x200E, 0x200F, 0x202A, 0x202C, 0x2060, 0xFEFF))
_PLAIN = {**_FULL_WIDTH, **_SPACES, **str.maketrans(_SIGNS), **_INVISIBLE}


def plain(text: str) -> str:
    """The text with plain digits, dashes, apostrophes and spaces, none of them around it.

    >>> plain("１２３４．５ "), plain("−3")
    ('1234.5', '-3')
    """
    return text.strip() if text.isascii() else text.translate(_PLAIN).strip()


def short(text: str) -> str:
    """The text made plain; ValueError where it is too long for a number or a moment."""
    found = plain(text)
    if len(found) > LONGEST:
        raise ValueError("The text is too long.")
    return found
