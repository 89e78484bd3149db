"""How long it takes to find who is in ten dynamic segments, how much memory, and one contact alone.

    python -m benchmarks.segments 100000 1000000      as many contacts, ten times as many interactions

Uses a database beside the one of DATABASE_URL (its name, "_segments_" and the size), or a file of SQLite, and
keeps it. The run is done by one process, as by one worker, which says its peak memory; `--workers 2` lets two share it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import django

from benchmarks.big_company import NOW, Maker, Size
from benchmarks.database import kept_database
from benchmarks.memory import peak_megabytes

if TYPE_CHECKING:
    from core.conditions import Condition
    from core.models import User

KIND = "marketing.segments"
SINGLE = 200  # contacts that are asked alone
CHANGED = 0.01  # of the contacts, before the second run


def conditions() -> dict[str, "Condition"]:
    """Ten of the kinds that people ask: fields, related and added ones, time, counts, alternatives."""
    from core.conditions import Criterion, Happened, Not, all_of, any_of

    return {
        "stage": Criterion("lifecycle_stage", "is", ["sql", "customer"]),
        "title has a word": Criterion("job_title", "contains", "manager"),
        "large companies": Criterion("company.employees", "at_least", 1_000),
        "added field": Criterion("custom.lines", "at_least", 35),
        "touched lately": Criterion("touched", "last_days", 30),
        "many interactions": Happened("interaction", at_least=12),
        "active in 30 days": Happened("interaction", at_least=2, days=30),
        "quiet for 90 days": all_of(
            Criterion("lifecycle_stage", "is", ["customer"]),
            Happened("interaction", at_most=0, days=90),
        ),
        "called or clicked": any_of(
            Happened("activity", kinds=("call",), at_least=1, days=60),
            Happened("interaction", kinds=("click",), at_least=3, days=60),
        ),
        "new, not in the city": all_of(
            Criterion("created", "last_days", 120),
            Not(Criterion("city", "is", ["Berlin", "Munich"])),
        ),
    }


def prepare(contacts: int) -> None:
    """The data, once, and ten segments of an administrator."""
    from core.models import Role, User
    from crm.models import Contact
    from marketing.models import Segment

    if not Contact.objects.exists():
        size = replace(Size.of(contacts), interactions=contacts * 10)
        Maker(size, lambda line: print(f"  {line}", flush=True)).make()
    owner, made = User.objects.get_or_create(email="segments@example.com", defaults={"name": "Ann"})
    if made:
        owner.roles.add(Role.objects.get(key="administrator"))
    Segment.objects.all().delete()
    for name, condition in conditions().items():
        _save(name, condition, owner)


def _save(name: str, condition: "Condition", owner: "User") -> None:
    from core.models import JobRun
    from marketing.models import Segment
    from marketing.services.segments import save_segment

    segment = Segment(name=name, condition=condition.as_json())
    save_segment(segment=segment, by=owner, at=NOW)
    JobRun.objects.filter(kind=KIND).delete()  # the one run below asks all of them


def reconcile(workers: int) -> tuple[float, list[str]]:
    """Let the workers find the members; seconds, and the peak memory that each says in MB."""
    from django.db import connection
    from django.utils import timezone

    from core.jobs.questions import ask

    ask(kind=KIND, as_of=timezone.now())
    environment = os.environ | {"BENCHMARK_DATABASE": str(connection.settings_dict["NAME"])}
    command = [sys.executable, "-m", "benchmarks.segments", "--work"]
    started = time.perf_counter()
    at_work = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _number in range(workers)
    ]
    said = [worker.communicate()[0].strip() for worker in at_work]
    return time.perf_counter() - started, said


def work() -> None:
    """One worker: takes whatever of the run can be done, until it has ended."""
    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = os.environ["BENCHMARK_DATABASE"]
    from core.jobs.runner import execute_run
    from core.models import JobRun

    run = JobRun.objects.filter(kind=KIND).latest("pk")
    while run.is_active:
        execute_run(run.pk, wake=lambda *_later: None)
        run.refresh_from_db()
        if run.is_active:
            time.sleep(0.2)
    print(f"{peak_megabytes():,.0f}")


def change(contacts: int) -> None:
    """As if a night had passed: every hundredth contact has another stage."""
    from crm.models import Contact

    step = int(1 / CHANGED)
    numbers = range(1, contacts + 1, step)
    Contact.objects.filter(pk__in=list(numbers)).update(lifecycle_stage="lead")


@dataclass(frozen=True)
class Took:
    """Milliseconds of each contact that was brought up to date, its transaction included."""

    times: list[float]
    of_process: float

    def __str__(self) -> str:
        ordered = sorted(self.times)
        return (
            f"median {statistics.median(ordered):.1f} ms, "
            f"95 % within {ordered[int(len(ordered) * 0.95)]:.1f} ms; "
            f"{self.of_process:.1f} ms of this process"
        )


def one_by_one(contacts: int, *, moving: bool = False) -> Took:
    """The ten segments of one contact after another; those that move come into some and leave others."""
    from django.utils import timezone

    from core.registries import tell_followers
    from crm.models import Contact
    from marketing.services.refreshing import refresh_changed

    times, of_process = [], 0.0
    for number in range(1, contacts + 1, max(contacts // SINGLE, 1)):
        if moving:
            contact = Contact.objects.get(pk=number)
            contact.lifecycle_stage = "lead" if contact.lifecycle_stage == "sql" else "sql"
            contact.save(update_fields=["lifecycle_stage"])
        tell_followers("crm.contact", [number])
        begun, started = time.process_time(), time.perf_counter()
        refresh_changed(at=timezone.now())
        times.append((time.perf_counter() - started) * 1000)
        of_process += (time.process_time() - begun) * 1000
    return Took(times, of_process / len(times))


def lists(contacts: int) -> dict[str, float]:
    """Milliseconds of a page of contacts in a large segment, and not in it."""
    from django.http import QueryDict  # noqa: TID251  # the address of a list

    from core.lists import ListState
    from core.lists import lists as all_lists
    from core.models import User
    from marketing.models import Segment

    user = User.objects.get(email="segments@example.com")
    segment = Segment.objects.order_by("-size").first()
    assert segment is not None
    found: dict[str, float] = {f"members of the largest segment ({segment.size:,})": segment.size}
    for operator in ("has_any", "has_none"):
        query = QueryDict(f"if=segments:{operator}:{segment.pk}")
        times: list[float] = []
        for _round in range(20):
            state = ListState(all_lists["crm.contact"], user, query)
            started = time.perf_counter()
            rows: Any = state.rows().order_by("name_key", "pk")[:51]
            assert len(list(rows)) == 51
            times.append((time.perf_counter() - started) * 1000)
        found[f"51 rows, {operator}"] = statistics.median(times)
    return found


def measure(contacts: int, workers: int, *, fresh: bool) -> None:
    with kept_database(f"segments_{contacts}", fresh=fresh) as vendor:
        from marketing.models import SegmentMember

        prepare(contacts)
        _analyze(vendor)
        print(
            f"{vendor}, {contacts:,} contacts, {contacts * 10:,} interactions, {workers} worker(s)"
        )
        for what in ("first run", "second run, 1 % of the contacts changed"):
            seconds, memory = reconcile(workers)
            count = SegmentMember.objects.count()
            print(
                f"  {what}: {seconds:.1f} s, peak {' and '.join(memory)} MB, {count:,} members",
                flush=True,
            )
            change(contacts)
        _analyze(vendor)  # as the database does by itself within a minute
        one_by_one(SINGLE)  # what is loaded once
        print(f"  one contact: {one_by_one(contacts)}")
        print(f"  one that comes and goes: {one_by_one(contacts, moving=True)}")
        for what, value in lists(contacts).items():
            print(f"  {what}: {value:,.1f}")


def _analyze(vendor: str) -> None:
    from django.db import connection

    if vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contacts", type=int, nargs="*", default=[100_000])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--fresh", action="store_true")
    given = parser.parse_args()
    for contacts in given.contacts:
        measure(contacts, given.workers, fresh=given.fresh)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    if sys.argv[1:] == ["--work"]:
        work()
    else:
        main()
