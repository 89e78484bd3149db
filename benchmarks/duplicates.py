"""How long the search for duplicates takes, how much memory, and how right it is.

    python -m benchmarks.duplicates 1000000

The people are those of the tests, with names as often as in a population, three in ten of them
twice; which are the same is known. Two processes work at the search, as two workers of a server would.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import django

from benchmarks.database import scratch_database
from benchmarks.memory import peak_megabytes
from crm.methods.duplicates.records import Person
from tests.crm.methods.duplicate_sets import TUNING, Lists, Pair, held_out, people_set

WORKERS = 2
SEED = 7
BATCH = 5_000
MOST_FREQUENT = 300  # how often the commonest name is drawn beside the rarest


def population() -> Lists:
    """All names of the two lists, the first ones often and the last ones seldom."""
    one, other = TUNING, held_out()
    merged = {
        field: tuple(dict.fromkeys(names + getattr(other, field)))
        for field, names in vars(one).items()
    }
    return Lists(**{field: _weighted(field, names) for field, names in merged.items()})


def _weighted(field: str, names: tuple[str, ...]) -> tuple[str, ...]:
    if field.endswith("firms"):
        return names
    ranked = enumerate(names, start=1)
    return tuple(name for rank, name in ranked for _ in range(1 + MOST_FREQUENT // rank))


def write_contacts(size: int, lists: Lists) -> set[Pair]:
    """Write the people as contacts numbered like them; the pairs that are the same."""
    from core.insertion import insert_records, insert_rows
    from crm.models import Company, Contact

    drawn = people_set(lists, SEED, size)
    names = {person.company_name for person in drawn.people if person.company_name}
    companies = [Company(name=name) for name in sorted(names)]
    for company in companies:
        company.normalise()
    insert_records(companies)
    firms = {company.name: company.pk for company in companies}
    fields = [field.attname for field in Contact._meta.concrete_fields]
    for start in range(0, len(drawn.people), BATCH):
        people = drawn.people[start : start + BATCH]
        insert_rows(Contact, fields, _rows(people, firms, fields))
    return drawn.pairs()


def _rows(people: list[Person], firms: dict[str, int], fields: list[str]) -> Iterator[list[Any]]:
    from django.utils import timezone

    from crm.models import Contact

    for person in people:
        contact = Contact(
            pk=person.id,
            name=person.name,
            email=person.email,
            phone=person.phone,
            other_email=next(iter(person.other_emails), ""),
            other_phone=next(iter(person.other_phones), ""),
            company_id=firms.get(person.company_name),
            job_title=person.job_title,
            city=person.city,
            linkedin_url=person.linkedin_url,
            updated_at=timezone.now(),
        )
        contact.normalise()
        yield [getattr(contact, field) for field in fields]


def search(database: str) -> list[str]:
    """Let the workers search; what each says of its memory."""
    from django.utils import timezone

    from core.jobs.questions import ask

    ask(kind="crm.duplicate_keys", as_of=timezone.now())
    url = urlsplit(os.environ.get("DATABASE_URL", ""))
    environment = os.environ | {"DATABASE_URL": urlunsplit(url._replace(path=f"/{database}"))}
    command = [sys.executable, "-m", "benchmarks.duplicates", "work"]
    workers = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _number in range(WORKERS)
    ]
    return [worker.communicate()[0].strip() for worker in workers]


def work() -> None:
    """One worker: takes whatever of the two runs can be done, until both have ended."""
    django.setup()
    from core.jobs.runner import execute_run
    from core.models import JobRun

    for kind in ("crm.duplicate_keys", "crm.duplicates"):
        run = JobRun.objects.filter(kind=kind).latest("pk")
        while run.is_active:
            execute_run(run.pk, wake=lambda *_later: None)
            time.sleep(0.5)
            run.refresh_from_db()
    print(f"{peak_megabytes():,.0f}")


def accuracy(truth: set[Pair]) -> tuple[float, float, int]:
    """Precision and recall of the pairs of contacts that were found, and how many they are."""
    from crm.models import DuplicatePair

    rows = DuplicatePair.objects.filter(object_type="crm.contact")
    found = set(rows.values_list("one_id", "other_id"))
    right = len(found & truth)
    return right / len(found), right / len(truth), len(found)


def main() -> None:
    for size in [int(argument) for argument in sys.argv[1:]] or [100_000]:
        with scratch_database() as vendor:
            from django.db import connection

            from core.models import JobRun

            truth = write_contacts(size, population() if size > BATCH * 2 else held_out())
            started = time.perf_counter()
            memory = search(str(connection.settings_dict["NAME"]))
            seconds = time.perf_counter() - started
            precision, recall, count = accuracy(truth)
            for run in JobRun.objects.order_by("pk"):
                took = (run.finished_at - run.started_at).total_seconds()  # type: ignore[operator]
                print(f"  {run.kind}: {run.state}, {took:.1f} s, {run.result}")
            print(
                f"{vendor}: {size:,} contacts in {seconds:.1f} s; peak memory of the workers"
                f" {' and '.join(memory)} MB; {count:,} pairs; precision {precision:.4f},"
                f" recall {recall:.4f}"
            )


if __name__ == "__main__":
    if sys.argv[1:] == ["work"]:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
        work()
    else:
        main()
