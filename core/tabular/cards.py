"""Address books (vCard 2.1, 3.0, 4.0) as rows: one card, one row."""

from collections.abc import Iterable, Iterator
from typing import IO, Any

import vobject
from django.utils.translation import gettext as _

from core.errors import Refused

BEGINNING = "BEGIN:VCARD"
ADDRESS = {
    "Street": "street",
    "City": "city",
    "State": "region",
    "Postal code": "code",
    "Country": "country",
}
NAMES = {"First name": "given", "Last name": "family", "Salutation": "prefix"}
SINGLE = {"Name": "fn", "Job title": "title", "Birthday": "bday", "Website": "url", "Note": "note"}
COLUMNS = (
    "Name",
    *NAMES,
    "Email",
    "Other email",
    "Phone",
    "Mobile",
    "Other phone",
    "Company",
    "Department",
    "Job title",
    *ADDRESS,
    "Website",
    "Birthday",
    "Note",
)
CELL = "CELL"
SEVERAL = ", "
# What the library says of a card that somebody has cut or written by hand.
DAMAGES = (
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    vobject.base.VObjectError,
)


def is_address_book(start: str) -> bool:
    return start.lstrip().upper().startswith(BEGINNING)


def card_rows(text: IO[str]) -> Iterator[list[str]]:
    """A header of the columns that any card fills, then the cards; they are read twice for it."""
    used = {column for card in _cards(text) for column in card}
    columns = [column for column in COLUMNS if column in used]
    yield columns
    for card in _cards(text):
        yield [card.get(column, "") for column in columns]


def _cards(text: IO[str]) -> Iterator[dict[str, str]]:
    text.seek(0)
    try:
        for card in vobject.readComponents(text):
            yield {column: value for column, value in _values(card.contents) if value}
    except DAMAGES as error:
        raise Refused(
            _("This address book is damaged (%(reason)s). Export it again and upload that.")
            % {"reason": str(error)[:100]}
        ) from error


def _values(contents: dict[str, list[Any]]) -> Iterator[tuple[str, str]]:
    for column, name in SINGLE.items():
        yield column, _first(contents, name)
    for column, part in NAMES.items():
        yield column, _part(contents, "n", part)
    for column, part in ADDRESS.items():
        yield column, _part(contents, "adr", part)
    yield from zip(("Company", "Department"), _organisation(contents), strict=True)
    yield from _spread(("Email", "Other email"), (it.value for it in contents.get("email", ())))
    phones = contents.get("tel", [])
    mobiles = [it.value for it in phones if _is_mobile(it)]
    yield "Mobile", SEVERAL.join(text.strip() for text in mobiles)
    yield from _spread(("Phone", "Other phone"), (it.value for it in phones if not _is_mobile(it)))


def _first(contents: dict[str, list[Any]], name: str) -> str:
    found = contents.get(name)
    return str(found[0].value).strip() if found else ""


def _part(contents: dict[str, list[Any]], name: str, part: str) -> str:
    """Of a name or an address; a part may be several words."""
    found = contents.get(name)
    value = getattr(found[0].value, part, "") if found else ""
    return (value if isinstance(value, str) else " ".join(value)).strip()


def _organisation(contents: dict[str, list[Any]]) -> tuple[str, str]:
    found = contents.get("org")
    company, *units = found[0].value if found else [""]
    return company.strip(), SEVERAL.join(unit.strip() for unit in units if unit.strip())


def _spread(columns: tuple[str, str], values: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The first value, and the others together: none is lost."""
    first, *others = [text.strip() for text in values if text.strip()] or [""]
    yield from zip(columns, (first, SEVERAL.join(others)), strict=True)


def _is_mobile(phone: Any) -> bool:
    """vCard 3 says TYPE=CELL, vCard 2.1 CELL alone."""
    kinds = [*phone.params.get("TYPE", ()), *phone.singletonparams]
    return CELL in (kind.upper() for kind in kinds)
