"""The queue of duplicates: who sees what, how it is paged, what is decided."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from core.choices import Reach
from core.models import AuditEvent, JobRun, User
from crm.choices import PairState
from crm.models import Contact, DuplicatePair
from tests.factories import CompanyFactory, ContactFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
AT = datetime(2026, 5, 4, 3, tzinfo=UTC)
LIST = reverse("duplicate_list")
REASONS = [
    {"message": "Same e-mail address", "weight": 14.0, "args": {}},
    {"message": "Different cities", "weight": -1.5, "args": {}},
]


def pair(one: Contact, other: Contact, probability: float = 0.97) -> DuplicatePair:
    first, second = sorted((one.pk, other.pk))
    made: DuplicatePair = DuplicatePair.objects.create(
        object_type=one._meta.label_lower,
        one_id=first,
        other_id=second,
        probability=probability,
        reasons=REASONS,
        digest=1,
        seen_at=AT,
    )
    return made


def twins(owner: User, name: str = "Ada", probability: float = 0.97) -> DuplicatePair:
    one, other = (ContactFactory(name=f"{name} {n}", owner=owner) for n in "ab")
    return pair(one, other, probability)


def page(client: Client, **query: str) -> str:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return answer.content.decode()


def user_with(reach: Reach, **role: object) -> User:
    grants = {"crm.duplicates.use": Reach.ALL, "crm.contact.view": reach}
    return UserFactory(roles=[RoleFactory(grants=grants, **role)])


def test_a_pair_is_shown_with_its_probability_and_reasons(log_in: LogIn) -> None:
    user = user_with(Reach.OWN)
    twins(user)
    text = page(log_in(user))
    for shown in ("Ada a", "Ada b", "97%", "Same e-mail address", "Different cities"):
        assert shown in text


def test_a_pair_is_hidden_from_who_may_see_only_one_record(log_in: LogIn) -> None:
    user = user_with(Reach.OWN)
    one, other = ContactFactory(name="Seen", owner=user), ContactFactory(name="Unseen")
    pair(one, other)
    text = page(log_in(user))
    assert "Unseen" not in text
    assert "Seen" not in text


def test_a_pair_of_a_record_in_the_bin_is_not_shown(log_in: LogIn) -> None:
    user = user_with(Reach.ALL)
    found = twins(user)
    Contact.objects.filter(pk=found.one_id).update(deleted_at=AT)
    assert "Ada" not in page(log_in(user))


def test_reasons_of_hidden_fields_are_not_told(log_in: LogIn) -> None:
    user = user_with(Reach.ALL, hides=["crm.contact.email"])
    twins(user)
    text = page(log_in(user))
    assert "Same e-mail address" not in text
    assert "Different cities" in text


def test_records_that_hang_together_are_one_group(log_in: LogIn) -> None:
    user = user_with(Reach.ALL)
    people = [ContactFactory(name=f"Grace {n}", owner=user) for n in "abc"]
    pair(people[0], people[1], 0.99)
    pair(people[1], people[2], 0.92)
    text = page(log_in(user))
    assert text.count("dup-records") == 1
    assert "3 records that are probably the same" in text


def test_the_queue_is_narrowed_by_probability(log_in: LogIn) -> None:
    user = user_with(Reach.ALL)
    twins(user, "Sure", 0.995)
    twins(user, "Unsure", 0.91)
    text = page(log_in(user), least="0.99")
    assert "Sure a" in text
    assert "Unsure a" not in text


def test_pages_follow_each_other_without_a_gap(log_in: LogIn) -> None:
    user = user_with(Reach.ALL)
    for number in range(30):
        twins(user, f"N{number:02}", 0.91 + number / 1000)
    client, seen, url = log_in(user), "", LIST
    for _page in range(2):
        answer = client.get(url)
        seen += answer.content.decode()
        url = LIST + answer.context["next_url"]
    assert all(seen.count(f">N{number:02} a<") == 1 for number in range(30))
    assert answer.context["next_url"] == ""


def test_the_number_of_queries_does_not_grow(
    log_in: LogIn, django_assert_max_num_queries: Callable[..., object]
) -> None:
    user = user_with(Reach.OWN)
    for number in range(20):
        twins(user, f"N{number}")
    client = log_in(user)
    client.get(LIST)
    with django_assert_max_num_queries(15):  # type: ignore[attr-defined]
        client.get(LIST)


def test_dismissed_pairs_leave_the_queue_and_a_trace(log_in: LogIn) -> None:
    user = user_with(Reach.ALL)
    found, other = twins(user), twins(user, "Grace")
    client = log_in(user)
    client.post(reverse("duplicate_dismiss"), {"type": "crm.contact", "ids": [found.pk]})
    found.refresh_from_db()
    assert (found.state, found.decided_by) == (PairState.DISMISSED, user)
    text = page(client)
    assert "Ada a" not in text
    assert "Grace a" in text
    event = AuditEvent.objects.get(action="duplicate.dismiss")
    assert (event.object_id, event.actor) == (found.one_id, user)
    other.refresh_from_db()
    assert other.state == PairState.OPEN


def test_nobody_dismisses_a_pair_of_foreign_records(log_in: LogIn) -> None:
    user = user_with(Reach.OWN)
    found = twins(UserFactory())
    log_in(user).post(reverse("duplicate_dismiss"), {"type": "crm.contact", "ids": [found.pk]})
    found.refresh_from_db()
    assert found.state == PairState.OPEN


def test_a_search_is_begun_once(log_in: LogIn) -> None:
    client = log_in(user_with(Reach.ALL))
    assert "Nobody has searched yet" in page(client)
    for _click in range(2):
        client.post(reverse("duplicate_search"))
    assert JobRun.objects.filter(kind="crm.duplicate_keys").count() == 1
    assert "The search is at work" in page(client)


def test_companies_have_a_queue_of_their_own(log_in: LogIn) -> None:
    grants = {"crm.duplicates.use": Reach.ALL, "crm.company.view": Reach.ALL}
    user = UserFactory(roles=[RoleFactory(grants=grants)])
    one, other = (CompanyFactory(name=name, owner=user) for name in ("Acme", "ACME GmbH"))
    pair(one, other)
    text = page(log_in(user))
    assert "ACME GmbH" in text
    assert log_in(user).get(LIST, {"type": "crm.contact"}).context["current"].key == "crm.company"


def test_without_the_right_there_is_no_queue(log_in: LogIn) -> None:
    user = UserFactory(roles=[RoleFactory(grants={"crm.contact.view": Reach.ALL})])
    assert log_in(user).get(LIST).status_code == 403
