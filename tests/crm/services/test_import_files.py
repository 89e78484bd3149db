"""Receiving a file: what is it, and can it be read?"""

import codecs
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.models import AuditEvent, User
from crm.models import Contact, FileImport
from tests.crm.files import csv_text, import_file, upload
from tests.factories import UserFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

ROWS = [["Name", "City"], ["Ada", "Ulm"]]
GERMAN = "Name,City\nJürgen Müller,Köln\nBjörn Weiß,Düsseldorf\nZoë Đặng,Besançon\n"
WESTERN = "Name,City\nJürgen Müller,Köln\nBjörn Weiß,Düsseldorf\nPeña,Besançon\nSmith – Co,€ 5\n"
CHINESE = "姓名,公司\n林兆阳,明德精工\n陈晓,深圳市鑫晟科技有限公司\n"
RARE_CHINESE = "姓名,公司\n喆,旻昇科技\n王堃,淼鑫焱\n"


def stored_text(lead_import: FileImport) -> str:
    return Path(lead_import.file.path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        (CHINESE, "utf-8", "utf-8-sig"),
        (CHINESE, "utf-8-sig", "utf-8-sig"),
        (GERMAN, "utf-8", "utf-8-sig"),
        (CHINESE, "utf-16", "utf-16"),
        (GERMAN, "utf-16", "utf-16"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "gbk", "gb18030"),
        (RARE_CHINESE, "gb18030", "gb18030"),
        (WESTERN, "cp1252", "cp1252"),
        ("Name,City\nMüller,Ulm\n", "cp1252", "cp1252"),
        ("Name,City\nAda,Ulm\n", "ascii", "utf-8-sig"),
    ],
)
def test_encoding_is_found_and_the_text_kept(
    text: str, encoding: str, told: str, sales: User
) -> None:
    lead_import = upload(text.encode(encoding), sales)
    assert (stored_text(lead_import), lead_import.encoding) == (text, told)
    assert lead_import.columns == text.split("\n", maxsplit=1)[0].split(",")


def test_utf_16_without_a_mark_is_refused_with_advice(sales: User) -> None:
    with pytest.raises(Refused, match="UTF-8"):
        upload(CHINESE.encode("utf-16-le"), sales)


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)) * 20,
        b"\x00" * 100,
        codecs.BOM_UTF16_LE + b"odd",
        codecs.BOM_UTF16_LE + b"\x00\xd8\x00\xd8",
        codecs.BOM_UTF16_BE + "Name,\0\nAda,1\n".encode("utf-16-be"),
        bytes(range(128, 256)) * 10,
    ],
    ids=["png", "xlsx", "zeros", "odd", "surrogates", "nul", "bytes"],
)
def test_file_that_is_no_text_is_refused(content: bytes, sales: User) -> None:
    with pytest.raises(Refused, match="not a text file"):
        upload(content, sales)
    assert FileImport.objects.count() == 0


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(delimiter: str, sales: User) -> None:
    rows = [["Name", "City", "Note"], ["Ada, Dr.", "Ulm", "a;b"], ["Ben", "", 'says "hi"']]
    lead_import = upload(csv_text(rows, delimiter), sales)
    assert (lead_import.delimiter, lead_import.columns) == (delimiter, rows[0])


CELL = st.text(st.sampled_from('ab1 ,;|\t"\n中'), max_size=6)


@given(
    delimiter=st.sampled_from(",;\t|"),
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6),
)
def test_delimiter_of_the_header_is_found_whatever_the_cells_hold(
    delimiter: str, rows: list[list[str]]
) -> None:
    sales = UserFactory(role="sales")
    header = ["Name", "E-mail", "Lead Source"]
    lead_import = upload(csv_text([header, *rows, ["x", "y", "z"]], delimiter), sales)
    assert lead_import.columns == header


def test_file_with_one_column_is_read(sales: User) -> None:
    assert upload("E-mail\nada@example.org\nben@example.org\n", sales).columns == ["E-mail"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "empty"),
        ("Name,City\n", "no rows"),
        ("Name,City", "no rows"),
        ("\n\n \n", "no rows"),
        ("Name,City\n,,\n\n", "no rows"),
        (",".join("x" * 501) + "\n1\n", "more than 500 columns"),
        ('Name,City\n"Ada,Ulm\n' + "x,y\n" * 300_000, "unclosed quotation mark"),
        ("Name,City\n" + "x" * 1_100_000, "longer than a million"),
    ],
    ids=["empty", "header", "header-open", "blank", "blank-rows", "wide", "open", "huge"],
)
def test_file_that_cannot_be_used_is_refused(content: str, sentence: str, sales: User) -> None:
    with pytest.raises(Refused, match=sentence):
        upload(content, sales)
    assert FileImport.objects.count() == 0


