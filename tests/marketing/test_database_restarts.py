"""The database itself goes down as if the power went, again and again while a campaign is sent, and comes back."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from marketing.services.sending.turns import MOST_BEGUN
from tests.cluster import Cluster, cluster, program
from tests.installation import MIGRATION_SECONDS, ROOT, Installation, kill
from tests.marketing.test_sending_faults import Post

pytestmark = [pytest.mark.acceptance, pytest.mark.servers]

PEOPLE = 600
RESTARTS = 6
LEASE = 2
PATIENCE = 240


@contextmanager
def worker(place: Installation) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**place.environment, "SENDING_LEASE_SECONDS": str(LEASE)}
    command = [sys.executable, "-m", "tests.faults.sending", str(PATIENCE)]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            kill(process)


def wait_until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end, "Waited too long."
        time.sleep(0.02)


def restart(server: Cluster, seconds: float) -> None:
    server.stop("immediate")
    time.sleep(seconds)
    server.start()


def states(place: Installation) -> dict[str, str]:
    """What became of each address."""
    rows = place.rows("SELECT address, state FROM marketing_recipient")
    return {str(address): str(state) for address, state in rows}


def is_done(place: Installation) -> bool:
    left = "SELECT count(*) FROM marketing_recipient WHERE state IN ('waiting', 'taken')"
    ungathered = "SELECT count(*) FROM marketing_campaign WHERE gathered_to IS NOT NULL"
    return not place.ask(ungathered) and not place.ask(left)


def test_a_database_that_goes_down_sends_nobody_twice_and_skips_nobody(tmp_path: Path) -> None:
    if not program("initdb"):
        pytest.skip("No PostgreSQL server is installed here.")
    chance, post = random.Random(3), Post(tmp_path)
    post.start()
    try:
        with cluster() as server:
            place = Installation(tmp_path, server.url, "")
            place.call("manage.py", "migrate", "-v0", seconds=MIGRATION_SECONDS)
            place.call("manage.py", "sample_users", seconds=MIGRATION_SECONDS)
            place.drive("make_people", PEOPLE, post.port)
            place.end()
            with worker(place) as first, worker(place) as second:
                for _time in range(RESTARTS):
                    before = sum(post.taken.values())
                    wait_until(lambda before=before: sum(post.taken.values()) > before)
                    time.sleep(chance.random() * 0.3)
                    restart(server, chance.random() * 2)
                    with pytest.raises(psycopg.errors.UndefinedTable):
                        place.ask("SELECT count(*) FROM nothing")  # it is back
                wait_until(lambda: is_done(place))
                assert (first.poll(), second.poll()) == (None, None), "workers outlive it"
            found, taken = Counter(states(place).values()), post.taken
            check(states(place), taken)
    finally:
        post.stop()
    print(f"{RESTARTS} restarts, {PEOPLE} people: {dict(found)}, {len(taken)} arrived, none twice")


def check(found: dict[str, str], taken: Counter[str]) -> None:
    """Everybody once, or not known: and of whoever is not known at most once, too."""
    assert len(found) == PEOPLE
    assert set(found.values()) <= {"sent", "unknown"}, "nobody is skipped"
    assert not [address for address, count in taken.items() if count > 1]
    sent = {address for address, state in found.items() if state == "sent"}
    assert sent <= set(taken), "what counts as sent has arrived"
    assert PEOPLE - len(sent) <= RESTARTS * 2 * MOST_BEGUN
    assert sum(taken.values()) > PEOPLE / 2
