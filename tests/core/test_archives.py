"""The export of everything: exact, complete, for administrators, for some days."""

import csv
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.exports.archive import cells
from core.exports.archive.reading import ArchiveReader
from core.models import (
    Archive,
    Attachment,
    AuditEvent,
    ExternalKey,
    JobRun,
    Notification,
    Tag,
    User,
)
from core.registries import archive_tables
from core.services.archives import forget_old_archives, write_archive
from crm.models import Contact
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    DealFactory,
)
from tests.running import carry_out

LogIn = Callable[..., Client]
PAGE = "/settings/export/"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
database = pytest.mark.django_db


def archive() -> ArchiveReader:
    file = BytesIO()
    write_archive(file, at=NOW, tell=lambda _table, _rows: None)
    return ArchiveReader(file)


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=8,
)


def through_csv(cell: str) -> str:
    buffer = StringIO(newline="")
    csv.writer(buffer).writerow(["before", cell, "after"])
    buffer.seek(0)
    [[_before, found, _after]] = list(csv.reader(buffer))
    return found


@given(
    TEXTS | st.sampled_from(["", "=1+1", "'=1", "007", "-5", "\\e", "\\j1", " a\r\nb\rc\n", "+49"])
)
def test_texts_come_back_as_they_were(text: str) -> None:
    for kind in (cells.TEXT, cells.OPTIONAL_TEXT, cells.CUSTOM_TEXT):
        cell = through_csv(cells.written(kind, text))
        assert cells.read(kind, cell) == text
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(JSONS)
def test_json_comes_back_as_it_was(value: Any) -> None:
    for kind in (cells.JSON, cells.CUSTOM_TEXT):
        assert cells.read(kind, through_csv(cells.written(kind, value))) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_amounts_keep_their_decimals(amount: Decimal) -> None:
    back = cells.read(cells.DECIMAL, cells.written(cells.DECIMAL, amount))
    assert (back, back.as_tuple().exponent) == (amount, amount.as_tuple().exponent)


@given(st.datetimes(timezones=st.just(UTC)), st.dates(), st.floats(allow_nan=False))
def test_times_and_numbers_come_back(moment: datetime, day: date, number: float) -> None:
    for kind, value in ((cells.MOMENT, moment), (cells.DAY, day), (cells.REAL, number)):
        assert cells.read(kind, cells.written(kind, value)) == value


def test_nothing_and_an_empty_text_are_told_apart() -> None:
    for kind in (cells.OPTIONAL_TEXT, cells.CUSTOM_TEXT):
        assert [cells.read(kind, cells.written(kind, value)) for value in (None, "")] == [None, ""]


@database
def test_a_record_is_told_whole(sales: User) -> None:
    CustomFieldFactory(object_type="crm.contact", key="code", type="text", label="Code")
    CustomFieldFactory(object_type="crm.contact", key="size", type="number", label="Size")
    company = CompanyFactory(name="=Acme", owner=sales)
    contact = ContactFactory(
        name="Ada",
        company=company,
        owner=sales,
        team=sales.team,
        phone="+49 30 007",
        description='one\r\ntwo\n"three", <b>four</b>',
        custom={"code": "007", "size": 1.5},
    )
    contact.tags.set([Tag.objects.create(name="VIP"), Tag.objects.create(name="北京")])
    ExternalKey.objects.create(
        object_type="crm.contact", source="hubspot", key="0042", object_id=contact.pk
    )
    found = archive()
    [row] = found.rows("contacts")
    assert (row["id"], row["company"], row["owner"]) == (contact.pk, company.pk, sales.email)
    assert (row["phone"], row["description"]) == (contact.phone, contact.description)
    assert (row["custom.code"], row["custom.size"]) == ("007", 1.5)
    assert row["tags"] == ["VIP", "北京"]
    assert row["external"] == [{"source": "hubspot", "key": "0042"}]
    assert row["created"] == contact.created_at
    assert "name_key" not in row
    text = found.zip.read("companies.csv").decode()
    assert "'=Acme" in text  # a spreadsheet computes nothing
    assert next(found.rows("companies"))["name"] == "=Acme"


