"""kill -9 of one of two workers that measure campaigns: the same as done here by one process, to the last digit."""

import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.test_killed_worker import finish_after_kills
from tests.installation import LEASE_SECONDS, Installation, installation, kill

CAMPAIGNS, PEOPLE = 5, 2_500  # two parts of recipients each, one of figures, one of credit
PARTS = CAMPAIGNS * 3 + 1
ROUNDS = 6

pytestmark = [pytest.mark.servers, pytest.mark.acceptance]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("campaigns")) as made:
        made.drive("campaigns.make", CAMPAIGNS, PEOPLE)
        yield made


@pytest.fixture(scope="module")
def expected(place: Installation) -> Any:
    place.drive("finish_here", place.drive("campaigns.start"))
    found = place.drive("campaigns.facts")
    assert found["run"][0] == "succeeded"
    assert found["parts"] == PARTS
    assert len(found["effects"]) == CAMPAIGNS
    assert len(found["rows"]) > 100
    return found


def test_one_of_two_workers_is_killed_and_nothing_changes(
    place: Installation, expected: Any
) -> None:
    workers = [place.start_worker(), place.start_worker()]
    try:
        for parts in (1, PARTS // 2, PARTS - 2):
            run = place.drive("campaigns.start")
            place.drive("wake", run)
            place.wait_for(run, parts)
            kill(workers.pop(0))
            workers.append(place.start_worker())
            time.sleep(LEASE_SECONDS + 0.5)
            place.drive("recover")
            assert place.wait_until_over(run) == "succeeded"
            assert place.drive("campaigns.facts") == expected
    finally:
        for worker in workers:
            kill(worker)


def test_killed_at_random_places_and_asked_by_two(place: Installation, expected: Any) -> None:
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        run = place.drive("campaigns.start")
        kills = sorted(chance.sample(range(1, PARTS - 1), 2))
        finish_after_kills(place, run, [0, *kills], workers=1 + seed % 2)
        assert place.drive("campaigns.facts") == expected, f"round {seed}, killed at {kills}"
    print(f"{ROUNDS} runs killed three times each: the same {len(expected['rows'])} outcomes")
