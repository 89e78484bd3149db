"""An uploaded archive: its parts come in with one click, one after the other, and go back with one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.models import JobRun, User
from crm.models import Company, Contact, Deal, ImportBatch
from tests.crm.test_activity_archives import SALESFORCE
from tests.crm.test_import_archive import packed, samples
from tests.running import carry_out, work_once

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]


def uploaded(client: Client, files: dict[str, bytes]) -> ImportBatch:
    file = SimpleUploadedFile("export.zip", packed(files))
    answer = client.post(reverse("import_list"), {"file": file})
    batch = ImportBatch.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == batch.get_absolute_url()
    return batch


def carry_all_out(kind: str) -> None:
    while runs := list(JobRun.objects.filter(kind=kind).active()):
        for run in runs:
            carry_out(run)


def page_of(client: Client, batch: ImportBatch) -> Any:
    return client.get(batch.get_absolute_url())


def test_archive_comes_in_with_one_click_and_goes_back_with_one(
    administrator: User, log_in: LogIn
) -> None:
    client = log_in(administrator)
    batch = uploaded(client, samples("hubspot", "deals", "contacts", "companies"))
    page = page_of(client, batch)
    assert [part.rows_are for part in page.context["parts"]] == ["Companies", "Contacts", "Deals"]
    assert "Import all parts" in page.content.decode()
    assert not Company.objects.exists()
    client.post(reverse("import_batch_start", args=[batch.pk]))
    assert JobRun.objects.filter(kind="crm.file_import").count() == 1, "one after the other"
    carry_all_out("crm.file_import")
    assert not Deal.objects.filter(company=None).exists()
    assert not Deal.objects.filter(contact=None).exists()
    page = page_of(client, batch)
    assert "Import all parts" not in page.content.decode()
    client.post(reverse("import_batch_revert", args=[batch.pk]))
    carry_all_out("crm.import_revert")
    for model in (Deal, Contact, Company):
        assert model.objects.exists()
        assert not model.objects.kept().exists()


def test_part_that_asks_something_waits_and_the_next_begins(
    administrator: User, log_in: LogIn
) -> None:
    client = log_in(administrator)
    firms = b"Company,Founded,E-mail\nAlpha,03/04/1980,a@example.org\n"
    people = b"Name,E-mail\nAda,ada@example.org\n"
    batch = uploaded(client, {"companies.csv": firms, "contacts.csv": people, "more.csv": people})
    page = page_of(client, batch)
    assert page.context["parts"][0].asks == ["Founded"]
    assert "more.csv" in page.content.decode()
    client.post(reverse("import_batch_start", args=[batch.pk]))
    carry_all_out("crm.file_import")
    assert (Company.objects.count(), Contact.objects.count()) == (0, 1)


def test_archives_of_others_are_not_there(administrator: User, sales: User, log_in: LogIn) -> None:
    batch = ImportBatch.objects.create(file_name="export.zip", created_by=administrator)
    client = log_in(sales)
    assert page_of(client, batch).status_code == 404
    assert client.post(reverse("import_batch_start", args=[batch.pk])).status_code == 404
    assert client.post(reverse("import_batch_revert", args=[batch.pk])).status_code == 404


def test_all_parts_are_tried_one_after_another_and_nothing_is_kept(
    administrator: User, log_in: LogIn
) -> None:
    client = log_in(administrator)
    batch = uploaded(client, samples("hubspot", "deals", "contacts", "companies"))
    check = reverse("import_batch_check", args=[batch.pk])
    client.post(check)
    assert JobRun.objects.filter(kind="crm.import_trial").count() == 1, "one after the other"
    client.post(check)
    assert JobRun.objects.filter(kind="crm.import_trial").count() == 1, "one is running"
    carry_all_out("crm.import_trial")
    page = page_of(client, batch)
    assert [part.is_tried for part in page.context["parts"]] == [True, True, True]
    assert [int(part.created) > 0 for part in page.context["parts"]] == [True, True, True]
    assert "the numbers say what would come of them" in page.content.decode()
    lacking = {lack.label for part in page.context["lacking"] for lack in part.lacks}
    assert lacking == {"Owner"}, "every link leads to another part"
    for model in (Deal, Contact, Company):
        assert not model.objects.exists()
    client.post(check)
    carry_all_out("crm.import_trial")
    assert JobRun.objects.filter(kind="crm.import_trial").count() == 6, "again, as it is now"
    client.post(reverse("import_batch_start", args=[batch.pk]))
    carry_all_out("crm.file_import")
    assert page_of(client, batch).context["is_tried"] is False


def lacks(client: Client, batch: ImportBatch) -> dict[tuple[str, str], list[tuple[str, int]]]:
    client.post(reverse("import_batch_check", args=[batch.pk]))
    carry_all_out("crm.import_trial")
    return {
        (part.file_import.file_name, lack.label): [tuple(each) for each in lack.most]
        for part in page_of(client, batch).context["lacking"]
        for lack in part.lacks
    }


def test_what_no_part_brings_is_told(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    files = {name: content for name, content in SALESFORCE.items() if name != "Contact.csv"}
    files["User.csv"] = files["User.csv"].replace(b"005A", b"005B")
    batch = uploaded(client, files)
    found = lacks(client, batch)
    assert found == {
        ("Task.csv", "Contact"): [("003A", 3)],
        ("Task.csv", "Owner"): [("005A", 4)],
        ("Event.csv", "Contact"): [("003A", 1)],
        ("Event.csv", "Owner"): [("005A", 1)],
    }
    assert "003A" in page_of(client, batch).content.decode()


def test_what_is_there_already_is_not_lacking(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    uploaded(client, {"Contact.csv": SALESFORCE["Contact.csv"]})
    first = ImportBatch.objects.get()
    client.post(reverse("import_batch_start", args=[first.pk]))
    carry_all_out("crm.file_import")
    ImportBatch.objects.all().delete()
    batch = uploaded(client, {"Event.csv": SALESFORCE["Event.csv"]})
    assert ("Event.csv", "Contact") not in lacks(client, batch)


def test_names_lead_to_people_of_another_part(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    files = {
        "contacts.csv": b"First name,Last name,Company\nAda,Lovelace,Engines\n",
        "deals.csv": b"Deal name,Company,Contact\nLenses,Engines,ada lovelace\nMirrors,Engines,Bob\n",
    }
    assert lacks(client, uploaded(client, files)) == {("deals.csv", "Main contact"): [("Bob", 1)]}


def test_archives_of_others_are_not_checked(
    administrator: User, sales: User, log_in: LogIn
) -> None:
    batch = ImportBatch.objects.create(file_name="export.zip", created_by=administrator)
    assert log_in(sales).post(reverse("import_batch_check", args=[batch.pk])).status_code == 404


def test_a_worker_is_called_to_the_next_part(administrator: User, log_in: LogIn) -> None:
    """Nobody waits for recovery between the parts of an archive."""
    client = log_in(administrator)
    batch = uploaded(client, samples("hubspot", "deals", "contacts", "companies"))
    for begin, kind in (("check", "crm.import_trial"), ("start", "crm.file_import")):
        client.post(reverse(f"import_batch_{begin}", args=[batch.pk]))
        first = JobRun.objects.filter(kind=kind).latest("pk")
        wakes = work_once(first)
        second = JobRun.objects.filter(kind=kind).latest("pk")
        assert second != first
        assert (second.pk, 0) in wakes.calls
        carry_all_out(kind)