def test_large_file_is_refused(sales: User, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1024 * 1024
    with pytest.raises(Refused, match="larger than 1 MB"):
        upload("Name\n" + "x\n" * 600_000, sales)


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Name,Name,Name", ["Name", "Name (2)", "Name (3)"]),
        ("Name,,", ["Name", "Column 2", "Column 3"]),
        (" Name , City ", ["Name", "City"]),
        ("Name,Name (2),Name", ["Name", "Name (2)", "Name (3)"]),
    ],
)
def test_columns_have_names_of_their_own(header: str, columns: list[str], sales: User) -> None:
    found = upload(f"{header}\na,b,c\n", sales).columns
    assert found == columns
    assert len(set(found)) == len(found)


@given(
    st.lists(st.sampled_from(["", "A", "A (2)", "A (3)", "Column 1", "B"]), min_size=1, max_size=8)
)
def test_columns_are_never_called_the_same(names: list[str]) -> None:
    sales = UserFactory(role="sales")
    columns = upload(csv_text([["X", *names], ["x"] * (len(names) + 1)]), sales).columns
    assert len(set(columns)) == len(names) + 1
    assert all(columns)


def test_upload_is_noted_and_named_by_us(sales: User) -> None:
    lead_import = upload("Name\nAda\n", sales, name="../../etc/pass wd.csv")
    assert lead_import.file_name == "pass wd.csv"
    assert lead_import.file.name.startswith("imports/")
    assert "pass" not in lead_import.file.name
    assert (lead_import.created_by, lead_import.owner, lead_import.team) == (
        sales,
        sales,
        sales.team,
    )
    assert AuditEvent.objects.filter(action="import.upload", actor=sales).exists()


def test_upload_needs_the_permission() -> None:
    with pytest.raises(PermissionDenied):
        upload("Name\nAda\n", UserFactory())


def test_mapping_is_proposed_from_the_header(sales: User) -> None:
    rows = [
        [
            "Full Name",
            "e-mail",
            "Lead Source",
            "Company",
            "Tags",
            "Visits",
            "Joined",
            "Lead_Number",
        ],
        ["Ada", "a@b.org", "Fair", "X", "hot", "3", "2026-01-01", "7"],
        ["Ben", "b@b.org", "Web", "Y", "hot", "4", "2026-01-02", "8"],
        ["Cy", "c@b.org", "Web", "Z", "hot", "4", "2026-01-02", "9"],
        ["Di", "d@b.org", "Web", "W", "hot", "4", "2026-01-02", "10"],
    ]
    mapping = upload(csv_text(rows), sales).mapping
    assert [(entry["target"], entry["type"]) for entry in mapping] == [
        ("person.name", "text"),
        ("person.email", "email"),
        ("source", "text"),
        ("company", "text"),
        ("new", "choice"),
        ("new", "number"),
        ("new", "date"),
        ("external_id", "number"),
    ]
    assert mapping[0]["samples"] == ["Ada", "Ben", "Cy"]


def test_field_is_proposed_for_one_column_only(sales: User) -> None:
    mapping = upload("Email,E-Mail,邮箱\na@b.org,b@b.org,c@b.org\n", sales).mapping
    assert [entry["target"] for entry in mapping] == ["person.email", "new", "new"]


def test_chinese_header_is_understood(sales: User) -> None:
    text = "姓名,电子邮件,手机,公司名称,线索来源,状态\n林,l@b.cn,138,明德,展会,跟进中\n"
    mapping = upload(text.encode("gb18030"), sales).mapping
    assert [entry["target"] for entry in mapping] == [
        "person.name",
        "person.email",
        "person.phone",
        "company",
        "source",
        "status",
    ]


def test_upload_object_may_be_read_in_any_chunks(sales: User) -> None:
    """A character that lies across two chunks stays one character."""

    class Small(SimpleUploadedFile):
        def chunks(self, chunk_size: int | None = None) -> Any:
            return super().chunks(3)

        def multiple_chunks(self, chunk_size: int | None = None) -> bool:
            return True

    from crm.services.imports.receiving import receive_file

    lead_import = receive_file(
        upload=Small("x.csv", CHINESE.encode("gb18030")), by=sales, at=NOW, object_type="crm.lead"
    )
    assert stored_text(lead_import) == CHINESE


def test_old_line_ends_within_cells_are_read_again(administrator: User) -> None:
    rows = [["Name", "Note"], ["Ada", "one\rtwo\r\nthree"], ["Ben", "x\r"]]
    done = import_file(csv_text(rows, quote=True), administrator, object_type="crm.contact")
    assert done.run.result == {"created": 2, "refused": 0}
    assert Contact.objects.get(name="Ada").description == "one\ntwo\nthree"


def test_long_names_of_columns_stay_apart(administrator: User) -> None:
    rows = [["Name", "x" * 300, "x" * 300], ["Ada", "one", "two"]]
    for _time in range(2):
        import_file(rows, administrator, object_type="crm.contact")
    contact = Contact.objects.order_by("pk").first()
    assert contact is not None
    assert sorted(contact.custom.values()) == ["one", "two"]