@database
def test_people_and_products_of_deals_and_guests_are_in_it(sales: User) -> None:
    deal = DealFactory(owner=sales, amount=Decimal("12.50"))
    guests = [ContactFactory(), ContactFactory()]
    activity = ActivityFactory(deal=deal)
    activity.guests.set(guests)
    found = archive()
    row = next(found.rows("deals"))
    assert row["amount"] == Decimal("12.50")
    assert {row["stage"]} <= {stage["id"] for stage in found.rows("stages")}
    assert next(found.rows("activities"))["guests"] == [guest.pk for guest in guests]


@database
def test_no_secret_is_in_it(administrator: User) -> None:
    administrator.set_password("correct horse battery")
    administrator.save()
    file = BytesIO()
    write_archive(file, at=NOW, tell=lambda *_told: None)
    with ZipFile(file) as content:
        text = b"".join(content.read(name) for name in content.namelist()).decode()
    assert administrator.password not in text
    row = next(
        row for row in ArchiveReader(file).rows("users") if row["email"] == administrator.email
    )
    assert row["roles"] == ["Administrator"]
    assert not {"password", "last_login"} & row.keys()


@database
def test_files_are_in_it_and_what_is_lost_is_told() -> None:
    contact = ContactFactory()
    kept, lost = (
        Attachment.objects.create(
            object_type="crm.contact",
            object_id=contact.pk,
            name="a.txt",
            size=3,
            file=ContentFile(b"abc", "a.txt"),
        )
        for _each in range(2)
    )
    Path(lost.file.path).unlink()
    found = archive()
    file = found.file(kept.pk)
    assert file is not None
    assert file.read() == b"abc"
    assert found.file(lost.pk) is None
    assert {row["id"] for row in found.rows("attachments")} == {kept.pk, lost.pk}


@database
def test_the_manifest_says_what_is_in_it() -> None:
    ContactFactory.create_batch(3)
    found = archive()
    found.check()
    table = found.tables["contacts"]
    content = found.zip.read("contacts.csv")
    assert (table["rows"], table["bytes"]) == (3, len(content))
    assert table["sha256"] == hashlib.sha256(content).hexdigest()
    assert found.manifest["format_version"] == 1


@database
def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    ContactFactory()
    file = BytesIO()
    write_archive(file, at=NOW, tell=lambda *_told: None)
    damaged = tmp_path / "damaged.zip"
    with ZipFile(file) as content, ZipFile(damaged, "w") as other:
        for name in content.namelist():
            data = content.read(name)
            other.writestr(name, data.replace(b"id,", b"ix,") if name == "contacts.csv" else data)
    with pytest.raises(Refused, match="damaged"):
        ArchiveReader(str(damaged)).check()
    (tmp_path / "none.zip").write_bytes(b"no archive")
    with pytest.raises(Refused, match="not an archive"):
        ArchiveReader(str(tmp_path / "none.zip"))


@database
def test_an_archive_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "newer.zip"
    with ZipFile(file, "w") as content:
        told = {"format": "renmai-archive", "format_version": 99, "tables": [], "files": []}
        content.writestr("manifest.json", json.dumps(told))
    with pytest.raises(Refused, match="newer"):
        ArchiveReader(str(file))


@database
def test_an_administrator_asks_is_told_and_downloads(administrator: User, log_in: LogIn) -> None:
    ContactFactory()
    client = log_in(administrator)
    assert client.post(PAGE).status_code == 302
    run = carry_out(JobRun.objects.get(kind="core.archive"))
    assert run.state == "succeeded"
    made = Archive.objects.get()
    assert Notification.objects.filter(user=administrator).exists()
    assert made.name in client.get(PAGE).content.decode()
    answer = client.post(f"{PAGE}{made.pk}/")
    content = b"".join(answer.streaming_content)
    assert len(content) == made.size
    assert len(list(ArchiveReader(BytesIO(content)).rows("contacts"))) == 1
    acts = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"archive.ask", "archive.make", "archive.download"} <= acts


@database
@pytest.mark.parametrize("role", ["manager", "sales", "marketing"])
def test_nobody_else_may(role: str, request: Any, log_in: LogIn) -> None:
    client = log_in(request.getfixturevalue(role))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE).status_code == 403
    assert client.post("/api/v1/exports/").status_code == 403
    assert not JobRun.objects.exists()


