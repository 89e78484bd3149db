"""A request that is sent again is done once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core.models import GivenAnswer, Role, User
from core.services import records
from core.services.api_answers import forget_old_answers
from crm.models import Contact
from tests.core.api.callers import Caller
from tests.factories import UserFactory

KEY = {"Idempotency-Key": "a-key"}
BODY = {"name": "Ann"}


@pytest.fixture
def caller(administrator: User) -> Caller:
    return Caller(administrator)


@pytest.mark.django_db
def test_the_same_request_gets_the_same_answer(caller: Caller) -> None:
    first = caller.post("contacts/", BODY, **KEY)
    again = caller.post("contacts/", BODY, **KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert (again["ETag"], again["Location"]) == (first["ETag"], first["Location"])
    assert Contact.objects.count() == 1
    assert caller.post("contacts/", BODY, **{"Idempotency-Key": "other"}).json() != first.json()


@pytest.mark.django_db
def test_another_request_with_the_key_is_refused(caller: Caller) -> None:
    caller.post("contacts/", BODY, **KEY)
    for path, body in (("contacts/", {"name": "Bob"}), ("companies/", BODY)):
        answer = caller.post(path, body, **KEY)
        assert answer.status_code == 422
        assert answer.json()["type"] == "urn:renmai:problem:key-used"
    assert Contact.objects.count() == 1


@pytest.mark.django_db
def test_a_refusal_is_an_answer_too(caller: Caller) -> None:
    first = caller.post("contacts/", {"name": "x", "email": "nobody"}, **KEY)
    again = caller.post("contacts/", {"name": "x", "email": "nobody"}, **KEY)
    assert (first.status_code, again.status_code) == (422, 422)
    assert first.json() == again.json()
    assert again["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_keys_are_ones_own_and_end_after_a_day(caller: Caller) -> None:
    first = caller.post("contacts/", BODY, **KEY).json()
    other = Caller(UserFactory(role="administrator"))
    assert other.post("contacts/", BODY, **KEY).json()["id"] != first["id"]
    GivenAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert caller.post("contacts/", BODY, **KEY).json()["id"] != first["id"]
    assert GivenAnswer.objects.count() == 1
    for key in ("x" * 201, "a\x7fb"):
        assert caller.post("contacts/", BODY, **{"Idempotency-Key": key}).status_code == 400


@pytest.mark.django_db
def test_old_answers_go_at_night(caller: Caller) -> None:
    caller.post("contacts/", BODY, **KEY)
    forget_old_answers(at=timezone.now())
    assert GivenAnswer.objects.count() == 1
    forget_old_answers(at=timezone.now() + timedelta(hours=25))
    assert not GivenAnswer.objects.exists()


@pytest.mark.django_db
def test_a_process_that_dies_midway_leaves_nothing(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_given: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(records, "index_new_records", die)
        with pytest.raises(SystemExit):
            caller.post("contacts/", BODY, **KEY)
    assert not GivenAnswer.objects.exists()
    assert not Contact.objects.exists()
    assert caller.post("contacts/", BODY, **KEY).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_two_that_come_at_once_are_one() -> None:
    role, _made = Role.objects.get_or_create(
        key="administrator", defaults={"name": "Administrator", "is_administrator": True}
    )
    caller = Caller(UserFactory(roles=[role]))

    def send(_number: int) -> Any:
        try:
            answer = Caller.of(caller.secret).post("contacts/", BODY, **KEY)
            return answer.status_code, answer.json()["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(send, range(4)))
    assert len(answers) == 1
    assert Contact.objects.count() == 1
