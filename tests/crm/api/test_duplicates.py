"""Duplicates by program: the queue, dismissing, searching, merging and undoing."""

import pytest

from core.choices import Reach
from core.models import JobRun, User
from crm.choices import PairState
from crm.models import Contact
from tests.core.api.callers import Caller
from tests.crm.views.test_duplicates import twins
from tests.factories import ContactFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(administrator: User) -> Caller:
    return Caller(administrator)


def test_the_queue_is_told_with_reasons(caller: Caller, administrator: User) -> None:
    pair = twins(administrator)
    told = caller.get("duplicates/?type=crm.contact&min_probability=0.95").json()
    assert told["next"] is None
    assert told["results"][0] == {
        "id": pair.pk,
        "type": "crm.contact",
        "records": [pair.one_id, pair.other_id],
        "probability": 0.97,
        "reasons": [
            {"text": "Same e-mail address", "speaks_for": True},
            {"text": "Different cities", "speaks_for": False},
        ],
    }
    assert caller.get("duplicates/?min_probability=0.99").json()["results"] == []
    assert caller.get("duplicates/?min_probability=2").status_code == 422
    assert caller.get("duplicates/?type=crm.deal").status_code == 422


def test_only_pairs_of_visible_records_are_told_and_dismissed() -> None:
    grants = {"crm.duplicates.use": Reach.ALL, "crm.contact.view": Reach.OWN}
    user = UserFactory(roles=[RoleFactory(grants=grants)])
    caller, mine, foreign = Caller(user), twins(user), twins(UserFactory(), "Foreign")
    assert [each["id"] for each in caller.get("duplicates/").json()["results"]] == [mine.pk]
    given = {"type": "crm.contact", "ids": [mine.pk, foreign.pk]}
    assert caller.post("duplicates/dismiss/", given).json() == {"dismissed": 1}
    mine.refresh_from_db()
    foreign.refresh_from_db()
    assert (mine.state, foreign.state) == (PairState.DISMISSED, PairState.OPEN)


def test_a_search_at_work_is_the_answer(caller: Caller) -> None:
    answers = [caller.post("duplicates/search/") for _turn in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert {answer.json()["run"] for answer in answers} == {JobRun.objects.get().pk}


def test_records_are_merged_and_taken_apart(caller: Caller) -> None:
    one, other = ContactFactory(name="Ada", phone=""), ContactFactory(name="Ada", phone="+44 1")
    report = ContactFactory(reports_to=other)
    merged = caller.post(
        "merges/",
        {
            "type": "crm.contact",
            "survivor": one.pk,
            "losers": [other.pk],
            "winners": {"phone": other.pk},
        },
    )
    assert merged.status_code == 200, merged.content
    assert Contact.objects.get(pk=one.pk).phone == "+44 1"
    assert Contact.objects.get(pk=other.pk).deleted_at is not None
    report.refresh_from_db()
    assert report.reports_to == one
    undone = caller.post(f"merges/{merged.json()['change']}/undo/")
    assert undone.json() == {"survivor_left": False, "links_left": 0}
    assert Contact.objects.get(pk=other.pk).deleted_at is None
    assert Contact.objects.get(pk=one.pk).phone == ""
    assert Contact.objects.get(pk=report.pk).reports_to == other


@pytest.mark.parametrize(
    "wrong",
    [
        {"survivor": "x"},
        {"losers": []},
        {"losers": ["x"]},
        {"winners": {"phone": "x"}},
        {"type": "crm.deal"},
    ],
)
def test_wrong_merges_are_refused(caller: Caller, wrong: dict[str, object]) -> None:
    one, other = ContactFactory(), ContactFactory()
    given = {"type": "crm.contact", "survivor": one.pk, "losers": [other.pk]}
    assert caller.post("merges/", given | wrong).status_code == 422
    assert Contact.objects.filter(deleted_at=None).count() == 2


def test_an_unknown_merge_cannot_be_undone(
    caller: Caller,
) -> None:
    assert caller.post("merges/999/undo/").status_code == 404
