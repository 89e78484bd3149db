"""Workers that die at any line, a broker that forgets, a database that restarts, mail servers in trouble.

After each of them everybody is in the sink once, or known as not known. The sink is a process of its own that
notes the number of every message it takes.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from django.db import connection

from marketing.models import Campaign, Recipient, Sending
from marketing.services.sending.turns import MOST_BEGUN
from tests.faults import drive
from tests.installation import ROOT, installation, kill

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 120
LEASE = 2
PATIENCE = 120
TROUBLES = ("451 4.3.0 Try again", "554 5.7.1 No", "HANG UP", "250 HANG UP", "421 4.3.2 Closing")


class Post:
    """The sink's process, what it took, and how it answers."""

    def __init__(self, folder: Path) -> None:
        self.path, self.port = folder / "taken.txt", 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.mail_sink", str(self.path), str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def answer(self, text: str) -> None:
        """From now on, after the text of a message."""
        self.path.with_suffix(".mode").write_text(text)

    @property
    def taken(self) -> Counter[str]:
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return Counter(line.split()[0] for line in lines)


@contextmanager
def post_office(folder: Path) -> Iterator[Post]:
    """A mail server, and a campaign to people that has begun, in the database of the test."""
    folder.mkdir(parents=True, exist_ok=True)
    post = Post(folder)
    post.start()
    try:
        drive.make_people(PEOPLE, post.port)
        yield post
    finally:
        post.stop()
        Campaign.objects.all().delete()


def environment() -> dict[str, str]:
    """What a process needs that works on the database of the test."""
    asked, name = os.environ.get("DATABASE_URL", ""), str(connection.settings_dict["NAME"])
    is_server = asked.startswith("postgres")
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.embedded",
        "DATABASE_URL": f"{asked.rpartition('/')[0]}/{name}" if is_server else f"sqlite:///{name}",
        "SENDING_LEASE_SECONDS": str(LEASE),
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def sender(seconds: float = 60) -> Iterator[subprocess.Popen[bytes]]:
    """A worker's process at the campaign, as Celery's task does it again and again."""
    command = [sys.executable, "-m", "tests.faults.sending", str(seconds)]
    process = subprocess.Popen(command, env=environment(), cwd=ROOT, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def states() -> dict[str, list[str]]:
    """The addresses by what became of them."""
    found: dict[str, list[str]] = {}
    for state, address in Recipient.objects.values_list("state", "address"):
        found.setdefault(state, []).append(address)
    return found


def is_done() -> bool:
    found = states()
    return bool(found) and not {"waiting", "taken"} & set(found)


def wait_until(reached: Callable[[], bool], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "Waited too long."
        time.sleep(0.02)


def finish() -> None:
    """Two workers until nobody waits."""
    with sender(), sender():
        wait_until(is_done)


def check(post: Post) -> dict[str, list[str]]:
    """Everybody once, or not known: and of whoever is not known at most once, too."""
    found, taken = states(), post.taken
    twice = {address: count for address, count in taken.items() if count > 1}
    assert not twice, "nobody gets a message twice"
    assert sum(map(len, found.values())) == PEOPLE
    assert set(found.get("sent", [])) <= set(taken), "what counts as sent has arrived"
    open_ones = set(found.get("unknown", []))
    assert set(taken) - set(found.get("sent", [])) <= open_ones, "what has arrived is sent or open"
    assert not set(found) - {"sent", "unknown", "failed"}, "nobody is skipped"
    return found


def more_than(post: Post, number: int) -> Callable[[], bool]:
    return lambda: sum(post.taken.values()) > number or is_done()


def kill_rounds(folder: Path, rounds: int, seed: int) -> tuple[int, int]:
    """Two workers, killed together at random moments; how many kills, how many not known."""
    chance, kills, unknown, number = random.Random(seed), 0, 0, 0
    while kills < rounds:
        number += 1
        with post_office(folder / f"campaign{number}") as post:
            while kills < rounds and not is_done():
                with sender() as first, sender():
                    wait_until(more_than(post, sum(post.taken.values())))
                    time.sleep(chance.random() * 0.1)
                    assert first.poll() is None, "it dies by the kill, not by itself"
                kills += 2
            finish()
            unknown += len(check(post).get("unknown", []))
    return kills, unknown


@pytest.mark.servers
def test_killed_workers_send_nothing_twice_and_skip_nobody(tmp_path: Path) -> None:
    kills, unknown = kill_rounds(tmp_path, 4, seed=1)
    assert kills >= 4
    assert unknown <= kills * MOST_BEGUN


@pytest.mark.acceptance
def test_workers_killed_two_hundred_times(tmp_path: Path) -> None:
    kills, unknown = kill_rounds(tmp_path, 200, seed=7)
    print(f"{kills} kills, {unknown} messages not known, none twice, none skipped")


@pytest.mark.acceptance
def test_a_mail_server_in_every_trouble_gets_each_message_once(tmp_path: Path) -> None:
    with post_office(tmp_path) as post:
        with sender(), sender():
            for trouble in TROUBLES:
                wait_until(more_than(post, sum(post.taken.values())))
                post.answer(trouble)
                time.sleep(0.1)
                post.answer("250 OK")
                drive.forget_rest()
            post.stop()
            time.sleep(1)
            post.start()
            wait_until(lambda: is_done() or drive.forget_rest() is not None)
        found = check(post)
    assert len(found["sent"]) > PEOPLE / 3


@pytest.mark.acceptance
def test_a_server_that_never_answers_is_left_after_a_while(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, post_office(tmp_path) as post:
        drive.use_port(silent.getsockname()[1])
        with sender():
            wait_until(lambda: Sending.objects.exclude(fault="").exists())
        drive.use_port(post.port)
        drive.forget_rest()
        finish()
        assert len(check(post)["sent"]) == PEOPLE


@pytest.mark.acceptance
@pytest.mark.servers
def test_a_restarted_database_loses_no_answer(tmp_path: Path) -> None:
    """Every connection of the workers is cut by the server, as when it restarts, again and again."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server that could restart.")
    with post_office(tmp_path) as post:
        with sender(), sender():
            for _time in range(5):
                wait_until(more_than(post, sum(post.taken.values())))
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
            wait_until(is_done)
        found = check(post)
    assert len(found["sent"]) == PEOPLE, "the workers knew every answer and wrote it"


@pytest.mark.acceptance
def test_an_emptied_broker_only_delays(tmp_path: Path) -> None:
    post = Post(tmp_path)
    post.start()
    try:
        with installation(tmp_path) as place:
            place.drive("make_people", PEOPLE, post.port)
            worker = place.start_worker()
            try:
                place.drive("wake_senders")
                wait_until(lambda: sum(post.taken.values()) > PEOPLE / 4)
                with redis.Redis.from_url(place.environment["REDIS_URL"]) as broker:
                    broker.flushall()
                left = "SELECT count(*) FROM marketing_recipient WHERE state <> 'sent'"
                # As beat does every ten seconds.
                wait_until(lambda: not place.ask(left) or place.drive("wake_senders") is not None)
            finally:
                kill(worker)
            assert set(post.taken.values()) == {1}
            assert len(post.taken) == PEOPLE
    finally:
        post.stop()
