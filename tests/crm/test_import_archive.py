"""Archives of other systems come in whole, in order, and go back whole; hostile ones are refused."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from core.errors import Refused
from core.models import User
from crm.models import Company, Contact, Deal, FileImport, ImportBatch, Interaction
from crm.services.imports.archives import MOST_FILES, parts_of, receive_archive
from tests.crm.files import csv_text
from tests.crm.services.test_linkedin_imports import ADA, MEMBER, ROWS
from tests.crm.services.test_real_files import expected, sample
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def samples(system: str, *names: str) -> dict[str, bytes]:
    return {f"export/{name}.csv": sample(f"{system}/{name}.csv").read_bytes() for name in names}


def receive(content: bytes, by: User) -> ImportBatch:
    upload = SimpleUploadedFile("archive.zip", content)
    return receive_archive(upload=upload, by=by, at=NOW)


def command(capsys: pytest.CaptureFixture[str], *args: Any) -> dict[str, Any]:
    call_command("import_archive", *map(str, args), "--json")
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def test_archive_of_hubspot_comes_in_with_its_links_and_goes_back(
    administrator: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hubspot.zip"
    path.write_bytes(packed(samples("hubspot", "deals", "contacts", "companies")))
    tried = command(capsys, path, "--dry-run")
    assert [part["file"] for part in tried["parts"]] == [
        "companies.csv",
        "contacts.csv",
        "deals.csv",
    ]
    assert not Company.objects.exists()
    report = command(capsys, path)
    assert (report["source"], report["left_out"]) == ("hubspot", [])
    assert Contact.objects.count() == expected("hubspot/contacts.csv")["data_rows"]
    assert not Deal.objects.filter(company=None).exists()
    assert not Deal.objects.filter(contact=None).exists()
    command(capsys, "--revert", report["archive"])
    for model in (Deal, Contact, Company):
        assert not model.objects.kept().exists()


def test_parts_take_over_the_system_of_the_others(administrator: User) -> None:
    files = samples("salesforce", "Contact", "Opportunity")
    files["Case.csv"] = b"Id,Subject\n5001,It is broken\n"
    files["activities.csv"] = b"Id,Subject,ActivityDate,WhoId\n00T1,Call,2026-01-01,0031\n"
    batch = receive(packed(files), administrator)
    parts = parts_of(batch)
    assert [part.object_type for part in parts] == ["crm.contact", "crm.deal", "crm.activity"]
    assert {part.source for part in parts} == {"salesforce"}
    assert [name for name, _reason in batch.left_out] == ["Case.csv"]
    assert FileImport.objects.count() == 3


def test_colleagues_of_an_archive_come_in_first(
    administrator: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "salesforce.zip"
    users = b"Id,Name,Email,IsActive,SystemModstamp\n005A,Ada,ada@example.org,1,2026-01-01\n"
    deals = b"Id,Name,StageName,OwnerId,SystemModstamp\n006,Lenses,Won,005A,2026-01-01\n"
    path.write_bytes(packed({"Opportunity.csv": deals, "User.csv": users}))
    report = command(capsys, path)
    assert [part["file"] for part in report["parts"]] == ["User.csv", "Opportunity.csv"]
    assert Deal.objects.get().owner == User.objects.get(name="Ada")


def test_archive_of_linkedin_becomes_contacts_and_interactions(
    administrator: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "linkedin.zip"
    files = {
        "messages.csv": csv_text(ROWS).encode(),
        "Connections.csv": f"First Name,Last Name,URL,Connected On\nAda,Lovelace,{ADA},05 Mar 2024\n".encode(),
        "Profile.csv": b"First Name,Last Name\nMe,Myself\n",
    }
    path.write_bytes(packed(files))
    report = command(capsys, path)
    assert [part["file"] for part in report["parts"]] == ["Connections.csv", "messages.csv"]
    assert [name for name, _reason in report["left_out"]] == ["Profile.csv"]
    assert Contact.objects.get(linkedin_url=ADA).interactions.count() == 2
    assert not Contact.objects.filter(linkedin_url=MEMBER).exists()
    assert Interaction.objects.count() == 5


def test_part_that_asks_something_is_told_and_the_others_come_in(
    administrator: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mixed.zip"
    contacts = b"Name,E-mail,Birthday\nAda,ada@example.org,03/04/1980\n"
    path.write_bytes(packed({"companies.csv": b"Company\nAlpha\n", "contacts.csv": contacts}))
    firms, people = command(capsys, path)["parts"]
    assert firms["counts"]["created"] == 1
    assert "Birthday" in people["error"]


TABLE = b"Company\nAlpha\n"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"../companies.csv": TABLE}, "outside of itself"),
        ({"/companies.csv": TABLE}, "outside of itself"),
        ({"C:\\companies.csv": TABLE}, "outside of itself"),
        ({"companies.csv": TABLE, "more.zip": b"PK"}, "archive in the archive"),
        (
            {f"companies{n}/companies.csv": TABLE for n in range(MOST_FILES + 1)},
            "more than 30 tables",
        ),
        ({"companies.csv": b"a" * 210_000_000}, "unpacks to more"),
        ({"readme.md": b"Hello"}, "holds no table that we know"),
    ],
)
def test_archives_that_must_not_be_opened_are_refused(
    files: dict[str, bytes], sentence: str, administrator: User
) -> None:
    with pytest.raises(Refused, match=sentence):
        receive(packed(files), administrator)
    assert not ImportBatch.objects.exists()
    assert not FileImport.objects.exists()


def test_encrypted_and_broken_archives_are_refused(administrator: User) -> None:
    whole = bytearray(packed({"companies.csv": TABLE}))
    with pytest.raises(Refused, match="no ZIP archive"):
        receive(bytes(whole[: len(whole) // 2]), administrator)
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Refused, match="password"):
        receive(bytes(whole), administrator)


def test_archive_to_revert_has_to_be_there(administrator: User) -> None:
    with pytest.raises(CommandError, match="no such archive"):
        call_command("import_archive", "--revert", "77")


def accounts_of(files: dict[str, bytes]) -> bytes:
    """The accounts that the samples name by their ID only."""
    numbers = {
        row["AccountId"]
        for content in files.values()
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        if row.get("AccountId")
    }
    rows = [["Id", "IsDeleted", "Name"], *([n, "0", f"Firm {n}"] for n in sorted(numbers))]
    return csv_text(rows).encode()


@pytest.mark.parametrize("system", ["pipedrive", "salesforce"])
def test_archives_of_other_systems_come_in_with_their_links(
    system: str, administrator: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if system == "pipedrive":
        files = samples(system, "deals", "people", "organizations")
    else:
        files = samples(system, "Opportunity", "Contact")
        files["export/Account.csv"] = accounts_of(files)
    path = tmp_path / f"{system}.zip"
    path.write_bytes(packed(files))
    report = command(capsys, path)
    assert report["source"] == system
    assert not any(part.get("error") for part in report["parts"])
    told = {row["reason"] for part in report["parts"] for row in part["told"] if not row["came_in"]}
    assert told <= {"The record was deleted in the other system."}
    assert not Deal.objects.filter(company=None).exists()
    assert not Contact.objects.filter(company=None).exists()
