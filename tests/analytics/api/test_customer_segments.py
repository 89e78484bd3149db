"""Customer segments by program: what the pages show, to whom they show it."""

import pytest

from analytics.queries.customer_segments import KIND
from core.choices import FieldAccess
from core.models import JobRun, User
from crm.models import CustomerSegment
from tests.core.api.callers import Caller
from tests.factories import ContactFactory, ContactSegmentFactory, CustomerSegmentFactory
from tests.factories.core import add_rules

pytestmark = pytest.mark.django_db

SEGMENTS, RUN = "customer-segments/", "customer-segments/run/"


@pytest.fixture
def segment(sales: User) -> CustomerSegment:
    segment = CustomerSegmentFactory(name="Our best", size=7, value=12_000)
    ContactSegmentFactory(
        contact=ContactFactory(owner=sales), segment=segment, version=segment.version
    )
    return segment


def test_segments_are_listed_and_told(segment: CustomerSegment, manager: User) -> None:
    caller = Caller(manager)
    (brief,) = caller.get(SEGMENTS).json()["results"]
    assert (brief["name"], brief["size"], brief["value"]) == ("Our best", 7, 12_000)
    whole = caller.get(f"{SEGMENTS}{segment.pk}/").json()
    assert whole["sets_apart"] == [
        {
            "field": "purchases.count",
            "label": "Days with a purchase",
            "difference": 1.4,
            "mean": 10,
            "rest": 2,
        }
    ]
    assert whole["typical"][0]["word"] == "Energy"


def test_who_sees_a_part_counts_a_part(segment: CustomerSegment, sales: User) -> None:
    caller = Caller(sales)
    (brief,) = caller.get(SEGMENTS).json()["results"]
    assert (brief["size"], brief["value"]) == (1, None)
    assert caller.patch(f"{SEGMENTS}{segment.pk}/", {"name": "Mine"}).status_code == 403
    assert caller.post(RUN).status_code == 403


def test_segment_is_named_and_given_back(segment: CustomerSegment, manager: User) -> None:
    caller = Caller(manager)
    answer = caller.patch(f"{SEGMENTS}{segment.pk}/", {"name": "Stars", "colour": 4})
    assert (answer.json()["name"], answer.json()["colour"]) == ("Stars", 4)
    assert caller.patch(f"{SEGMENTS}{segment.pk}/", {"name": ""}).json()["name"] == "Loyal regulars"
    for wrong in ({"name": 3}, {"colour": 9}, {"colour": True}, {"size": 1}):
        assert caller.patch(f"{SEGMENTS}{segment.pk}/", wrong).status_code in {400, 409, 422}, wrong


def test_one_contact_has_its_segment(segment: CustomerSegment, sales: User) -> None:
    row = segment.members.get()
    told = Caller(sales).get(f"contacts/{row.pk}/segment/").json()
    assert (told["segment"], told["segment_name"]) == (segment.pk, "Our best")
    assert (told["cell"], told["recency"], told["frequency"], told["value"]) == (
        "champions",
        5,
        4,
        5,
    )
    assert told["reasons"][0]["weight"] == 0.6
    nobody = ContactFactory(owner=sales)
    told = Caller(sales).get(f"contacts/{nobody.pk}/segment/").json()
    assert told["segment"] is None
    assert told["cell"] is None
    foreign = ContactFactory()
    assert Caller(sales).get(f"contacts/{foreign.pk}/segment/").status_code == 404


def test_hidden_fields_are_not_told(segment: CustomerSegment, manager: User) -> None:
    add_rules(manager.roles.get(), ["crm.contact.model_segment"], FieldAccess.NONE)
    caller = Caller(manager)
    assert caller.get(SEGMENTS).json()["results"] == []
    told = caller.get(f"contacts/{segment.members.get().pk}/segment/").json()
    assert (told["segment"], told["reasons"], told["cell"]) == (None, [], "champions")


def test_run_is_started_once(manager: User) -> None:
    caller = Caller(manager)
    first, second = caller.post(RUN).json(), caller.post(RUN).json()
    assert first["run"] == second["run"]
    assert JobRun.objects.filter(kind=KIND).count() == 1
