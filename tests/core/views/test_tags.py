"""Tags under Settings: counted, renamed, merged, deleted, with a trace on every record."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.jobs.runner import execute_run
from core.models import AuditEvent, SavedView, Tag, User
from core.services import tag_changes
from core.services.tag_changes import merge_tags
from tests.factories import CompanyFactory, ContactFactory, TagFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
LIST = "/settings/tags/"


@pytest.fixture
def client(administrator: User, log_in: LogIn) -> Client:
    return log_in(administrator)


def tagged(factory: Any, *tags: Tag) -> Any:
    record = factory()
    record.tags.set(tags)
    return record


def test_list_counts_records_by_type(client: Client) -> None:
    tag = TagFactory(name="Partner")
    for _row in range(2):
        tagged(ContactFactory, tag)
    tagged(CompanyFactory, tag)
    page = client.get(LIST)
    (line,) = page.context["page"].lines
    assert {str(label): number for label, number in line.counts} == {"Contacts": 2, "Companies": 1}
    assert client.get(f"{LIST}?q=PART").context["page"].lines
    assert not client.get(f"{LIST}?q=nobody").context["page"].lines


def test_list_asks_as_often_for_many_tags(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(LIST)
        return len(asked)

    tagged(ContactFactory, TagFactory())
    client.get(LIST)
    few = queries()
    tagged(ContactFactory, *TagFactory.create_batch(30))
    assert queries() == few


def test_long_list_has_pages(client: Client) -> None:
    Tag.objects.bulk_create(Tag(name=f"t{n:03}", name_key=f"t{n:03}") for n in range(60))
    first = client.get(LIST).context["page"]
    second = client.get(LIST, {"after": first.after}).context["page"]
    assert [len(first.lines), len(second.lines), second.after] == [50, 10, ""]


def test_tag_is_renamed_and_coloured(client: Client) -> None:
    tag = TagFactory(name="Partner")
    TagFactory(name="Customer")
    url = reverse("tag_edit", args=[tag.pk])
    client.post(url, {"name": "Ally", "hue": "teal"})
    tag.refresh_from_db()
    assert (tag.name, tag.name_key, tag.hue) == ("Ally", "ally", "teal")
    assert AuditEvent.objects.get(action="tag.change").changes["name"] == ["Partner", "Ally"]
    page = client.post(url, {"name": "CUSTOMER"})
    assert page.status_code == 422
    assert "Merge the two" in page.content.decode()
    assert client.post(url, {"name": "x", "hue": "red"}).status_code == 422
    contact = tagged(ContactFactory, tag)
    assert "p-teal" in client.get(contact.get_absolute_url()).content.decode()


def test_merged_tags_leave_one_and_a_trace(client: Client, administrator: User) -> None:
    stays, goes = TagFactory(name="Partner"), TagFactory(name="Partners")
    both, one = tagged(ContactFactory, stays, goes), tagged(CompanyFactory, goes)
    condition = {"all": [{"field": "tags", "operator": "any_of", "value": [goes.pk, stays.pk]}]}
    view = SavedView.objects.create(
        object_type="crm.contact", name="V", owner=administrator, condition=condition
    )
    url = reverse("tag_merge")
    assert "Partners" in client.get(url, {"tags": [stays.pk, goes.pk]}).content.decode()
    client.post(url, {"tags": [stays.pk, goes.pk], "into": stays.pk})
    assert list(Tag.objects.values_list("name", flat=True)) == ["Partner"]
    assert list(both.tags.all()) == list(one.tags.all()) == [stays]
    traces = AuditEvent.objects.filter(object_id=both.pk, object_type="crm.contact", action="tag")
    assert traces.get().changes["tags"] == [[stays.pk, goes.pk], [stays.pk]]
    view.refresh_from_db()
    assert view.condition["all"][0]["value"] == [stays.pk]


@pytest.mark.parametrize("given", [[], ["1"], ["x", "²"], ["9" * 40]])
def test_merging_needs_two(given: list[str], client: Client) -> None:
    page = client.post(reverse("tag_merge"), {"tags": given, "into": "1"}, follow=True)
    assert "toast-bad" in page.content.decode()


def test_tag_is_deleted_after_asking(client: Client) -> None:
    tag = TagFactory(name="Old")
    contact = tagged(ContactFactory, tag)
    url = reverse("tag_delete", args=[tag.pk])
    assert "cannot be undone" in client.get(url).content.decode()
    assert Tag.objects.exists()
    client.post(url)
    assert not contact.tags.exists()
    assert not Tag.objects.exists()
    assert AuditEvent.objects.get(action="tag.delete").changes == {"name": ["Old", None]}


def test_many_records_are_changed_by_a_job(
    administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tag_changes, "MOST_AT_ONCE", 2)
    stays, goes = TagFactory(), TagFactory()
    records = [tagged(ContactFactory, goes) for _row in range(4)]
    run = merge_tags(tags=[goes, stays], into=stays, by=administrator, at=timezone.now())
    assert run is not None
    woken = [run.pk]
    while woken:
        execute_run(woken.pop(), wake=lambda pk, *_rest: woken.append(pk))
    run.refresh_from_db()
    assert (run.state, run.result) == ("succeeded", {"changed": 4})
    assert all(list(record.tags.all()) == [stays] for record in records)
    assert list(Tag.objects.all()) == [stays]


def test_only_who_may_manages_tags(manager: User, log_in: LogIn) -> None:
    assert log_in(manager).get(LIST).status_code == 403
    assert log_in(manager).post(reverse("tag_delete", args=[TagFactory().pk])).status_code == 403
