"""Claims: one winner, however many try at once."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core.choices import PartitionState, RunState
from core.jobs.leases import Lease, claim_partition, claim_run
from core.models import JobPartition, JobRun
from tests.core.jobs.test_questions import THREADS, in_threads
from tests.core.jobs.tiny import squares
from tests.running import lose_worker, work_once

AskFor = Callable[..., JobRun]


def working_run(ask_for: AskFor, partitions: int) -> JobRun:
    run = ask_for(1)
    JobRun.objects.filter(pk=run.pk).update(
        state=RunState.WORKING, partitions_total=partitions, started_at=timezone.now()
    )
    JobPartition.objects.bulk_create(
        JobPartition(run=run, position=position, payload={"numbers": [position]})
        for position in range(partitions)
    )
    run.refresh_from_db()
    return run


def at_once(claim: Callable[[], Any]) -> list[Any]:
    """What each of many threads got that tried in the same moment."""
    barrier, found = Barrier(THREADS), []

    def try_it(_number: int) -> None:
        try:
            barrier.wait()
            found.append(claim())
        finally:
            connection.close()

    in_threads(try_it)
    assert len(found) == THREADS
    return [lease for lease in found if lease is not None]


@pytest.mark.django_db(transaction=True)
def test_run_has_one_winner_among_many(ask_for: AskFor) -> None:
    run = ask_for(1)
    winners = at_once(lambda: claim_run(run.pk, waiting=RunState.QUEUED, held=RunState.PREPARING))
    assert len(winners) == 1
    run.refresh_from_db()
    assert (run.claim, run.attempts, run.state) == (1, 1, RunState.PREPARING)


@pytest.mark.django_db(transaction=True)
def test_each_partition_has_one_winner_among_many(ask_for: AskFor) -> None:
    run = working_run(ask_for, THREADS - 3)
    winners = at_once(lambda: claim_partition(run.pk, is_parallel=True))
    positions = sorted(lease.row.position for lease in winners)
    assert positions == list(range(THREADS - 3))


@pytest.mark.django_db(transaction=True)
def test_ordered_run_hands_out_one_partition_at_a_time(ask_for: AskFor) -> None:
    run = working_run(ask_for, 3)
    (winner,) = at_once(lambda: claim_partition(run.pk, is_parallel=False))
    assert winner.row.position == 0


@pytest.mark.django_db(transaction=True)
def test_many_workers_do_each_piece_once(ask_for: AskFor) -> None:
    run = ask_for(*range(24))

    def work(_number: int) -> None:
        try:
            work_once(JobRun.objects.get(pk=run.pk))
        finally:
            connection.close()

    in_threads(work)
    run.refresh_from_db()
    work_once(run)
    assert run.state == RunState.SUCCEEDED
    assert sorted(squares()) == [number * number for number in range(24)]
    assert (run.rows_written, run.partitions_done) == (24, 12)
    assert run.result["sum"] == sum(number * number for number in range(24))


@pytest.mark.django_db
def test_partition_is_not_handed_out_before_its_time(ask_for: AskFor) -> None:
    run = working_run(ask_for, 2)
    later = timezone.now() + timezone.timedelta(seconds=30)
    JobPartition.objects.filter(run=run, position=0).update(not_before=later)
    ordered = claim_partition(run.pk, is_parallel=False)
    assert ordered is None, "the order of the partitions is kept"
    parallel = claim_partition(run.pk, is_parallel=True)
    assert parallel is not None
    assert parallel.row.position == 1


@pytest.mark.django_db
def test_lost_partition_is_handed_out_again(ask_for: AskFor) -> None:
    run = working_run(ask_for, 1)
    first = claim_partition(run.pk, is_parallel=True)
    assert first is not None
    assert claim_partition(run.pk, is_parallel=True) is None
    lose_worker(first.row)
    second = claim_partition(run.pk, is_parallel=True)
    assert second is not None
    assert (first.is_held(), second.is_held()) == (False, True)
    assert second.row.attempts == 2


@pytest.mark.django_db
def test_renewing_keeps_a_lease_and_notices_a_lost_one(ask_for: AskFor) -> None:
    run = working_run(ask_for, 1)
    lease = claim_partition(run.pk, is_parallel=True)
    assert lease is not None
    lose_worker(lease.row)
    lease.renew()
    assert not lease.is_lost
    assert claim_partition(run.pk, is_parallel=True) is None
    lose_worker(lease.row)
    claim_partition(run.pk, is_parallel=True)
    lease.renew()
    assert lease.is_lost


@pytest.mark.django_db
def test_cancelled_run_is_not_claimed(ask_for: AskFor) -> None:
    run = ask_for(1)
    JobRun.objects.filter(pk=run.pk).update(cancel_requested=True)
    assert claim_run(run.pk, waiting=RunState.QUEUED, held=RunState.PREPARING) is None


@pytest.mark.django_db(transaction=True)
def test_heartbeat_renews_while_the_work_goes_on(ask_for: AskFor, settings: Any) -> None:
    settings.JOB_LEASE_SECONDS = 0.3
    run = working_run(ask_for, 1)
    partition = JobPartition.objects.get(run=run)
    JobPartition.objects.update(state=PartitionState.RUNNING, lease_until=timezone.now())
    with Lease(partition).kept_alive():
        ends = set()
        until = timezone.now() + timezone.timedelta(seconds=0.8)
        while timezone.now() < until and len(ends) < 3:
            ends.add(JobPartition.objects.get(run=run).lease_until)
    assert len(ends) >= 3
