"""Segments in the browser's eyes: made, counted while they are edited, filled, put away."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from core.choices import Reach, Sharing
from core.conditions import Criterion
from core.models import ChangeSet, JobRun, User
from core.services.search import index_new_records
from core.time_limits import TookTooLong
from marketing.models import Segment
from marketing.queries import segments as queries
from marketing.services.memberships import add_to_list
from marketing.services.segments import save_segment
from tests.factories import ContactFactory, RoleFactory, SegmentFactory, UserFactory
from tests.records import insight_url

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
NEW = "/segments/new/"


@pytest.fixture
def client(marketing: User, log_in: LogIn) -> Client:
    return log_in(marketing)


def sent(**given: str) -> dict[str, str]:
    return {
        "name": "Buyers",
        "kind": "dynamic",
        "sharing": "all",
        "hue": "ok",
        "entry": "0",
        "0.field": "job_title",
        "0.was": "job_title",
        "0.operator": "is",
        "0.value": "Buyer",
        **given,
    }


def test_dynamic_segment_is_made_with_its_condition(client: Client) -> None:
    assert client.get(NEW).status_code == 200
    answer = client.post(NEW, sent(save="1"))
    segment = Segment.objects.get()
    assert answer["Location"] == segment.get_absolute_url()
    assert (segment.name, segment.sharing, segment.hue) == ("Buyers", Sharing.ALL, "ok")
    page = client.get(segment.get_absolute_url()).content.decode()
    assert "The segment “Buyers” is saved." in page
    assert "Job title is Buyer" in page
    assert "All contacts are being asked" in page
    assert JobRun.objects.filter(kind="marketing.segments").count() == 1


def test_count_and_sample_follow_the_form(client: Client) -> None:
    ContactFactory(name="Ada Buyer", job_title="Buyer")
    ContactFactory(name="Bob Chief", job_title="Chief")
    headers = {"HX-Request": "true", "HX-Target": "segment-count"}
    page = client.post(NEW, sent(), headers=headers).content.decode()
    assert "1 contact" in page
    assert "Ada Buyer" in page
    assert "Bob Chief" not in page
    assert not Segment.objects.exists()


def test_slow_count_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow:
        def __init__(self, _seconds: float) -> None: ...

        def __enter__(self) -> None:
            raise TookTooLong

        def __exit__(self, *_args: Any) -> None: ...

    monkeypatch.setattr(queries, "at_most", Slow)
    headers = {"HX-Request": "true", "HX-Target": "segment-count"}
    page = client.post(NEW, sent(), headers=headers).content.decode()
    assert "Counting this takes longer than 3 seconds." in page


def test_form_grows_by_a_line_and_the_sentence_follows(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "segment-form"}
    page = client.post(NEW, sent(add="top"), headers=headers).content.decode()
    assert 'name="1.field"' in page
    assert '<option value="all" selected' in page  # a line more leaves fewer people
    assert 'value="Buyers"' in page
    headers["HX-Target"] = "rule-reads"
    assert "Job title is Buyer" in client.post(NEW, sent(), headers=headers).content.decode()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"0.field": ""}, "Choose a field."),
        ({"sharing": "nobody"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said_in_place(
    client: Client, given: dict[str, str], sentence: str
) -> None:
    answer = client.post(NEW, sent(save="1", **given))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Segment.objects.exists()


def test_list_is_made_without_a_condition_and_filled_by_hand(client: Client) -> None:
    page = client.get(f"{NEW}?kind=static").content.decode()
    assert "Which contacts" not in page
    client.post(NEW, {"name": "Dinner", "kind": "static", "sharing": "private", "save": "1"})
    segment = Segment.objects.get()
    contact = ContactFactory(name="Ada")
    where = f"/segments/{segment.pk}/members/"
    client.post(where, {"contact": "Ada", "contact_id": str(contact.pk)})
    assert list(segment.contacts.all()) == [contact]
    assert "Ada" in client.get(segment.get_absolute_url()).content.decode()
    client.post(where, {"remove": str(contact.pk)})
    assert not segment.contacts.exists()


def test_members_are_the_list_of_contacts(client: Client, marketing: User) -> None:
    segment = SegmentFactory(owner=marketing)
    there, other = ContactFactory(name="Ada There"), ContactFactory(name="Bob Other")
    add_to_list(segment=segment, contacts=[there.pk], by=marketing, at=timezone.now())
    page = client.get(f"/contacts/?if=segments:has_any:{segment.pk}").content.decode()
    assert "Ada There" in page
    assert "Bob Other" not in page
    page = client.get(f"/contacts/?if=segments:has_none:{segment.pk}").content.decode()
    assert "Ada There" not in page
    assert other.name in page


def test_contact_tells_its_segments_and_comes_on_lists(client: Client, marketing: User) -> None:
    contact = ContactFactory()
    listed = SegmentFactory(owner=marketing, name="Dinner")
    SegmentFactory(owner=marketing, name="Away", archived_at=timezone.now())
    where = f"/contacts/{contact.pk}/lists/"
    page = client.get(insight_url(contact)).content.decode()
    assert "In no segment that you see." in page
    assert "Dinner" in page
    assert "Away" not in page
    client.post(where, {"segment": str(listed.pk)})
    assert list(listed.contacts.all()) == [contact]
    assert "Take off Dinner" in client.get(insight_url(contact)).content.decode()
    client.post(where, {"remove": str(listed.pk)})
    assert not listed.contacts.exists()
    told = client.post(where, {"segment": "x"}, follow=True)
    assert "Choose a list first." in told.content.decode()
    assert client.post(where, {"segment": "999999"}).status_code == 404


def test_chosen_contacts_come_on_a_list_and_off(client: Client, marketing: User) -> None:
    listed = SegmentFactory(owner=marketing, name="Dinner")
    contacts = ContactFactory.create_batch(2)
    where = "/records/crm.contact/bulk/segment.add/"
    chosen = {"ids": [str(each.pk) for each in contacts]}
    assert "Put 2 contacts on a list" in client.post(where, chosen).content.decode()
    client.post(where, {**chosen, "segment": str(listed.pk), "apply": "1"})
    assert listed.contacts.count() == 2
    page = client.get("/contacts/").content.decode()
    assert "2 contacts put on the list." in page
    undo = reverse("change_undo", args=[ChangeSet.objects.latest("pk").pk])
    assert f'action="{undo}"' in page
    client.post(undo)
    assert listed.contacts.count() == 0
    client.post(where, {**chosen, "segment": str(listed.pk), "apply": "1"})
    where = where.replace("add", "remove")
    client.post(where, {"ids": chosen["ids"][:1], "segment": str(listed.pk), "apply": "1"})
    assert listed.contacts.count() == 1


def test_trail_tells_what_was_asked_before_and_to_whom_it_may(
    marketing: User, log_in: LogIn
) -> None:
    asked = Criterion("job_title", "is", ["Buyer"])
    segment = SegmentFactory(owner=marketing, asked=asked, sharing=Sharing.ALL)
    segment.condition = Criterion("city", "is", ["Jena"]).as_json()
    save_segment(segment=segment, by=marketing, at=timezone.now())
    url = f"{segment.get_absolute_url()}?tab=changes"
    page = log_in(marketing).get(url).content.decode()
    assert "Job title is Buyer" in page
    assert "City is Jena" in page
    grants = {"marketing.segment.view": Reach.ALL, "crm.contact.view": Reach.ALL}
    blind = UserFactory(roles=[RoleFactory(grants=grants, hides=["crm.contact.job_title"])])
    page = log_in(blind).get(url).content.decode()
    assert "Buyer" not in page
    assert "that your role does not see" in page


def test_palette_finds_segments_that_others_share(marketing: User, log_in: LogIn) -> None:
    grants = {"marketing.segment.view": Reach.OWN, "crm.contact.view": Reach.OWN}
    reader = UserFactory(
        roles=[RoleFactory(grants=grants, hides=["crm.contact.job_title"])], team=marketing.team
    )
    asked = Criterion("job_title", "is", ["Buyer"])
    given = {"owner": marketing, "team": None}
    SegmentFactory(name="Zebra dinner", sharing=Sharing.ALL, **given)
    SegmentFactory(name="Zebra lunch", **given)
    SegmentFactory(name="Zebra buyers", sharing=Sharing.ALL, asked=asked, **given)
    ids = list(Segment.objects.values_list("pk", flat=True))
    index_new_records("marketing.segment", ids)
    page = strip_tags(log_in(reader).get("/search/?q=zebra").content.decode())
    assert "Zebra dinner" in page
    assert "Zebra lunch" not in page
    assert "Zebra buyers" not in page, "it asks for what the reader does not see"


def test_sizes_are_for_whoever_sees_all_contacts(
    marketing: User, sales: User, log_in: LogIn
) -> None:
    segment = SegmentFactory(owner=marketing, sharing=Sharing.ALL, name="Shared")
    own = ContactFactory(owner=sales, team=sales.team)
    others = ContactFactory.create_batch(6)
    ids = [own.pk, *(each.pk for each in others)]
    add_to_list(segment=segment, contacts=ids, by=marketing, at=timezone.now())
    page = log_in(sales).get(segment.get_absolute_url()).content.decode()
    assert "that you see" in page
    assert others[0].name not in page
    assert "Joined" not in page
    assert 'data-label="Members"' not in log_in(sales).get("/segments/").content.decode()
    refused = log_in(sales).get("/segments/?if=size:at_least:5").content.decode()
    assert "There is no field “size”" in refused
    assert "7" in log_in(marketing).get(segment.get_absolute_url()).content.decode()


def test_it_is_duplicated_archived_and_asked_anew(client: Client, marketing: User) -> None:
    asked = Criterion("job_title", "is", ["Buyer"])
    segment = SegmentFactory(owner=marketing, team=marketing.team, asked=asked)
    answer = client.post(f"/segments/{segment.pk}/duplicate/")
    copy = Segment.objects.latest("pk")
    assert answer["Location"] == f"/segments/{copy.pk}/edit/"
    assert copy.condition == segment.condition
    before = JobRun.objects.count()
    run = client.post(f"/segments/{segment.pk}/reconcile/")
    assert JobRun.objects.count() == before + 1
    assert run["Location"].startswith("/jobs/")
    client.post(f"/segments/{segment.pk}/archive/", {"on": "1"})
    segment.refresh_from_db()
    assert segment.archived_at is not None
    page = client.get(segment.get_absolute_url()).content.decode()
    assert "Bring back" in page
    client.post(f"/segments/{segment.pk}/archive/", {"on": "0"})
    segment.refresh_from_db()
    assert segment.archived_at is None


def test_what_cannot_be_asked_any_more_is_said(client: Client, marketing: User) -> None:
    segment = SegmentFactory(owner=marketing, asked=Criterion("job_title", "is", ["Buyer"]))
    condition = {"field": "no_such", "operator": "is", "value": ["x"]}
    Segment.objects.filter(pk=segment.pk).update(condition=condition)
    page = client.get(segment.get_absolute_url()).content.decode()
    assert "The condition is not asked any more." in page
    assert client.get(f"/segments/{segment.pk}/edit/").status_code == 200


def test_somebody_elses_private_segment_is_not_there(
    sales: User, log_in: LogIn, marketing: User
) -> None:
    segment = SegmentFactory(owner=marketing)
    client = log_in(sales)
    assert client.get(segment.get_absolute_url()).status_code == 404
    assert client.get(f"/segments/{segment.pk}/edit/").status_code == 404
    assert client.post(f"/segments/{segment.pk}/members/", {"remove": "1"}).status_code == 404
