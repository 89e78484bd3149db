"""What there is beside the records: files, jobs, views, directory, fields, interactions."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.choices import RunState
from core.models import ExternalKey, JobRun, SavedView, User
from crm.models import Interaction
from tests.core.api.callers import Caller
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    TagFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(administrator: User) -> Caller:
    return Caller(administrator)


def test_files_come_and_go_with_their_record(caller: Caller) -> None:
    contact = ContactFactory()
    url = f"contacts/{contact.pk}/files/"

    def upload(name: str, content: bytes):
        file = SimpleUploadedFile(name, content)
        return caller.client.post(f"/api/v1/{url}", {"file": file}, headers=caller.headers)

    made = upload("a.txt", b"text")
    assert made.status_code == 201
    assert upload("a.exe", b"MZ").status_code == 422
    assert caller.get(url).json()["results"] == [made.json()]
    content = caller.get(f"{url}{made.json()['id']}/")
    assert b"".join(content.streaming_content) == b"text"
    assert content["Content-Disposition"].startswith("attachment")
    assert content["X-Content-Type-Options"] == "nosniff"
    assert caller.delete(f"{url}{made.json()['id']}/").status_code == 204
    assert caller.get(f"{url}{made.json()['id']}/").status_code == 404


def test_jobs_are_started_followed_and_cancelled(caller: Caller) -> None:
    kinds = {kind["kind"]: kind for kind in caller.get("jobs/kinds/").json()["results"]}
    assert kinds["core.search_rebuild"]["can_run_now"]
    run = caller.post("jobs/", {"kind": "core.search_rebuild"})
    assert run.status_code == 201, run.content
    url = f"jobs/{run.json()['id']}/"
    assert caller.get(url).json()["state"] == RunState.QUEUED
    assert caller.post(f"{url}cancel/").json()["state"] == RunState.CANCELLED
    assert caller.post(f"{url}cancel/").status_code == 422
    assert caller.post(f"{url}resume/").json()["state"] == RunState.QUEUED
    assert caller.get("jobs/").json()["results"][0]["id"] == JobRun.objects.get().pk
    assert caller.post("jobs/", {"kind": "crm.file_import"}).status_code == 422


def test_a_token_for_records_says_nothing_of_jobs(caller: Caller, administrator: User) -> None:
    run = caller.post("jobs/", {"kind": "core.search_rebuild"}).json()
    reader = Caller(administrator, scopes=["crm.lead:write"])
    assert reader.get(f"jobs/{run['id']}/").status_code == 403
    watcher = Caller(administrator, scopes=["core.job:read"])
    assert watcher.get(f"jobs/{run['id']}/").status_code == 200
    assert watcher.post(f"jobs/{run['id']}/cancel/").status_code == 403


def test_colleagues_are_names_to_whoever_may_not_manage_them(
    caller: Caller, sales: User, administrator: User
) -> None:
    UserFactory(name="Gone", is_active=False)
    plain = Caller(sales).get("users/").json()["results"]
    assert {"id": administrator.pk, "name": administrator.display_name} in plain
    assert all(row.keys() == {"id", "name"} for row in plain)
    assert "Gone" not in [row["name"] for row in plain]
    full = caller.get("users/").json()["results"]
    assert {row["email"] for row in full} >= {sales.email, administrator.email}
    assert caller.get("teams/").json()["results"][0]["name"] == "North"


def test_short_lists_go_on(caller: Caller) -> None:
    made = [TagFactory(name=f"Tag {number}").pk for number in range(5)]
    first = caller.get("tags/", {"size": "3"}).json()
    rest = caller.get("tags/", {"size": "3", "after": first["next"]}).json()
    assert [row["id"] for row in [*first["results"], *rest["results"]]] == made
    assert rest["next"] is None
    assert [row["name"] for row in caller.get("tags/", {"q": "tag 4"}).json()["results"]] == [
        "Tag 4"
    ]
    assert caller.get("tags/", {"after": "²"}).status_code == 400


def test_fields_say_what_can_be_asked_and_written(caller: Caller) -> None:
    CustomFieldFactory(object_type="crm.deal", key="plants", type="number", is_required=True)
    fields = {field["name"]: field for field in caller.get("deals/fields/").json()["results"]}
    assert fields["custom.plants"]["is_required"]
    assert fields["company"]["target"] == "crm.company"
    assert fields["stage"]["choices"]
    assert fields["name"]["is_written"]
    assert not fields["created"]["is_written"]
    assert "at_least" in fields["amount"]["operators"]


def test_interactions_are_written_once(caller: Caller, sales: User, outsider: User) -> None:
    contact = ContactFactory()
    ExternalKey.objects.create(
        object_type="crm.contact", source="shop", key="7", object_id=contact.pk
    )
    rows = [
        {"contact": contact.pk, "kind": "visit", "at": "2026-11-20T10:00:00Z", "key": "v1"},
        {
            "contact": {"source": "shop", "key": "7"},
            "kind": "purchase",
            "at": "2026-11-21T10:00:00+01:00",
            "key": "p1",
            "amount": "12.50",
            "currency": "EUR",
        },
        {"contact": 987654321, "kind": "visit", "at": "2026-11-20T10:00:00Z", "key": "v2"},
        {"contact": contact.pk, "kind": "nonsense", "at": "2026-11-20T10:00:00Z", "key": "v3"},
        "nonsense",
    ]
    answer = caller.post("interactions/bulk/", {"rows": rows}).json()
    assert (answer["written"], answer["known"]) == (2, 0)
    assert [row["index"] for row in answer["refused"]] == [2, 3, 4]
    again = caller.post("interactions/bulk/", {"rows": rows[:2]}).json()
    assert (again["written"], again["known"]) == (0, 2)
    assert Interaction.objects.count() == 2
    url = f"contacts/{contact.pk}/interactions/"
    assert [row["key"] for row in caller.get(url).json()["results"]] == ["p1", "v1"]
    assert caller.get(url, {"kind": "purchase"}).json()["results"][0]["amount"] == "12.50"
    foreign = Caller(outsider)
    assert foreign.get(url).status_code == 404
    refused = foreign.post("interactions/bulk/", {"rows": rows[:1]}).json()["refused"]
    assert len(refused) == 1


def test_a_shared_view_does_not_tell_what_it_hides(sales: User, administrator: User) -> None:
    SavedView.objects.create(
        object_type="crm.lead",
        name="Shared",
        owner=administrator,
        sharing="all",
        condition={"field": "nonsense", "operator": "is", "value": ["x"]},
        columns=["status", "nonsense"],
        sort="-nonsense",
    )
    found = Caller(sales).get("views/", {"type": "crm.lead"}).json()["results"]
    (view,) = [row for row in found if row["name"] == "Shared"]
    assert (view["condition"], view["fields"], view["sort"]) == (None, ["status"], None)
    assert Caller(sales).get("leads/", {"view": view["id"]}).status_code == 400


@pytest.mark.parametrize("size", [3, 30])
def test_lists_ask_as_often_for_many_rows_as_for_one(caller: Caller, size: int) -> None:
    """Added fields that link, tags, keys of other systems, fields of linked records included."""
    for key, field_type in (("plant", "link"), ("keeper", "user")):
        target = "crm.company" if field_type == "link" else ""
        CustomFieldFactory(object_type="crm.contact", key=key, type=field_type, target=target)

    def make(number: int) -> None:
        for _row in range(number):
            company = CompanyFactory(parent=CompanyFactory())
            custom = {"plant": company.pk, "keeper": UserFactory().pk}
            contact = ContactFactory(company=company, owner=UserFactory(), custom=custom)
            contact.tags.add(TagFactory(), TagFactory())
            ExternalKey.objects.create(
                object_type="crm.contact", source="erp", key=str(contact.pk), object_id=contact.pk
            )

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert caller.get(path).status_code == 200
        return len(found)

    paths = ["contacts/", "contacts/?fields=name,company.parent,company.owner,custom,tags"]
    paths += [
        "contacts/?fields=groups,events",
        "contacts/?count=true&if=company.industry:empty",
        "tags/",
        "users/",
        "views/",
    ]
    make(1)
    caller.get("me/")
    before = [queries(path) for path in paths]
    make(size)
    assert [queries(path) for path in paths] == before
    assert max(before) <= 15


def test_rows_ask_as_often_for_many_as_for_few(caller: Caller) -> None:
    def rows(first: int, number: int) -> dict[str, object]:
        return {
            "rows": [
                {
                    "external": {"source": "erp", "key": str(it)},
                    "name": f"Person {it}",
                    "company": {"name": "Acme"},
                    "tags": ["a", "b"],
                }
                for it in range(first, first + number)
            ]
        }

    def queries(body: dict[str, object]) -> int:
        with CaptureQueriesContext(connection) as found:
            answer = caller.post("contacts/bulk/", body).json()
        assert answer["refused"] == 0
        return len(found)

    queries(rows(0, 1))
    made = [queries(rows(10, 3)), queries(rows(20, 30))]
    assert made[1] <= made[0] + 2
    known = [queries(rows(10, 3)), queries(rows(20, 30))]
    assert known[1] <= known[0] + 2
