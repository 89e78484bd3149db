"""Tasks, events and notes of Salesforce and Pipedrive come in as activities, done or open, with their links."""

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from core.models import Notification, User
from crm.choices import ActivityKind, Direction, Priority
from crm.models import Activity, Company, Contact, Deal, Product
from crm.services.imports.archives import parts_of, receive_archive
from tests.crm.files import counts, csv_text, import_file, upload
from tests.crm.test_import_archive import command, packed
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

CREATED = "2026-01-01T10:00:00.000Z"
OF_TASK = "Id,WhoId,WhatId,Subject,ActivityDate,Status,Priority,OwnerId,Description,IsDeleted,AccountId,IsClosed,CreatedDate,SystemModstamp,CallDurationInSeconds,CallType,TaskSubtype"
TASKS = [
    OF_TASK.split(","),
    ["00T1", "003A", "006A", "Call back", "2026-01-05", "Completed", "High", "005A", "We spoke.", "0", "001A", "1", CREATED, CREATED, "120", "Outbound", "Call"],
    ["00T2", "00QA", "", "Send offer", "2099-01-05", "Not Started", "Normal", "005A", "", "0", "", "0", CREATED, CREATED, "", "", "Task"],
    ["00T3", "003A", "500A", "Ask again", "2026-01-06", "In Progress", "Low", "005A", "", "0", "", "0", CREATED, CREATED, "", "", "Call"],
    ["00T4", "003A", "001A", "E-mail: hello", "", "Completed", "Normal", "005A", "Hello", "0", "", "1", CREATED, CREATED, "", "", "Email"],
    ["00T5", "003A", "", "Gone", "", "Completed", "Normal", "005A", "", "1", "", "1", CREATED, CREATED, "", "", "Task"],
]  # fmt: skip
EVENTS = [
    ["Id", "WhoId", "WhatId", "Subject", "Location", "ActivityDateTime", "ActivityDate", "DurationInMinutes", "StartDateTime", "Description", "OwnerId", "IsDeleted", "SystemModstamp"],
    ["00U1", "003A", "006A", "Demo", "Berlin", "2026-02-03T09:00:00.000Z", "2026-02-03", "45", "2026-02-03T09:00:00.000Z", "", "005A", "0", CREATED],
]  # fmt: skip
STAMP = f"SystemModstamp\n{{}},{CREATED}\n"
SALESFORCE = {
    "Task.csv": csv_text(TASKS).encode(),
    "Event.csv": csv_text(EVENTS).encode(),
    "User.csv": f"Id,Name,Email,IsActive,{STAMP}".format("005A,Grace,grace@example.org,1").encode(),
    "Account.csv": f"Id,Name,{STAMP}".format("001A,Engines").encode(),
    "Contact.csv": f"Id,LastName,AccountId,{STAMP}".format("003A,Ada,001A").encode(),
    "Lead.csv": f"Id,LastName,Email,{STAMP}".format("00QA,Bob,bob@example.org").encode(),
    "Opportunity.csv": f"Id,Name,StageName,AccountId,{STAMP}".format("006A,Lenses,Qualification,001A").encode(),
}  # fmt: skip


def brought(path: Path, files: dict[str, bytes], capsys: Any) -> dict[str, Any]:
    path.write_bytes(packed(files))
    report = command(capsys, path)
    assert not [part for part in report["parts"] if part.get("error")]
    return report


