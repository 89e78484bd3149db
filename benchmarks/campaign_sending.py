"""How many messages a second a campaign sends, with one and with two workers, beside a bare loop over smtplib.

    python -m benchmarks.campaign_sending 100000      as many people, each with a personal message

The mail server is aiosmtpd in a process of its own, which notes the number of each message: at the end everybody must
be there once. The bare loop knows no database: one connection, first with messages that were made
before, then with messages that it makes by the email package. Uses a database beside the one of DATABASE_URL (its
name, "_sending_" and the size), or a file of SQLite, and keeps it.
"""

import argparse
import os
import smtplib
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any

import django

from benchmarks.database import kept_database
from benchmarks.memory import peak_megabytes

BARE = 3_000
TEXT = (
    "Hello {first name},\n\n"
    + "Line 4 was rebuilt in nine days, with no extra downtime. Read how it was planned and what it cost.\n"
    * 12
)


@contextmanager
def mail_server(folder: Path) -> Iterator[tuple[int, Path]]:
    """Its port, and the file in which it notes what it took."""
    path = folder / "taken.txt"
    path.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.mail_sink", str(path), "0", "--bare"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline()), path
        finally:
            server.kill()


def made(number: int) -> EmailMessage:
    """A message as the email package makes it: text and HTML, some 3 kB."""
    text = TEXT.replace("{first name}", f"P{number}")
    message = EmailMessage()
    message["From"] = "Ann Müller <ann@example.com>"
    message["To"] = f"p{number}@example.org"
    message["Subject"] = f"News for P{number}"
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="example.com")
    message["List-Unsubscribe"] = f"<https://crm.example.com/u/{number}/>"
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    return message


def bare_loops(port: int) -> dict[str, float]:
    """Messages a second of a loop without any database."""
    found = {}
    ready = [
        (f"p{number}@example.org", made(number).as_bytes(policy=SMTP)) for number in range(BARE)
    ]
    with smtplib.SMTP("127.0.0.1", port) as line:
        started = time.perf_counter()
        for address, content in ready:
            line.sendmail("ann@example.com", [address], content)
        found["made before"] = BARE / (time.perf_counter() - started)
        started = time.perf_counter()
        for number in range(BARE):
            line.send_message(made(number))
        found["made by the loop"] = BARE / (time.perf_counter() - started)
    return found


def prepare(people: int) -> None:
    """The people and their consents, once."""
    from crm.models import Contact
    from marketing.models import Consent
    from tests.marketing import campaigns

    if Contact.objects.count() == people == Consent.objects.count():
        return
    for _first in range(0, people, 5_000):
        campaigns.people(min(5_000, people), campaigns.purpose())


def begin(port: int) -> int:
    """A campaign that has just been told to go."""
    from django.utils import timezone

    from marketing.choices import CampaignState, MailSecurity, MailWay
    from marketing.models import Campaign, MailSettings, MessageText
    from tests.marketing.campaigns import draft

    Campaign.objects.all().delete()
    campaign = draft(state=CampaignState.SENDING, started_at=timezone.now())
    MessageText.objects.filter(message__variant__campaign=campaign).update(
        subject="News for {first name}", body={"text": TEXT}
    )
    MailSettings.objects.update_or_create(
        pk=1,
        defaults={
            "way": MailWay.SMTP,
            "host": "127.0.0.1",
            "port": port,
            "security": MailSecurity.NONE,
        },
    )
    return campaign.pk


def work(campaign: int) -> None:
    """One worker: takes turns until nothing is due."""
    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = os.environ["BENCHMARK_DATABASE"]
    from marketing.models import Campaign
    from marketing.services.sending.claims import waiting
    from marketing.services.sending.turns import take_turn

    while (
        Campaign.objects.filter(pk=campaign, gathered_to__isnull=False).exists()
        or waiting(campaign).exists()
    ):
        if take_turn(campaign) is None:
            time.sleep(0.1)
    print(f"{peak_megabytes():,.0f}")


def send(campaign: int, workers: int) -> tuple[float, list[str]]:
    """Seconds, and the peak memory that each worker says in MB."""
    from django.db import connection

    environment = os.environ | {"BENCHMARK_DATABASE": str(connection.settings_dict["NAME"])}
    command = [sys.executable, "-m", "benchmarks.campaign_sending", "--work", str(campaign)]
    started = time.perf_counter()
    at_work = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _number in range(workers)
    ]
    said = [worker.communicate()[0].strip() for worker in at_work]
    return time.perf_counter() - started, said


def once_each(path: Path, people: int) -> str:
    counts = Counter(line.split()[0] for line in path.read_text().splitlines())
    twice = sum(count > 1 for count in counts.values())
    return f"{len(counts):,} of {people:,} people, {twice} twice"


def measure(people: int, workers: list[int], *, fresh: bool) -> None:
    with kept_database(f"sending_{people}", fresh=fresh) as vendor, _folder() as folder:
        prepare(people)
        print(f"{vendor}, {people:,} people, server and workers on {os.cpu_count()} cores")
        with mail_server(folder) as (port, _path):
            for what, rate in bare_loops(port).items():
                print(f"  bare loop, {what}: {rate:,.0f} messages a second", flush=True)
        for number in workers:
            with mail_server(folder) as (port, path):
                campaign = begin(port)
                seconds, memory = send(campaign, number)
                print(
                    f"  {number} worker(s): {people / seconds:,.0f} messages a second ({seconds:.0f} s with the start of "
                    f"the workers and the gathering), peak {' and '.join(memory)} MB; {once_each(path, people)}",
                    flush=True,
                )


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", type=int, nargs="*", default=[100_000])
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--fresh", action="store_true", help="make the database anew")
    parser.add_argument("--work", type=int, help=argparse.SUPPRESS)
    given: Any = parser.parse_args()
    if given.work:
        work(given.work)
        return
    for people in given.people:
        measure(people, given.workers, fresh=given.fresh)


if __name__ == "__main__":
    main()
