"""Imports by the API: upload, try, start, report, revert."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.choices import Reach
from core.models import JobRun, User
from crm.models import Contact
from tests.core.api.callers import Caller
from tests.factories import ContactFactory, RoleFactory, UserFactory
from tests.running import carry_out

pytestmark = pytest.mark.django_db

ROWS = b"Name,E-mail,Rank\nAda,ada@example.org,Countess\nBen,nobody,Hacker\n"


def upload(caller: Caller, content: bytes = ROWS, kind: str = "crm.contact"):
    data = {"file": SimpleUploadedFile("people.csv", content), "object_type": kind}
    return caller.client.post("/api/v1/imports/", data, headers=caller.headers)


@pytest.fixture
def caller(administrator: User) -> Caller:
    return Caller(administrator)


def test_file_goes_the_whole_way(caller: Caller) -> None:
    made = upload(caller).json()
    assert [column["target"] for column in made["columns"]] == ["name", "email", "new"]
    url = f"imports/{made['id']}/"
    told = {"columns": {"Rank": "job_title"}, "mode": "both", "key": ["email"]}
    tried = caller.post(f"{url}try/", told)
    assert tried.status_code == 201
    carry_out(JobRun.objects.get(pk=tried.json()["run"]))
    report = caller.get(f"{url}report/").json()
    assert (report["counts"]["created"], report["counts"]["refused"]) == (1, 1)
    assert Contact.objects.count() == 0
    started = caller.post(f"{url}start/", told)
    carry_out(JobRun.objects.get(pk=started.json()["run"]))
    report = caller.get(f"{url}report/").json()
    assert report["columns"]["Rank"] == "job_title"
    assert "not an e-mail address" in report["told"][0]["reason"]
    assert Contact.objects.get().job_title == "Countess"
    refused = caller.get(f"{url}refused/").json()["results"]
    assert refused == [
        {"row": 2, "reason": report["told"][0]["reason"], "came_in": False}
        | {"values": ["Ben", "nobody", "Hacker"]}
    ]
    reverted = caller.post(f"{url}revert/", {})
    carry_out(JobRun.objects.get(pk=reverted.json()["run"]))
    assert not Contact.objects.kept().exists()
    assert caller.post(f"{url}revert/", {}).status_code == 422
    assert caller.post(f"{url}start/", told).status_code == 422


@pytest.mark.parametrize(
    "told",
    [
        {"mode": "destroy"},
        {"columns": {"Nobody": "name"}},
        {"columns": {"Rank": "owner_id"}},
        {"columns": {"Rank": ["job_title"]}},
        {"columns": {"Rank": {"target": "job_title", "sql": ""}}},
        {"columns": "Rank"},
        {"key": ["job_title"]},
        {"key": "email"},
        {"odd": 1},
    ],
)
def test_mapping_that_cannot_be_is_refused_with_a_sentence(told: object, caller: Caller) -> None:
    made = upload(caller).json()
    answer = caller.post(f"imports/{made['id']}/start/", told)
    assert answer.status_code == 422
    assert not JobRun.objects.exists()


def test_import_takes_the_rights_over_its_records() -> None:
    grants = {"crm.import.use": Reach.ALL, "crm.contact.view": Reach.ALL}
    caller = Caller(UserFactory(roles=[RoleFactory(grants=grants)]))
    made = upload(caller).json()
    assert caller.post(f"imports/{made['id']}/start/", {}).status_code == 403


def test_import_of_another_is_not_there(caller: Caller) -> None:
    made = upload(caller).json()
    other = Caller(UserFactory(role="sales"))
    for part in ("", "targets/", "report/", "refused/"):
        assert other.get(f"imports/{made['id']}/{part}").status_code == 404
    for part in ("try/", "start/", "revert/"):
        assert other.post(f"imports/{made['id']}/{part}", {}).status_code == 404


def test_targets_are_told(caller: Caller) -> None:
    made = upload(caller).json()
    told = caller.get(f"imports/{made['id']}/targets/").json()["results"]
    assert {"name", "email", "company", "company.external", "external"} <= {
        it["name"] for it in told
    }


def test_update_changes_only_what_is_there(caller: Caller) -> None:
    ContactFactory(email="ada@example.org", job_title="")
    content = b"Name,E-mail,Job title\nAda,ada@example.org,Countess\nBen,ben@example.org,Hacker\n"
    made = upload(caller, content).json()
    started = caller.post(f"imports/{made['id']}/start/", {"mode": "update", "key": ["email"]})
    run = carry_out(JobRun.objects.get(pk=started.json()["run"]))
    assert (run.result["updated"], run.result["refused"]) == (1, 1)
