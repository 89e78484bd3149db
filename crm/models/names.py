"""How text is compared: in columns that are normalised when written."""

import unicodedata


def comparable(text: str) -> str:
    """NFKC, casefolded, single spaces: full-width and half-width, large and small are the same."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
