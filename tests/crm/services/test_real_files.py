"""Files as other systems export them: what the upload finds is what lies in them."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from core.models import User
from crm.models import Contact, FileImport
from crm.queries.import_files import read_slice, slices
from tests.crm.files import counts, import_file, upload
from tests.data import data_file

pytestmark = pytest.mark.django_db

FILES = (
    "linkedin/Connections.csv",
    "linkedin/Connections_resaved_by_spreadsheet.csv",
    "linkedin/Connections_older_no_url.csv",
    "linkedin/Connections_german_headers.csv",
    "hubspot/contacts.csv",
    "hubspot/companies.csv",
    "hubspot/deals.csv",
    "salesforce/Contact.csv",
    "salesforce/contacts_report_latin1.csv",
    "salesforce/Opportunity.csv",
    "pipedrive/people.csv",
    "pipedrive/people_joined_values.csv",
    "pipedrive/organizations.csv",
    "pipedrive/deals.csv",
)


def sample(name: str) -> Path:
    return data_file(f"formats/{name}")


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sample("expected.json").read_text(encoding="utf-8"))[name]
    return found


def rows_of(lead_import: FileImport) -> list[dict[str, str]]:
    rows = [
        row for cut, _share in slices(lead_import) for row in read_slice(lead_import, dict(cut))
    ]
    assert all(len(row) == len(lead_import.columns) for row in rows)
    return [dict(zip(lead_import.columns, row, strict=True)) for row in rows]


def test_every_expectation_is_of_a_file_that_is_read() -> None:
    assert set(json.loads(sample("expected.json").read_text(encoding="utf-8"))) == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_header_and_rows_are_those_of_the_file(name: str, sales: User) -> None:
    facts, lead_import = expected(name), upload(sample(name).read_bytes(), sales, name=name)
    rows = rows_of(lead_import)
    assert len(rows) == facts["data_rows"]
    assert lead_import.header_line == facts.get("header_line", 1)
    assert len(lead_import.lines_below) == facts.get("footer_rows_to_drop", 0)
    assert all(column and "@" not in column for column in lead_import.columns)


def test_report_of_the_western_code_page_keeps_its_letters(sales: User) -> None:
    path = sample("salesforce/contacts_report_latin1.csv")
    lead_import = upload(path.read_bytes(), sales)
    assert lead_import.encoding == "cp1252"
    assert {"Prøvesen", "Müller, Schmidt & Co. KG"} <= {
        value for row in rows_of(lead_import) for value in row.values()
    }
    assert lead_import.lines_below[0].startswith("Grand Totals")


def test_workbook_and_address_book_become_leads_with_their_people(sales: User) -> None:
    """The same two people as the two kinds of files; the second finds the first's contacts."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    rows = [
        ["People of the fair"],
        ["Name", "E-mail", "Company"],
        ["Ada", "ada@example.org", "Engines"],
        ["Ben", "ben@example.org", "Engines"],
    ]
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    cards = "".join(
        f"BEGIN:VCARD\nVERSION:3.0\nN:;{name};;;\nFN:{name}\nEMAIL:{email}\nTEL:+49 89 1\nEND:VCARD\n"
        for name, email, _company in rows[2:]
    )
    assert counts(import_file(out.getvalue(), sales)) == (2, 0, 0)
    assert counts(import_file(cards, sales)) == (2, 0, 0)
    people = Contact.objects.order_by("name")
    assert [(it.name, it.company.name, it.phone) for it in people] == [
        ("Ada", "Engines", "+49 89 1"),
        ("Ben", "Engines", "+49 89 1"),
    ]


def test_line_breaks_and_leading_zeros_stay(sales: User) -> None:
    facts = expected("salesforce/Contact.csv")
    rows = rows_of(upload(sample("salesforce/Contact.csv").read_bytes(), sales))
    assert sum("\n" in row["MailingStreet"] for row in rows) == facts["multiline_streets"]
    zeros = sum(row["MailingPostalCode"].startswith("0") for row in rows)
    assert zeros == facts["leading_zero_postcodes"]
