"""kill -9 of the worker in the middle of a run of the value ahead; two workers that share one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.test_killed_worker import finish_after_kills
from tests.installation import Installation, installation, kill

CUSTOMERS = 4_100  # three partitions

pytestmark = [pytest.mark.servers, pytest.mark.acceptance]


def here(place: Installation, run: int) -> None:
    place.drive("finish_here", run)


def with_kills(place: Installation, run: int) -> None:
    finish_after_kills(place, run, [1])


def by_two(place: Installation, run: int) -> None:
    workers = [place.start_worker(), place.start_worker()]
    try:
        place.drive("wake", run)
        assert place.wait_until_over(run) == "succeeded"
    finally:
        for worker in workers:
            kill(worker)


def value_ahead(folder: Path, finish: Callable[[Installation, int], None]) -> object:
    folder.mkdir()
    with installation(folder) as place:
        place.drive("make_customers", CUSTOMERS)
        finish(place, place.drive("start_lifetime"))
        return place.drive("lifetime_facts")


def test_killed_workers_and_two_workers_come_to_the_same(tmp_path: Path) -> None:
    expected = value_ahead(tmp_path / "undisturbed", here)
    assert value_ahead(tmp_path / "disturbed", with_kills) == expected
    assert value_ahead(tmp_path / "shared", by_two) == expected
