"""Names of months in English, German, French and Spanish."""

import unicodedata

_NAMES = (
    "january jan januar jänner janvier janv enero ene",
    "february feb februar feber février fevr févr febrero",
    "march mar märz mär mrz mars marzo",
    "april apr avril avr abril abr",
    "may mai mayo",
    "june jun juni juin junio",
    "july jul juli juillet juil julio",
    "august aug août agosto ago",
    "september sep sept septembre septiembre set",
    "october oct oktober okt octobre octubre",
    "november nov novembre noviembre",
    "december dec dezember dez décembre déc diciembre dic",
)


def _without_accents(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


_NUMBERS = {
    _without_accents(name): number
    for number, names in enumerate(_NAMES, start=1)
    for name in names.split()
}


def month_named(name: str) -> int:
    """The number of a month, 1 to 12; ValueError for other words.

    >>> month_named("März"), month_named("Sept")
    (3, 9)
    """
    number = _NUMBERS.get(name.lower()) or _NUMBERS.get(_without_accents(name))
    if number is None:
        raise ValueError("The word is no month.")
    return number
