"""kill -9 of the worker in the middle of an import, of a scoring run and of forecasts."""

import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.installation import LEASE_SECONDS, Installation, installation, kill

CLOSED_ROWS, OPEN_ROWS = 800, 9_000
WON_DEALS = 600


def finish_after_kills(
    place: Installation, run: int, kills: list[int], *, workers: int = 1
) -> None:
    """Kill the worker each time so many partitions are done, then let others finish.

    At none it is killed while it prepares the run.
    """
    died = -LEASE_SECONDS - 1.0
    for partitions in kills:
        worker = place.start_worker()
        try:
            _let_lease_end(died)
            place.drive("wake", run)
            if partitions:
                place.wait_for(run, partitions)
            else:
                place.wait_until_begun(run)
        finally:
            kill(worker)
        died = time.monotonic()
    at_work = [place.start_worker() for _number in range(workers)]
    try:
        _let_lease_end(died)
        place.drive("recover")
        assert place.wait_until_over(run) == "succeeded"
    finally:
        for worker in at_work:
            kill(worker)


def _let_lease_end(died: float) -> None:
    """What a killed worker held is free again; the next one starts meanwhile."""
    time.sleep(max(0.0, died + LEASE_SECONDS + 0.5 - time.monotonic()))


def import_and_score(folder: Path, import_kills: list[int], scoring_kills: list[int]) -> object:
    """Everything a customer can see after an import and a scoring run with some kills."""
    folder.mkdir()
    with installation(folder) as place:
        closed = place.drive("start_import", CLOSED_ROWS, "closed", 1)
        place.drive("finish_here", closed)
        opened = place.drive("start_import", OPEN_ROWS, "open", 2)
        if import_kills:
            finish_after_kills(place, opened, import_kills)
        else:
            place.drive("finish_here", opened)
        scoring = place.drive("start_scoring", "2026-03-02T00:00:00+00:00")
        if scoring_kills:
            finish_after_kills(place, scoring, scoring_kills)
        else:
            place.drive("finish_here", scoring)
        return place.drive("facts")


def forecast_all(folder: Path, kills: list[int]) -> Any:
    """All forecasts after a run with some kills."""
    folder.mkdir()
    with installation(folder) as place:
        run = place.drive("start_forecasts", WON_DEALS, "2026-03-02T00:00:00+00:00")
        if kills:
            finish_after_kills(place, run, kills)
        else:
            place.drive("finish_here", run)
        return place.drive("forecasts")


@pytest.mark.acceptance
def test_killed_workers_change_no_forecast(tmp_path: Path) -> None:
    expected = forecast_all(tmp_path / "undisturbed", [])
    assert len(expected["series"]) == expected["rows"] > 20, "each series is there once"
    assert forecast_all(tmp_path / "disturbed", [1, 3]) == expected


@pytest.mark.servers
def test_killed_workers_change_nothing_in_the_end(tmp_path: Path) -> None:
    expected = import_and_score(tmp_path / "undisturbed", [], [])
    found = import_and_score(tmp_path / "disturbed", [3], [1])
    assert found == expected


@pytest.mark.acceptance
def test_workers_killed_at_random_places_change_nothing_in_the_end(tmp_path: Path) -> None:
    expected = import_and_score(tmp_path / "undisturbed", [], [])
    for seed in range(5):
        chance = random.Random(seed)
        import_kills = sorted(chance.sample(range(1, 12), 3))
        found = import_and_score(tmp_path / f"round{seed}", import_kills, [chance.randint(1, 2)])
        assert found == expected