def test_tasks_and_events_of_salesforce_come_in_with_their_links(
    administrator: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = brought(tmp_path / "salesforce.zip", SALESFORCE, capsys)
    assert report["left_out"] == []
    refused = {part["file"]: part["counts"]["refused"] for part in report["parts"]}
    assert {name: n for name, n in refused.items() if n} == {"Task.csv": 1}, "the deleted one"
    ada, lenses = Contact.objects.get(name="Ada"), Deal.objects.get()
    found = {each.subject: each for each in Activity.objects.all()}
    call = found["Call back"]
    assert (call.kind, call.contact, call.deal) == (ActivityKind.CALL, ada, lenses)
    assert (call.company, call.direction, call.minutes) == (ada.company, Direction.OUT, 2)
    assert (call.priority, call.is_done, call.body) == (Priority.HIGH, True, "We spoke.")
    offer = found["Send offer"]
    assert (offer.kind, offer.is_done) == (ActivityKind.TASK, False)
    assert offer.lead is not None
    assert offer.lead.contact.email == "bob@example.org"
    again = found["Ask again"]
    assert (again.kind, again.is_done, again.deal) == (ActivityKind.CALL, False, None)
    assert "500A" in again.custom.values(), "an ID of no type that we know is kept"
    mail = found["E-mail: hello"]
    assert (mail.kind, mail.company, mail.is_done) == (ActivityKind.EMAIL, ada.company, True)
    demo = found["Demo"]
    assert (demo.kind, demo.minutes, demo.location) == (ActivityKind.MEETING, 45, "Berlin")
    assert (demo.at, demo.is_done) == (datetime(2026, 2, 3, 9, tzinfo=UTC), True)
    assert {each.owner.name for each in found.values() if each.owner} == {"Grace"}
    assert not Notification.objects.filter(user__name="Grace").exists(), (
        "nobody is told of the past"
    )


def test_the_same_archive_again_makes_nothing_anew(
    administrator: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _time in range(2):
        report = brought(tmp_path / "salesforce.zip", SALESFORCE, capsys)
    assert Activity.objects.count() == 5
    assert not any(part["counts"]["created"] for part in report["parts"])


PIPEDRIVE = {
    "organizations": [
        ["Organization - ID", "Organization - Name", "Organization - Address"],
        ["1", "Engines", "1 Sample Street"],
    ],
    "people": [
        ["Person - ID", "Person - Name", "Person - Email - Work", "Person - Organization"],
        ["1", "Ada Lovelace", "ada@example.org", "Engines"],
    ],
    "products": [
        ["Product - ID", "Product - Name", "Product - Product code", "Product - Unit price"],
        ["1", "Lens", "L-1", "120"],
    ],
    "deals": [
        ["Deal - ID", "Deal - Title", "Deal - Organization", "Deal - Contact person", "Deal - Value", "Deal - Currency of Value", "Deal - Stage", "Deal - Status"],
        ["1", "Lenses", "Engines", "Ada Lovelace", "1200", "EUR", "Qualified", "Open"],
    ],
    "activities": [
        ["Activity - ID", "Activity - Subject", "Activity - Type", "Activity - Due date", "Activity - Due time", "Activity - Duration", "Activity - Done", "Activity - Note", "Activity - Organization", "Activity - Contact person", "Activity - Deal"],
        ["1", "Ring up", "Call", "2026-01-05", "10:30", "01:15", "Done", "They like it.", "Engines", "Ada Lovelace", "Lenses"],
        ["2", "Lunch", "Lunch", "2099-01-05", "", "", "To do", "", "Engines", "Ada Lovelace", "Lenses"],
    ],
    "notes": [
        ["Note - ID", "Note - Content", "Note - Deal", "Note - Person", "Note - Organization", "Note - Add time"],
        ["1", "Prefers mail.", "Lenses", "Ada Lovelace", "Engines", "2026-01-02 08:00:00"],
    ],
}  # fmt: skip


def as_csv(rows: list[list[str]]) -> bytes:
    return csv_text(rows).encode()


def as_workbook(rows: list[list[str]]) -> bytes:
    book, out = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("ending", "written"), [("csv", as_csv), ("xlsx", as_workbook)])
def test_archive_of_pipedrive_comes_in_with_its_links(
    ending: str,
    written: Any,
    administrator: User,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = {f"{name}-1234.{ending}": written(rows) for name, rows in PIPEDRIVE.items()}
    report = brought(tmp_path / "pipedrive.zip", files, capsys)
    assert (report["source"], report["left_out"]) == ("pipedrive", [])
    told = {part["file"]: part["counts"] for part in report["parts"]}
    assert all(not each["refused"] for each in told.values()), json.dumps(report)
    ada, deal, firm = Contact.objects.get(), Deal.objects.get(), Company.objects.get()
    assert (ada.company, deal.company, deal.contact) == (firm, firm, ada)
    assert Product.objects.get().sku == "L-1"
    found = {each.kind: each for each in Activity.objects.all()}
    for each in found.values():
        assert (each.contact, each.company, each.deal) == (ada, firm, deal)
    call, lunch = found[ActivityKind.CALL], found[ActivityKind.MEETING]
    assert (call.minutes, call.is_done, lunch.is_done) == (75, True, False)
    assert (call.at.hour, call.at.minute) == (10, 30)
    note = found[ActivityKind.NOTE]
    assert (note.body, note.at) == ("Prefers mail.", datetime(2026, 1, 2, 8, tzinfo=UTC))


def test_kinds_that_nobody_names_are_told_by_the_file(administrator: User) -> None:
    rows = "Subject,Due date,Done\nRing up,2026-01-05,yes\nAsk,2099-01-05,no\n"
    for name, kind in (("calls.csv", "call"), ("activities.csv", "task")):
        Activity.objects.all().delete()
        done = import_file(rows, administrator, name=name, object_type="crm.activity")
        assert counts(done) == (2, 0, 0)
        assert set(Activity.objects.values_list("kind", flat=True)) == {kind}
        assert [each.is_done for each in Activity.objects.order_by("at")] == [True, False]


def test_links_of_salesforce_are_parted_by_type(administrator: User) -> None:
    first = upload(csv_text(TASKS), administrator, "Task.csv", "")
    assert first.object_type == "crm.activity"
    assert first.columns[:3] == ["Id", "WhatId", "Subject"], "where an ID of a case stays"
    targets = {entry["column"]: entry["target"] for entry in first.mapping}
    assert targets["ContactId"] == "contact.external"
    assert targets["LeadId"] == "lead.external"
    assert targets["OpportunityId"] == "deal.external"


def test_events_of_salesforce_are_activities(administrator: User) -> None:
    content = packed({"Event.csv": csv_text(EVENTS).encode()})
    batch = receive_archive(
        upload=SimpleUploadedFile("archive.zip", content), by=administrator, at=NOW
    )
    assert [part.object_type for part in parts_of(batch)] == ["crm.activity"]
