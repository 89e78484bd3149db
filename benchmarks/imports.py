"""How fast a file of contacts comes in, beside what the database alone takes for the same rows.

    python -m benchmarks.imports 100000 1000000

Each file goes the whole way: upload, mapping, reading, finding each row's record by its e-mail
address, writing with trail and search index. Beside it stand the rows of the table written again by
the database's own means (COPY; on SQLite `executemany`) into the same table with the same indexes.
"""

import csv
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.database import scratch_database
from benchmarks.workers import carry_out

HEADER = ("First name", "Last name", "E-mail", "Phone", "Job title", "City", "Country", "Seats")
GIVEN = ("Ada", "Ben", "Chen", "Dana", "Emil", "Fatima", "Georg", "Hannah", "Ines", "Jun")
FAMILY = ("Lovelace", "Müller", "Okafor", "Lindqvist", "Sato", "García", "Novák", "Rossi")
TITLES = ("Head of Purchasing", "Engineer", "Managing Director", "Analyst", "Buyer")
CITIES = (
    ("Berlin", "Germany"),
    ("Lyon", "France"),
    ("Leeds", "United Kingdom"),
    ("Wien", "Austria"),
)


WORKERS = 2


def people(rows: int) -> Iterator[list[str]]:
    chance = random.Random(7)  # the same people each time
    for number in range(rows):
        given, family = chance.choice(GIVEN), chance.choice(FAMILY)
        city, country = chance.choice(CITIES)
        phone = f"+49 30 {chance.randrange(10**6, 10**7)}"
        address = (
            f"{given}.{family}.{number}@example.com".lower()
            .replace("ü", "ue")
            .replace("í", "i")
            .replace("á", "a")
        )
        title, seats = chance.choice(TITLES), str(chance.randrange(1, 5_000))
        yield [given, family, address, phone, title, city, country, seats]


def write_file(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(people(rows))


def bring_in(path: Path) -> tuple[float, float, float, dict[str, Any]]:
    """Seconds for the upload and for the run, most megabytes of a worker, what came of the rows."""
    from django.core.files import File
    from django.core.files.uploadedfile import UploadedFile
    from django.utils import timezone

    from core.models import User
    from crm.services.imports.receiving import receive_file
    from crm.services.imports.running import start_import

    by, now = User.objects.get(email="importer@example.com"), timezone.now()
    started = time.perf_counter()
    with path.open("rb") as file:
        upload = UploadedFile(File(file), path.name, size=path.stat().st_size)
        file_import = receive_file(upload=upload, by=by, at=now, object_type="crm.contact")
    uploaded = time.perf_counter()
    run = start_import(
        file_import=file_import, mapping=file_import.mapping, owner=by, by=by, as_of=now
    )
    peak = carry_out(run, WORKERS)
    return uploaded - started, time.perf_counter() - uploaded, peak, run.result


def write_alone(vendor: str) -> float:
    """Seconds that the database takes for the rows of the table, the table being empty."""
    from django.db import connection

    table = "crm_contact"
    with connection.cursor() as cursor:
        if vendor == "postgresql":
            with tempfile.TemporaryFile() as kept:
                with cursor.copy(f"COPY {table} TO STDOUT") as out:
                    for piece in out:
                        kept.write(piece)
                cursor.execute(f"TRUNCATE {table} CASCADE")
                kept.seek(0)
                started = time.perf_counter()
                with cursor.copy(f"COPY {table} FROM STDIN") as into:
                    while piece := kept.read(1 << 20):
                        into.write(piece)
                return time.perf_counter() - started
        cursor.execute(f"SELECT * FROM {table}")  # a name of ours
        rows = cursor.fetchall()
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute(f"DELETE FROM {table}")
        places = ", ".join(["%s"] * len(rows[0]))
        started = time.perf_counter()
        cursor.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
        return time.perf_counter() - started


def main() -> None:
    for rows in [int(argument) for argument in sys.argv[1:]] or [100_000]:
        with scratch_database() as vendor, tempfile.TemporaryDirectory() as folder:
            from core.models import Role, User

            User.objects.create_user("importer@example.com", name="Importer").roles.add(
                Role.objects.get(key="administrator")
            )
            path = Path(folder) / "people.csv"
            write_file(path, rows)
            uploading, running, peak, result = bring_in(path)
            alone = write_alone(vendor)
            print(
                f"{vendor}: {rows:,} rows; upload {uploading:.1f} s, run {running:.1f} s"
                f" = {rows / running:,.0f} rows/s, {result}; peak memory {peak:,.0f} MB;"
                f" the database alone {alone:.1f} s = {rows / alone:,.0f} rows/s,"
                f" share {alone / running:.3f}"
            )


if __name__ == "__main__":
    main()
