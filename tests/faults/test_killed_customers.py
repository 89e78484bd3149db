"""kill -9 of one of two workers that share a run over contacts: the same as done here by one process, row by row."""

import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.test_killed_worker import finish_after_kills
from tests.installation import LEASE_SECONDS, Installation, installation, kill

CONTACTS = 480  # over 38,000 numbers: ten parts of segments by rule, twenty of the others
KINDS = (
    "marketing.segments",
    "analytics.customer_segments",
    "analytics.lifetime_value",
    "analytics.lifecycle",
)
# Learned once, here; what is killed and shared in CI is saying it of everybody.
LEARNED = "analytics.customer_segments"

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("customers")) as made:
        made.drive("customers.make", CONTACTS)
        yield made


def undisturbed(place: Installation, kind: str) -> Any:
    place.drive("finish_here", place.drive("customers.start", kind, 1))
    found = place.drive("customers.facts", kind)
    assert found["run"][0] == "succeeded"
    assert found["parts"] >= 10
    assert len(found["rows"]) > 100
    return found


def test_one_of_two_workers_is_killed_and_nothing_changes(place: Installation) -> None:
    workers = [place.start_worker(), place.start_worker()]
    try:
        for kind in KINDS:
            expected = undisturbed(place, kind)
            trains = int(kind != LEARNED)
            if not trains:
                place.drive("finish_here", place.drive("customers.start", kind, 0))
                assert place.drive("customers.facts", kind)["rows"] == expected["rows"]
                expected = place.drive("customers.facts", kind)
            run = place.drive("customers.start", kind, trains)
            place.drive("wake", run)
            place.wait_for(run, 1)
            kill(workers.pop(0))
            workers.append(place.start_worker())
            time.sleep(LEASE_SECONDS + 0.5)
            place.drive("recover")
            assert place.wait_until_over(run) == "succeeded"
            assert place.drive("customers.facts", kind) == expected
    finally:
        for worker in workers:
            kill(worker)


@pytest.mark.acceptance
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_random_places_and_shared_by_two(place: Installation, kind: str) -> None:
    """Also while it learns: before any part is done."""
    expected = undisturbed(place, kind)
    for seed in range(4):
        chance = random.Random(seed)
        run = place.drive("customers.start", kind, 1)
        kills = sorted(chance.sample(range(1, 9), 2))
        finish_after_kills(place, run, [0, *kills], workers=1 + seed % 2)
        assert place.drive("customers.facts", kind) == expected, f"round {seed}, killed at {kills}"
