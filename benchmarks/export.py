"""How fast lists of contacts are exported, and in how much memory.

    python -m benchmarks.export 100000 1000000

Uses DATABASE_URL, or SQLite. Excel files are written up to the 100,000 rows they may have.
"""

import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from benchmarks.database import scratch_database
from benchmarks.score_storage import own_mib

COLUMNS = "job_title,company,email,phone,owner,city,country,created,company.industry"
COMPANIES = 1_000
BY_MODELS = 20_000


def make_contacts(count: int, owner: Any) -> None:
    """Contacts of a thousand companies: some by the models, the rest as copies by the database."""
    from crm.models import Company, Contact

    companies = [
        Company(name=f"Company {n}", industry="Machinery", owner=owner) for n in range(COMPANIES)
    ]
    for company in companies:
        company.normalise()
    companies = Company.objects.bulk_create(companies)

    def contacts() -> Iterator[Contact]:
        for number in range(min(count, BY_MODELS)):
            contact = Contact(
                name=f"Person {number}",
                email=f"person{number}@example.org",
                phone=f"+49 89 {number}",
                job_title="Head of Automation",
                city="Ulm",
                country="Germany",
                company=companies[number % COMPANIES],
                owner=owner,
            )
            contact.normalise()
            yield contact

    made = contacts()
    while batch := list(islice(made, 5_000)):
        Contact.objects.bulk_create(batch)
    copy_up_to(Contact, count)


def copy_up_to(model: Any, count: int) -> None:
    from django.db import connection

    columns = ", ".join(field.column for field in model._meta.concrete_fields[1:])
    table = model._meta.db_table
    with connection.cursor() as cursor:
        while (missing := count - model.objects.count()) > 0:
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} LIMIT {missing}"  # names of the model
            )
        cursor.execute("ANALYZE")


def measure(form: str, user: Any) -> None:
    """Export everything once; prints a line of the table."""
    from django.http import QueryDict  # noqa: TID251  # the address of a list

    from core.exports.files import csv_pieces, xlsx_file
    from core.lists import ListState, lists
    from core.lists.selection import Selection
    from core.services.exports import prepare_export

    state = ListState(lists["crm.contact"], user, QueryDict(f"columns={COLUMNS}&sort=name"))
    before, started = own_mib(), time.perf_counter()
    sheet = prepare_export(state=state, selection=Selection.of_list(state), form=form, by=user)
    first = time.perf_counter() - started
    size, highest = 0, own_mib()
    pieces = csv_pieces(sheet) if form == "csv" else iter([xlsx_file(sheet).read()])
    for piece in pieces:
        size += len(piece)
        highest = max(highest, own_mib())
    seconds = time.perf_counter() - started
    print(
        f"| {form} | {len(sheet):,} | {first:.1f} | {seconds:.1f} | {len(sheet) / seconds:,.0f} "
        f"| {size / 1e6:,.1f} | {before:.0f} | {highest:.0f} |"
    )


def main() -> None:
    with scratch_database() as vendor:
        from core.models import Role, User
        from core.services.exports import MOST_XLSX_ROWS

        user = User.objects.create_user("export@example.org", name="Ada")
        user.roles.add(Role.objects.get(key="administrator"))
        print(f"{vendor}: exporting contacts with ten columns, one of a related company")
        print("| file | rows | s to the first | s | rows/s | MB | MiB before | MiB at most |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for count in sorted(map(int, sys.argv[1:] or ["100000"])):
            make_contacts(count, user)
            measure("csv", user)
            if count <= MOST_XLSX_ROWS:
                measure("xlsx", user)


if __name__ == "__main__":
    main()
