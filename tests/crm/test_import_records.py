"""The command that imports a file."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.models import User
from crm.models import Contact

pytestmark = pytest.mark.django_db

ROWS = "Name,E-mail,Rank\nAda,ada@example.org,Countess\nBen,nobody,Hacker\n"


def run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("import_records", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(ROWS)
    return path


def test_file_comes_in_and_each_row_is_told(
    administrator: User, file: Path, tmp_path: Path
) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"columns": {"Rank": "job_title"}}))
    report = json.loads(run("contacts", file, "--mapping", mapping, "--json"))
    assert report["counts"] == {
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "partly": 0,
        "refused": 1,
    }
    assert report["told"][0]["row"] == 2
    contact = Contact.objects.get()
    assert (contact.job_title, contact.owner) == ("Countess", administrator)


def test_dry_run_leaves_nothing(administrator: User, file: Path) -> None:
    report = json.loads(run("auto", file, "--dry-run", "--json"))
    assert report["object_type"] == "crm.contact"
    assert report["counts"]["created"] == 1
    assert report["examples"][0]["status"] == "created"
    assert not Contact.objects.exists()


def test_report_is_read_by_people(administrator: User, file: Path) -> None:
    said = run("contact", file, "--by", administrator.email)
    assert "created 1" in said
    assert "row 2: “nobody” is not an e-mail address." in said


@pytest.mark.parametrize(
    "arguments",
    [("horses", "{file}"), ("contacts", "/nowhere.csv"), ("contacts", "{file}", "--by", "x@y.org")],
)
def test_what_cannot_be_is_said(
    arguments: tuple[str, ...], administrator: User, file: Path
) -> None:
    with pytest.raises(CommandError):
        run(*(argument.format(file=file) for argument in arguments))
