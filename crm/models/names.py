"""How text is compared: in columns that are normalised when written."""

import unicodedata

MAX_LENGTH = 200  # of the columns; normalising may make a text longer ("ß" becomes "ss")


def comparable(text: str) -> str:
    """NFKC, casefolded, single spaces: full-width and half-width, large and small are the same."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:MAX_LENGTH]