@database
def test_after_some_days_it_is_gone(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    client.post(PAGE)
    carry_out(JobRun.objects.get())
    made = Archive.objects.get()
    path = Path(made.file.path)
    Archive.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert client.post(f"{PAGE}{made.pk}/").status_code == 404
    assert path.exists()
    forget_old_archives(at=timezone.now())
    assert not Archive.objects.exists()


@database
def test_the_api_makes_and_hands_out_archives(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    asked = client.post("/api/v1/exports/").json()
    carry_out(JobRun.objects.get(pk=asked["run"]))
    [told] = client.get("/api/v1/exports/").json()["results"]
    answer = client.post(f"/api/v1/exports/{told['id']}/file/")
    assert len(b"".join(answer.streaming_content)) == told["size"]


@database
def test_the_command_writes_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    ContactFactory()
    target = tmp_path / "all.zip"
    call_command("export_everything", target)
    assert oct(target.stat().st_mode & 0o777) == "0o600"
    assert len(list(ArchiveReader(str(target)).rows("contacts"))) == Contact.objects.count()
    with pytest.raises(CommandError, match="exists already"):
        call_command("export_everything", target)


# What is made again, is secret, or is about the installation and not about its records.
NOT_TAKEN = {
    "analytics.campaigneffect",  # measured anew
    "analytics.cohort",  # counted anew every night
    "analytics.comparedgroup",  # what the score of this installation is about
    "analytics.leadfielddecision",
    "analytics.quarterforecast",  # computed anew
    "analytics.staleoutlook",
    "analytics.stalescore",
    "analytics.stalesegment",
    "analytics.lifecycletally",  # what a run is counting
    "analytics.forecastseries",  # made anew every night
    "analytics.filetrial",  # tried on a file that goes after some days
    "analytics.seriestrial",  # so, too
    "analytics.campaignfile",  # its campaign and people are taken; the file goes after some days
    "marketing.linkcheck",  # asked anew
    "core.apitoken",
    "core.archive",
    "core.auditevent",
    "core.changeset",
    "core.externalkey",  # beside the records, in their own column
    "core.givenanswer",
    "core.jobpartition",
    "core.jobrun",
    "core.jobstep",
    "core.modelartifact",
    "core.modelversion",
    "core.notification",
    "core.qualitycount",
    "core.recentrecord",
    "core.sampledata",
    "core.searchentry",
    "core.searchword",
    "core.webhook",
    "core.webhookdelivery",
    "core.webhookevent",
    "marketing.mailsettings",  # secrets and servers of this installation
    "marketing.pace",  # of workers at work
    "marketing.sending",  # how the mail server of this installation answers
    "crm.commonname",  # working tables of the search for duplicates, and what it found: found anew
    "crm.contactlifetime",  # computed anew
    "crm.companylifetime",
    "crm.companylife",  # worked out anew from what happened
    "crm.contactlife",
    "crm.lifestay",
    "crm.stalelife",
    "crm.companyquality",
    "crm.contactquality",
    "crm.contactsegment",  # found anew
    "crm.customersegment",  # its members go with it, and its name with them
    "crm.dealoutlook",  # computed anew
    "crm.duplicatecandidate",
    "crm.duplicatekey",
    "crm.duplicatepair",
    "crm.fileimport",
    "crm.importbatch",
    "crm.leadarrival",  # the queue of the assignment
    "crm.leadconversion",  # the way back of a conversion; the deal names its lead
    "crm.leadscore",
    "crm.mergedrecord",  # the way back of a merge, which hangs on the trail
    "crm.refusedrow",
    "marketing.pageview",  # of nobody known
    "marketing.visitor",  # a browser, which says who it is anew
    "marketing.contactuplift",  # learned anew
    "marketing.stalemembership",  # what waits to be asked anew
}


def test_no_table_is_forgotten() -> None:
    models = {
        model._meta.label_lower
        for app in ("core", "crm", "marketing", "analytics")
        for model in apps.get_app_config(app).get_models()
        if not model._meta.auto_created
    }
    taken = {table.model_name.lower() for table in archive_tables}
    assert models - taken - NOT_TAKEN == set(), "Declare them as an ArchiveTable, or say why not."
