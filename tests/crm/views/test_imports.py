"""The import pages: upload, match, watch, result."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from django.urls import reverse

from core.models import JobRun, User
from core.services.records import save_record
from crm.models import Contact, Deal, DealLine, FileImport, Lead, Product, RefusedRow, Stage
from tests.crm.files import import_file, upload
from tests.factories import ContactFactory, ProductFactory, UserFactory
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
TEXT = "Name,E-mail,Budget\nAda,ada@example.org,5\nBen,nobody,7\n"


def send(client: Client, content: str | bytes) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(
        reverse("import_list"),
        {"file": SimpleUploadedFile("leads.csv", data), "object_type": "crm.lead"},
    )


def matched(targets: list[str], **more: Any) -> dict[str, Any]:
    """What the form of the columns sends."""
    columns = len(targets)
    given = {"known_when": ["before"] * columns, "format": [""] * columns, "action": "start"}
    return {"target": targets, **given, **more}


def test_file_goes_the_whole_way(sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    answer = send(client, TEXT)
    lead_import = FileImport.objects.get()
    assert answer["Location"] == reverse("import_map", args=[lead_import.pk])
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert "Budget" in page.content.decode()
    form = matched(["person.name", "person.email", "new"], owner=sales.pk)
    started = client.post(answer["Location"], form)
    detail = reverse("import_detail", args=[lead_import.pk])
    assert started["Location"] == detail
    poll = {"HX-Request": "true", "HX-Target": "run"}
    assert client.get(detail, headers=poll).status_code == 200
    carry_out(JobRun.objects.get(kind="crm.file_import"))
    assert client.get(detail, headers=poll).status_code == 286
    page = client.get(detail)
    assert page.context["counts"] == {
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "partly": 0,
        "refused": 1,
    }
    assert "nobody" in page.content.decode()
    assert str(Lead.objects.get()) == "Ada"
    assert client.get(answer["Location"])["Location"] == detail


@pytest.mark.parametrize(
    "content",
    [b"", b"Name\n", b"\x89PNG\x00\x00", b"\xff\xfeodd"],
    ids=["empty", "header", "png", "odd"],
)
def test_file_that_cannot_be_used_is_told_on_the_page(
    content: bytes, sales: User, log_in: LogIn
) -> None:
    answer = send(log_in(sales), content)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert FileImport.objects.count() == 0


def test_empty_file_is_told_with_what_to_do(sales: User, log_in: LogIn) -> None:
    assert "Choose a CSV or Excel file" in send(log_in(sales), b"").content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {},
        matched(["person.name"]),
        matched(["person.name", "person.name", "new"]),
        matched(["person.name", "person.email", "new"], owner="987654"),
        matched(["person.name", "person.email", "new"], owner="²"),
        matched(["person.name", "person.email", "new"], mode="update", key="-"),
    ],
)
def test_mapping_that_cannot_be_is_told_on_the_page(
    form: dict[str, Any], sales: User, log_in: LogIn
) -> None:
    lead_import = upload(TEXT, sales)
    answer = log_in(sales).post(reverse("import_map", args=[lead_import.pk]), form)
    assert answer.status_code == 422
    assert answer.context["error"]
    assert JobRun.objects.count() == 0
    assert not FileImport.objects.get().is_started


def test_columns_known_as_filled_in_later_are_proposed_so(sales: User, log_in: LogIn) -> None:
    import_file(TEXT, sales, known_when={"Budget": "after"})
    again = upload(TEXT, sales)
    page = log_in(sales).get(reverse("import_map", args=[again.pk]))
    assert [line.entry["known_when"] for line in page.context["matching"].lines] == [
        "before",
        "before",
        "after",
    ]


def test_imports_of_others_are_not_listed(
    sales: User, colleague: User, administrator: User, log_in: LogIn
) -> None:
    mine, theirs = upload(TEXT, sales), upload(TEXT, colleague)
    assert list(log_in(sales).get(reverse("import_list")).context["imports"]) == [mine]
    assert len(log_in(administrator).get(reverse("import_list")).context["imports"]) == 2
    assert log_in(sales).get(reverse("import_refused", args=[theirs.pk])).status_code == 404


def test_refused_rows_are_told_in_the_language_of_the_reader(log_in: LogIn) -> None:
    user = UserFactory(role="sales", language="zh-hans")
    done = import_file(TEXT, user)
    answer = log_in(user).get(reverse("import_refused", args=[done.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "nobody" in text
    assert "e-mail address" not in text


# -- trying, answering, reverting ------------------------------------------------------------------

DEALS = (
    "Deal,Product,Stage,Value\nFirst,GTXPro,Proposal,10\nSecond,GTX Pro,Proposal,20\n"
    "Third,Unheard,Odd stage,30\nFourth,GTXPro,Won,x\n"
)


def upload_deals(client: Client) -> FileImport:
    data = {"file": SimpleUploadedFile("deals.csv", DEALS.encode())}
    client.post(reverse("import_list"), data)
    return FileImport.objects.get()


def test_trial_tells_what_would_come_and_leaves_nothing(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    ProductFactory(name="GTX Pro")
    file_import = upload_deals(client)
    url = reverse("import_map", args=[file_import.pk])
    form = matched(["name", "product", "stage", "amount"], action="check", mode="both")
    check = client.post(url, form)["Location"]
    assert check == reverse("import_check", args=[file_import.pk])
    run = JobRun.objects.get(kind="crm.import_trial")
    assert client.get(check).status_code == 200
    assert client.post(check, {"action": "start"}).status_code == 422, "the trial has to be over"
    carry_out(run)
    page = client.get(check)
    counts = page.context["counts"]
    assert (counts["created"], counts["refused"], counts["partly"]) == (2, 2, 1)
    assert Deal.objects.count() == 0
    assert not RefusedRow.objects.exists()
    by_text = {question.text: question for question in page.context["questions"]}
    assert by_text.keys() == {"GTXPro", "Odd stage"}
    assert by_text["GTXPro"].chosen == str(Product.objects.get().pk)
    assert "is not an amount" in page.content.decode()


def test_answers_are_kept_and_used(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    product = ProductFactory(name="GTX Pro")
    file_import = upload_deals(client)
    form = matched(["name", "product", "stage", "amount"], action="check")
    check = client.post(reverse("import_map", args=[file_import.pk]), form)["Location"]
    carry_out(JobRun.objects.get(kind="crm.import_trial"))
    stage = Stage.objects.filter(kind="open").first()
    answers = {"match-1-GTXPro": product.pk, "match-2-Odd stage": stage.pk}
    client.post(check, {**answers, "action": "check"})
    carry_out(JobRun.objects.filter(kind="crm.import_trial").latest("pk"))
    questions = client.get(check).context["questions"]
    assert [question.text for question in questions] == ["Unheard"]
    client.post(check, {"match-1-Unheard": "+", "action": "start"})
    carry_out(JobRun.objects.get(kind="crm.file_import"))
    lines = dict(DealLine.objects.values_list("deal__name", "product__name"))
    assert lines == {"First": "GTX Pro", "Second": "GTX Pro", "Third": "Unheard"}


def test_import_is_taken_back(administrator: User, log_in: LogIn) -> None:
    """What it made goes to the bin, what it changed is put back, what people changed since stays."""
    old = ContactFactory(name="Ada", email="ada@example.org", job_title="Old", owner=administrator)
    rows = "Name,E-mail,Job title\nAda,ada@example.org,New\nBen,ben@example.org,Hacker\nCy,cy@example.org,Poet\n"
    done = import_file(rows, administrator, object_type="crm.contact")
    cy = Contact.objects.get(name="Cy")
    cy.city = "Ulm"
    save_record(record=cy, by=administrator)
    client = log_in(administrator)
    detail = reverse("import_detail", args=[done.pk])
    assert client.get(detail).context["may_revert"]
    client.post(reverse("import_revert", args=[done.pk]))
    run = carry_out(JobRun.objects.get(kind="crm.import_revert"))
    assert run.result == {"binned": 1, "left_alone": 1, "put_back": 1, "deleted": 0}
    old.refresh_from_db()
    assert old.job_title == "Old"
    assert set(Contact.objects.kept().values_list("name", flat=True)) == {"Ada", "Cy"}
    page = client.get(detail)
    assert not page.context["may_revert"]
    assert "1 records went to the bin" in page.content.decode()
    again = import_file(rows, administrator, object_type="crm.contact")
    assert again.run is not None
    assert (again.run.result["created"], again.run.result["updated"]) == (1, 1)


def test_what_was_made_is_a_list(administrator: User, log_in: LogIn) -> None:
    ContactFactory(owner=administrator)
    done = import_file(
        "Name,E-mail\nAda,ada@example.org\n", administrator, object_type="crm.contact"
    )
    client = log_in(administrator)
    url = client.get(reverse("import_detail", args=[done.pk])).context["made_url"]
    lines = client.get(url).context["lines"]
    assert [line.row.name for line in lines] == ["Ada"]


def test_file_is_read_as_somebody_says(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    data = "Report|x\nName|City\nJürgen|Köln\n".encode("cp1252")
    client.post(reverse("import_list"), {"file": SimpleUploadedFile("people.csv", data)})
    file_import = FileImport.objects.get()
    url = reverse("import_map", args=[file_import.pk])
    told = {"action": "read", "encoding": "cp1252", "delimiter": "|", "header_line": "2"}
    assert client.post(url, {**told, "object_type": "crm.contact"})["Location"] == url
    file_import.refresh_from_db()
    assert (file_import.object_type, file_import.columns) == ("crm.contact", ["Name", "City"])
    assert file_import.mapping[0]["samples"] == ["Jürgen"]


def test_rows_are_pasted(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    client.post(reverse("import_list"), {"text": "Name\tCity\nAda\tUlm\n", "object_type": ""})
    assert FileImport.objects.get().columns == ["Name", "City"]
    empty = client.post(reverse("import_list"), {"text": " ", "object_type": ""})
    assert "Choose a file, or paste its rows" in empty.content.decode()


def test_choices_are_proposed_again(administrator: User) -> None:
    import_file("Name,Nick\nAda,A\n", administrator, object_type="crm.contact", Nick="ignore")
    again = upload("Name,Nick\nBen,B\n", administrator, object_type="crm.contact")
    assert [entry["target"] for entry in again.mapping] == ["name", "ignore"]


def test_upload_is_deleted_with_its_files(sales: User, log_in: LogIn) -> None:
    file_import = upload(TEXT, sales)
    paths = [Path(file_import.file.path), Path(file_import.original.path)]
    form = matched(["person.name", "person.email", "new"], action="discard")
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = log_in(sales).post(reverse("import_map", args=[file_import.pk]), form)
    assert answer["Location"] == reverse("import_list")
    assert not FileImport.objects.exists()
    assert not any(path.exists() for path in paths)


def test_names_are_asked_for_in_every_language(administrator: User, log_in: LogIn) -> None:
    ProductFactory(name="GTX Pro")
    text = "opportunity_id,product,deal_stage\n1,GTXPro,Won\n"
    file_import = upload(text, administrator, "deals.csv", "crm.deal")
    client, address = log_in(administrator), reverse("import_map", args=[file_import.pk])
    targets = [entry["target"] for entry in file_import.mapping]
    checked = client.post(address, matched(targets, action="check"))["Location"]
    carry_out(JobRun.objects.get(kind="crm.import_trial"))
    for language in ("en", "zh-hans"):
        User.objects.filter(pk=administrator.pk).update(language=language)
        page = client.get(checked)
        assert [question.text for question in page.context["questions"]] == ["GTXPro"]
    file_import.refresh_from_db()
    (example,) = file_import.findings["examples"]
    assert ["Stage", "", "Won"] in example["says"]


def test_upload_that_is_being_tried_stays(sales: User, log_in: LogIn) -> None:
    file_import = upload(TEXT, sales)
    client, address = log_in(sales), reverse("import_map", args=[file_import.pk])
    client.post(address, matched(["person.name", "person.email", "new"], action="check"))
    form = matched(["person.name", "person.email", "new"], action="discard")
    answer = client.post(address, form)
    assert answer.status_code == 422
    assert "just being tried" in answer.context["error"]
    assert FileImport.objects.filter(pk=file_import.pk).exists()


def test_kinds_that_somebody_may_not_import_are_not_offered(
    sales: User, administrator: User, log_in: LogIn
) -> None:
    offered = {
        user: b'value="core.user"' in log_in(user).get(reverse("import_list")).content
        for user in (sales, administrator)
    }
    assert offered == {sales: False, administrator: True}
