"""The search for duplicates: what it finds, what stays dismissed, what a lost worker leaves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.module_loading import import_string

from core.choices import PartitionState, RunState
from core.jobs.questions import ask
from core.models import JobPartition, JobRun
from crm.choices import PairState
from crm.models import CommonName, Contact, DuplicateCandidate, DuplicateKey, DuplicatePair
from tests.factories import CompanyFactory, ContactFactory
from tests.running import carry_out, lose_worker, work_once

pytestmark = pytest.mark.django_db

AT = datetime(2026, 5, 4, 3, tzinfo=UTC)


def search(at: datetime = AT) -> JobRun:
    """The keys, then what follows."""
    assert carry_out(ask(kind="crm.duplicate_keys", as_of=at)).state == RunState.SUCCEEDED
    return carry_out(JobRun.objects.filter(kind="crm.duplicates").latest("pk"))


def twins(**values: str) -> tuple[Contact, Contact]:
    """One person, written twice."""
    one = ContactFactory(name="Ada Lovelace", email="ada@engines.example", **values)
    return one, ContactFactory(name="Lovelace, Ada", email="ada@engines.example", **values)


def test_a_person_and_a_company_written_twice_are_found_with_reasons() -> None:
    one, other = twins()
    firms = [CompanyFactory(name=n, domain="acme.example") for n in ("Acme GmbH", "ACME")]
    ContactFactory(name="Charles Babbage", email="charles@engines.example")
    run = search()
    pairs = {pair.object_type: pair for pair in DuplicatePair.objects.all()}
    assert pairs["crm.contact"].ids == (one.pk, other.pk)
    assert pairs["crm.company"].ids == tuple(sorted(firm.pk for firm in firms))
    assert len(pairs) == DuplicatePair.objects.count()
    assert all(pair.probability >= 0.9 for pair in pairs.values())
    assert pairs["crm.contact"].reasons[0]["message"] == "Same e-mail address"
    assert (run.result["found"], run.state) == (2, RunState.SUCCEEDED)


def test_the_working_tables_are_empty_afterwards() -> None:
    twins()
    search()
    counts = [m.objects.count() for m in (DuplicateKey, DuplicateCandidate, CommonName)]
    assert counts == [0, 0, 0]


def test_a_record_in_the_bin_has_no_duplicates() -> None:
    one, _other = twins()
    Contact.objects.filter(pk=one.pk).update(deleted_at=AT)
    search()
    assert not DuplicatePair.objects.exists()


def test_a_search_again_finds_nothing_twice() -> None:
    twins()
    search()
    first = DuplicatePair.objects.get()
    search(AT + timedelta(days=1))
    again = DuplicatePair.objects.get()
    assert again.pk == first.pk
    assert again.seen_at > first.seen_at


def test_a_dismissed_pair_returns_only_when_a_record_changed() -> None:
    one, _other = twins()
    search()
    DuplicatePair.objects.update(state=PairState.DISMISSED)
    search(AT + timedelta(days=1))
    assert DuplicatePair.objects.get().state == PairState.DISMISSED
    one.city = "London"
    one.save()
    search(AT + timedelta(days=2))
    assert DuplicatePair.objects.get().state == PairState.OPEN


def test_an_open_pair_goes_when_its_records_are_told_apart() -> None:
    one, _other = twins()
    search()
    one.name, one.email = "Charles Babbage", "charles@elsewhere.example"
    one.save()
    search(AT + timedelta(days=1))
    assert not DuplicatePair.objects.exists()


def test_pairs_of_erased_records_go_even_when_dismissed() -> None:
    one, _other = twins()
    search()
    DuplicatePair.objects.update(state=PairState.DISMISSED)
    Contact.objects.filter(pk=one.pk).delete()
    search(AT + timedelta(days=1))
    assert not DuplicatePair.objects.exists()


class Killed(BaseException):
    """What no handler of errors sees, as a killed process."""


@pytest.mark.parametrize(
    ("kind", "door"),
    [
        ("crm.duplicate_keys", "crm.jobs.duplicate_keys.keep_keys"),
        ("crm.duplicates", "crm.jobs.duplicates.keep_pairs"),
    ],
)
def test_a_killed_worker_is_followed_by_another_and_nothing_is_twice(
    kind: str, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    twins()
    run = ask(kind="crm.duplicate_keys", as_of=AT)
    if kind == "crm.duplicates":
        carry_out(run)
        run = JobRun.objects.get(kind=kind)
    write = import_string(door)

    def write_and_die(*args: Any, **kwargs: Any) -> None:
        write(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(door, write_and_die)
        with pytest.raises(Killed):
            work_once(run)
    assert not DuplicatePair.objects.exists()
    assert run.rows_written == 0
    lose_worker(JobPartition.objects.get(run=run, state=PartitionState.RUNNING))
    carry_out(run)
    carry_out(JobRun.objects.get(kind="crm.duplicates"))
    assert DuplicatePair.objects.count() == 1


def test_a_new_search_waits_for_the_comparing_of_the_last() -> None:
    twins()
    carry_out(ask(kind="crm.duplicate_keys", as_of=AT))
    run = carry_out(ask(kind="crm.duplicate_keys", as_of=AT + timedelta(days=1)))
    assert run.state == RunState.FAILED
    assert "still comparing" in run.error_text
