"""Segments through the API: made with a condition, filled, counted."""

import pytest
from django.utils import timezone

from core.choices import Reach
from core.models import JobRun
from marketing.models import Segment
from marketing.services.memberships import add_to_list
from tests.core.api.callers import Caller
from tests.factories import ContactFactory, RoleFactory, SegmentFactory, UserFactory

pytestmark = pytest.mark.django_db

BUYERS = {"field": "job_title", "operator": "is", "value": ["Buyer"]}
ACTIONS = ("view", "create", "edit", "delete")


def caller(reach: Reach = Reach.ALL, **role: list[str]) -> Caller:
    grants = {f"marketing.segment.{action}": Reach.ALL for action in ACTIONS}
    grants["crm.contact.view"] = reach
    return Caller(UserFactory(name="Ann", roles=[RoleFactory(grants=grants, **role)]))


def test_dynamic_segment_is_made_changed_and_told() -> None:
    ann = caller()
    made = ann.post("segments/", {"name": "Buyers", "kind": "dynamic", "condition": BUYERS})
    assert made.status_code == 201, made.content
    segment = Segment.objects.get()
    assert (segment.name, segment.owner) == ("Buyers", ann.token.user)
    assert JobRun.objects.filter(kind="marketing.segments").exists()
    told = ann.get(f"segments/{segment.pk}/condition/").json()
    assert told["sentence"] == "Job title is Buyer"
    assert told["condition"] == segment.condition
    other = {**BUYERS, "value": ["Chief"]}
    assert ann.patch(f"segments/{segment.pk}/", {"condition": other}).status_code == 200
    segment.refresh_from_db()
    assert segment.condition["value"] == ["Chief"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "Odd", "kind": "dynamic"},
        {"name": "Odd", "kind": "dynamic", "condition": "all"},
        {"name": "Odd", "kind": "dynamic", "condition": {"field": "x", "operator": "is"}},
        {"name": "", "kind": "static"},
    ],
)
def test_what_makes_no_sense_is_refused(body: dict[str, object]) -> None:
    assert caller().post("segments/", body).status_code == 422
    assert not Segment.objects.exists()


def test_contacts_come_on_a_list_and_are_told() -> None:
    ann, contacts = caller(), ContactFactory.create_batch(2)
    segment = SegmentFactory(owner=ann.token.user)
    where, ids = f"segments/{segment.pk}/members/", [each.pk for each in contacts]
    assert ann.post(where, {"add": ids}).json() == {"added": 2, "removed": 0}
    told = ann.get(where).json()
    assert {each["contact"]["id"] for each in told["results"]} == set(ids)
    assert ann.post(where, {"remove": ids[:1]}).json() == {"added": 0, "removed": 1}
    assert ann.post(where, {"add": [10**9]}).status_code == 422
    assert ann.post(where, {"put": ids}).status_code == 422
    found = ann.get(f"contacts/?if=segments:has_any:{segment.pk}").json()
    assert [each["id"] for each in found["results"]] == ids[1:]
    named = ann.get(f"contacts/{ids[1]}/?fields=segments").json()
    assert named["segments"] == [{"id": segment.pk, "name": segment.name}]


def test_numbers_are_for_whoever_sees_all() -> None:
    ann, contacts = caller(Reach.OWN), ContactFactory.create_batch(2)
    own = ContactFactory(owner=ann.token.user)
    segment = SegmentFactory(owner=ann.token.user)
    admin = UserFactory(role="administrator")
    ids = [own.pk, *(each.pk for each in contacts)]
    add_to_list(segment=segment, contacts=ids, by=admin, at=timezone.now())
    told = ann.get(f"segments/{segment.pk}/").json()
    assert "size" not in told
    assert ann.get(f"segments/{segment.pk}/condition/").json()["size"] is None
    members = ann.get(f"segments/{segment.pk}/members/").json()["results"]
    assert [each["contact"]["id"] for each in members] == [own.pk]
    assert ann.post("segments/count/", {"condition": {"all": []}}).json()["count"] == 1
    assert caller().post("segments/count/", {"condition": {"all": []}}).json()["count"] == 3


def test_condition_is_counted() -> None:
    ContactFactory(job_title="Buyer")
    ContactFactory()
    assert caller().post("segments/count/", {"condition": BUYERS}).json() == {
        "count": 1,
        "is_personal": False,
    }
    assert caller().post("segments/count/", {"condition": {"field": 1}}).status_code == 422


def test_all_contacts_are_asked_now() -> None:
    ann = caller()
    ann.post("segments/", {"name": "Buyers", "kind": "dynamic", "condition": BUYERS})
    segment = Segment.objects.get()
    answer = ann.post(f"segments/{segment.pk}/reconcile/", {})
    assert answer.status_code == 200
    assert JobRun.objects.filter(pk=answer.json()["run"]).exists()
    listed = SegmentFactory(owner=ann.token.user)
    assert ann.post(f"segments/{listed.pk}/reconcile/", {}).status_code == 422
