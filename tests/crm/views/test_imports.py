"""The import pages: upload, match, watch, result."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.models import JobRun, User
from crm.models import Lead, LeadImport
from tests.crm.files import import_file, upload
from tests.factories import UserFactory
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
TEXT = "Name,E-mail,Budget\nAda,ada@example.org,5\nBen,nobody,7\n"


def send(client: Client, content: str | bytes) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(reverse("import_list"), {"file": SimpleUploadedFile("leads.csv", data)})


def test_file_goes_the_whole_way(sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    answer = send(client, TEXT)
    lead_import = LeadImport.objects.get()
    assert answer["Location"] == reverse("import_map", args=[lead_import.pk])
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert "Budget" in page.content.decode()
    form = {"target": ["name", "email", "custom"], "known_when": ["before"] * 3, "owner": sales.pk}
    started = client.post(answer["Location"], form)
    detail = reverse("import_detail", args=[lead_import.pk])
    assert started["Location"] == detail
    poll = {"HX-Request": "true", "HX-Target": "run"}
    assert client.get(detail, headers=poll).status_code == 200
    carry_out(JobRun.objects.get(kind="crm.lead_import"))
    assert client.get(detail, headers=poll).status_code == 286
    page = client.get(detail)
    assert page.context["counts"] == {"created": 1, "updated": 0, "refused": 1}
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
    assert LeadImport.objects.count() == 0


def test_empty_file_is_told_with_what_to_do(sales: User, log_in: LogIn) -> None:
    assert "Choose a CSV or Excel file" in send(log_in(sales), b"").content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"target": ["name"], "known_when": ["before"]},
        {"target": ["name", "name", "custom"], "known_when": ["before"] * 3},
        {"target": ["name", "email", "custom"], "known_when": ["before"] * 3, "owner": "987654"},
        {"target": ["name", "email", "custom"], "known_when": ["before"] * 3, "owner": "²"},
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
    assert not LeadImport.objects.get().is_started


def test_columns_known_as_filled_in_later_are_proposed_so(sales: User, log_in: LogIn) -> None:
    import_file(TEXT, sales, known_when={"Budget": "after"})
    again = upload(TEXT, sales)
    page = log_in(sales).get(reverse("import_map", args=[again.pk]))
    assert [entry["known_when"] for entry in page.context["mapping"]] == [
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
