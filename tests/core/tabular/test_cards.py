"""Address books: each card a row, nothing lost."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from core.choices import FileKind
from core.errors import Refused
from core.tabular import cards
from core.tabular.reading import Table, read_table

ADA = """BEGIN:VCARD
VERSION:3.0
N:Lovelace;Ada;King;Dr.;FRS
FN:Dr. Ada Lovelace
ORG:Engines Ltd;Research;Maths
TITLE:Analyst
TEL;TYPE=WORK,VOICE:+44 20 1
TEL;TYPE=cell:+44 7700 1
TEL;TYPE=HOME:+44 20 2
TEL;TYPE=HOME:+44 20 3
EMAIL:ada@example.org
item1.EMAIL:ada@example.net
ADR;TYPE=WORK:;Floor 2;1 Sample Street;London;;N1;United Kingdom
ADR;TYPE=HOME:;;2 Other Street;Ockham;;;
BDAY:1815-12-10
URL:https://a.example
URL:https://b.example
CATEGORIES:Fair,Maths
NICKNAME:Enchantress
PHOTO;ENCODING=b:QUJD
TEL;TYPE=CELL:+44 7700 2
NOTE:First line\\nsecond\\, with comma
END:VCARD
"""
LIN = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E6=9E=97;=E5=85=86=E9=98=B3
TEL;CELL;PREF:13800000000
END:VCARD
"""


def read(text: str) -> tuple[Table, list[dict[str, str]]]:
    out = io.BytesIO()
    table = read_table(SimpleUploadedFile("people.vcf", text.encode()), out)
    return table, list(csv.DictReader(io.StringIO(out.getvalue().decode(), newline="")))


def test_card_becomes_a_row_with_all_it_says() -> None:
    table, rows = read(ADA)
    assert (table.kind, table.encoding, table.rows) == (FileKind.ADDRESS_BOOK, "utf-8-sig", 1)
    assert rows == [
        {
            "Name": "Dr. Ada Lovelace",
            "First name": "Ada",
            "Last name": "Lovelace",
            "Middle name": "King",
            "Salutation": "Dr.",
            "Name suffix": "FRS",
            "Email": "ada@example.org",
            "Other email": "ada@example.net",
            "Phone": "+44 20 1",
            "Mobile": "+44 7700 1",
            "Other mobile": "+44 7700 2",
            "Other phone": "+44 20 2, +44 20 3",
            "Company": "Engines Ltd",
            "Department": "Research, Maths",
            "Job title": "Analyst",
            "Street": "Floor 2, 1 Sample Street",
            "Other address": "2 Other Street\nOckham,",
            "Website": "https://a.example, https://b.example",
            "CATEGORIES": "Fair, Maths",
            "NICKNAME": "Enchantress",
            "City": "London",
            "Postal code": "N1",
            "Country": "United Kingdom",
            "Birthday": "1815-12-10",
            "Note": "First line\nsecond, with comma",
        }
    ]


def test_cards_of_old_telephones_are_read_beside_new_ones() -> None:
    _table, rows = read(ADA + LIN)
    assert [row["Last name"] for row in rows] == ["Lovelace", "林"]
    assert rows[1]["First name"] == "兆阳"
    assert rows[1]["Mobile"] == "13800000000"


def test_columns_that_no_card_fills_are_none() -> None:
    assert read(LIN)[0].columns == ["First name", "Last name", "Mobile"]


def test_address_book_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "MAX_BYTES", 100)
    with pytest.raises(Refused, match="without pictures"):
        read(ADA)


@pytest.mark.parametrize(
    "text",
    [
        ADA + "BEGIN:VCARD\nFN:x\n",
        ADA.replace("TITLE:Analyst", "nothing"),
        LIN.replace("=E6", "=FF"),
    ],
    ids=["cut", "no-colon", "bad-bytes"],
)
def test_damaged_address_book_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(Refused, match="This address book is damaged"):
        read(text)


@given(
    place=st.integers(0, len(ADA) - 1), letter=st.characters(codec="utf-8", exclude_characters="\0")
)
def test_mutated_address_book_is_read_or_refused(place: int, letter: str) -> None:
    try:
        table, rows = read(LIN + ADA[:place] + letter + ADA[place + 1 :])
    except Refused:
        return
    assert table.rows == len(rows)
