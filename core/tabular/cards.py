"""Address books (vCard 2.1, 3.0, 4.0) as rows: one card, one row, a column for each thing said."""

from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import IO, Any

import vobject
from django.utils.translation import gettext as _

from core.errors import Refused

BEGINNING = b"BEGIN:VCARD"
# Somebody waits for it: a card takes a millisecond.
MAX_BYTES = 20_000_000
# What is said of the format and the file, not of the person.
TECHNICAL = frozenset({"version", "prodid", "rev"})
NAMES = {
    "First name": "given",
    "Middle name": "additional",
    "Last name": "family",
    "Salutation": "prefix",
    "Name suffix": "suffix",
}
ADDRESS = {"City": "city", "State": "region", "Postal code": "code", "Country": "country"}
STREET = ("box", "extended", "street")
TEXTS = {"Name": "fn", "Job title": "title", "Website": "url", "Birthday": "bday", "Note": "note"}
READ = frozenset({"n", "adr", "org", "email", "tel", *TEXTS.values()})
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

Card = dict[str, str]


def is_address_book(file: IO[bytes]) -> bool:
    file.seek(0)
    return file.read(1_000).lstrip().upper().startswith(BEGINNING)


def card_rows(file: IO[bytes]) -> Iterator[list[str]]:
    """A header of what any of the cards says, then the cards; they are read twice for it."""
    if file.seek(0, 2) > MAX_BYTES:
        raise Refused(
            _(
                "The address book is larger than %(size)s MB. Export it without pictures, or in several files."
            )
            % {"size": MAX_BYTES // 1_000_000}
        )
    text = TextIOWrapper(file, encoding="utf-8")
    columns = list(dict.fromkeys(column for card in _cards(text) for column in card))
    yield columns
    for card in _cards(text):
        yield [card.get(column, "") for column in columns]


def _cards(text: IO[str]) -> Iterator[Card]:
    text.seek(0)
    try:
        for card in vobject.readComponents(text):
            yield {column: value for column, value in _said(card.contents) if value}
    except DAMAGES as error:
        # The library's own words are English, and it counts lines wrong.
        raise Refused(
            _("This address book is damaged. Export it again and upload that.")
        ) from error


def _said(contents: dict[str, list[Any]]) -> Iterator[tuple[str, str]]:
    """Column and text, of all that a card says but for pictures and sounds."""
    for column, name in TEXTS.items():
        yield column, _joined(contents, name)
    for name in contents.get("n", ())[:1]:
        yield from ((column, _text(getattr(name.value, part))) for column, part in NAMES.items())
    yield from _addresses([it.value for it in contents.get("adr", ())])
    yield from _organisations([it.value for it in contents.get("org", ())])
    yield from _spread(("Email", "Other email"), contents.get("email", ()))
    phones = contents.get("tel", [])
    yield from _spread(("Mobile", "Other mobile"), [it for it in phones if _is_mobile(it)])
    yield from _spread(("Phone", "Other phone"), [it for it in phones if not _is_mobile(it)])
    for name in contents:
        if name not in READ | TECHNICAL:
            yield name.upper(), _joined(contents, name)


def _addresses(addresses: Sequence[Any]) -> Iterator[tuple[str, str]]:
    for address in addresses[:1]:
        lines = [_text(getattr(address, part)) for part in STREET]
        yield "Street", SEVERAL.join(filter(None, lines))
        for column, part in ADDRESS.items():
            yield column, _text(getattr(address, part))
    yield "Other address", "\n\n".join(str(address).strip() for address in addresses[1:])


def _organisations(organisations: Sequence[Any]) -> Iterator[tuple[str, str]]:
    for company, *units in organisations[:1]:
        yield "Company", company.strip()
        yield "Department", _text(units)
    yield "Other company", _text([_text(names) for names in organisations[1:]])


def _spread(columns: tuple[str, str], items: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """The first value, and the others together."""
    first, *others = [text for it in items if (text := _text(it.value))] or [""]
    yield from zip(columns, (first, SEVERAL.join(others)), strict=True)


def _joined(contents: dict[str, list[Any]], name: str) -> str:
    return _text([_text(it.value) for it in contents.get(name, ())])


def _text(value: Any) -> str:
    """The value as people write it; nothing of pictures and sounds."""
    if isinstance(value, list):
        return SEVERAL.join(text for each in value if (text := _text(each)))
    if isinstance(value, bytes) or str(value).startswith("data:"):
        return ""
    return str(value).strip()


def _is_mobile(phone: Any) -> bool:
    """vCard 3 says TYPE=CELL, vCard 2.1 CELL alone."""
    kinds = [*phone.params.get("TYPE", ()), *phone.singletonparams]
    return CELL in (kind.upper() for kind in kinds)
