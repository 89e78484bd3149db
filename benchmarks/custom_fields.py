"""Where values of custom fields should lie: in the record's JSON, or in a typed side table.

    python -m benchmarks.custom_fields 100000

Uses DATABASE_URL, or SQLite. Contacts with ten custom fields, eight of ten filled in, at companies
with two; each query is a page of 50 lines. Prints medians of seven runs in milliseconds.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

from benchmarks.database import scratch_database

RUNS = 7
BATCH = 20_000
WORDS = ("tier", "code", "region", "note", "since", "renewal")
NUMBERS = ("amount", "visits", "flag", "partner")
COMPANY_KEYS = ("tier", "code")

# A value for number n of a series, as SQL that both databases read; %% because of parameters.
MADE = {
    "tier": "substr('AAAABBBCCD', (n % 10) + 1, 1)",
    "code": "'code ' || n",
    "region": "'region ' || (n % 50)",
    "note": "'note about somebody, number ' || n || ', written by hand'",
    "since": "'2' || substr('000' || (n % 1000), -3) || '-05-17'",
    "renewal": "'2' || substr('000' || (n % 777), -3) || '-11-02'",
    "amount": "(CAST(n AS bigint) * 7919) % 1000003",
    "visits": "n % 40",
    "flag": "n % 2",
    "partner": "n % 1009",
}
POSTGRESQL_MADE = {
    "since": "'2' || lpad((n % 1000)::text, 3, '0') || '-05-17'",
    "renewal": "'2' || lpad((n % 777)::text, 3, '0') || '-11-02'",
}


@dataclass(frozen=True)
class Database:
    """What differs between the two databases."""

    vendor: str

    @property
    def is_postgresql(self) -> bool:
        return self.vendor == "postgresql"

    def series(self, first: int, last: int) -> str:
        if self.is_postgresql:
            return f"generate_series({first}, {last}) AS n"
        return (
            f"(WITH RECURSIVE s(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM s "
            f"WHERE n < {last}) SELECT n FROM s)"
        )

    def made(self, key: str) -> str:
        return (POSTGRESQL_MADE if self.is_postgresql else {}).get(key, MADE[key])

    def json(self, keys: tuple[str, ...]) -> str:
        """An object of the values; each key is missing in two of ten rows."""
        name = "jsonb_build_object" if self.is_postgresql else "json_object"
        pairs = ", ".join(f"'{key}', {self.filled(key)}" for key in keys)
        return f"jsonb_strip_nulls({name}({pairs}))" if self.is_postgresql else f"{name}({pairs})"

    def filled(self, key: str) -> str:
        place = (*WORDS, *NUMBERS).index(key)
        return f"CASE WHEN (n / 10 + {place}) % 10 < 8 THEN {self.made(key)} END"

    def value(self, table: str, key: str) -> str:
        """The expression that is indexed for a key."""
        if not self.is_postgresql:
            value = f"json_extract({table}custom, '$.\"{key}\"')"
            return f"substr({value}, 1, 200)" if key in WORDS else value
        if key in WORDS:
            return f"\"left\"({table}custom ->> '{key}', 200)"
        return f"nullif({table}custom -> '{key}', 'null')"

    def number(self, value: int) -> str:
        return f"'{value}'::jsonb" if self.is_postgresql else str(value)

    def now(self) -> str:
        return "now()" if self.is_postgresql else "datetime('now')"

    def field_of(self, key: str) -> int:
        return (*WORDS, *NUMBERS).index(key) + 1


def run(statement: str) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def took(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def insert_companies(db: Database, count: int) -> None:
    run(
        "INSERT INTO crm_company (id, name, name_key, website, phone, industry, city, country,"
        " custom, created_at, updated_at)"
        " SELECT n, 'Company ' || n, 'company ' || n, '', '', '', '', '',"
        f" {db.json(COMPANY_KEYS)}, {db.now()}, {db.now()} FROM {db.series(1, count)}"
    )


def insert_contacts(db: Database, first: int, last: int, companies: int, *, custom: bool) -> None:
    values = db.json((*WORDS, *NUMBERS)) if custom else "'{}'"
    run(
        "INSERT INTO crm_contact (id, name, name_key, email, email_key, phone, job_title,"
        " company_id, city, country, custom, created_at, updated_at)"
        " SELECT n, 'N', ((CAST(n AS bigint) * 7907) % 1000003) || ' name', '', '', '', '',"
        f" n % {companies} + 1, '', '', {values}, {db.now()}, {db.now()}"
        f" FROM {db.series(first, last)}"
    )


def make_side_tables(db: Database) -> None:
    for table in ("side_contact", "side_company"):
        run(
            f"CREATE TABLE {table} (record_id bigint NOT NULL, field_id integer NOT NULL,"
            " words text, number numeric, PRIMARY KEY (record_id, field_id))"
        )
        for column in ("words", "number"):
            run(
                f"CREATE INDEX {table}_{column} ON {table} (field_id, {column}, record_id)"
                f" WHERE {column} IS NOT NULL"
            )


def insert_side(db: Database, table: str, keys: tuple[str, ...], first: int, last: int) -> None:
    for key in keys:
        column = "words" if key in WORDS else "number"
        run(
            f"INSERT INTO {table} (record_id, field_id, {column})"  # names of this module
            f" SELECT n, {db.field_of(key)}, {db.made(key)} FROM {db.series(first, last)}"
            f" WHERE {db.filled(key)} IS NOT NULL"
        )


def index_json(db: Database) -> None:
    for table, keys in (("crm_contact", (*WORDS, *NUMBERS)), ("crm_company", COMPANY_KEYS)):
        for key in keys:
            run(f"CREATE INDEX json_{table}_{key} ON {table} (({db.value('', key)}), id)")


def size_of(db: Database, names: str) -> float:
    """MiB of the relations whose names are like that, indexes included."""
    if not db.is_postgresql:
        found = run(f"SELECT sum(pgsize) FROM dbstat WHERE name LIKE '{names}'")
    else:
        found = run(
            "SELECT sum(pg_relation_size(oid)) FROM pg_class"
            f" WHERE relname LIKE '{names}' AND relkind IN ('r', 'i')"
        )
    return float(found[0][0] or 0) / 2**20


def json_queries(db: Database, count: int) -> dict[str, str]:
    def page(where: str, order: str = "c.name_key, c.id", join: str = "") -> str:
        return f"SELECT c.* FROM crm_contact c {join} WHERE {where} ORDER BY {order} LIMIT 51"

    def own(key: str) -> str:
        return db.value("c.", key)

    def company(key: str) -> str:
        return db.value("o.", key)

    at_company = "JOIN crm_company o ON o.id = c.company_id"
    middle = db.number(500_000)
    amount = own("amount")
    return {
        "equal, rare": page(f"{own('code')} = 'code {count // 2 + 1}'"),
        "equal, common": page(f"{own('tier')} = 'A'"),
        "range, narrow": page(
            f"{amount} >= {middle} AND {amount} <= {db.number(500_000 + 1_000_003 // 2000)}"
        ),
        "range, wide": page(f"{amount} >= {middle}"),
        "order, page 1": page(f"{amount} IS NOT NULL", f"{amount} DESC, c.id DESC"),
        "order, deep": page(
            f"{amount} <= {middle} AND ({amount} < {middle} OR c.id < {count // 2})",
            f"{amount} DESC, c.id DESC",
        ),
        "order, missing": page(f"{amount} IS NULL AND c.id < {count // 2}", "c.id DESC"),
        "company, rare": page(f"{company('code')} = 'code {count // 50}'", join=at_company),
        "company, common": page(f"{company('tier')} = 'A'", join=at_company),
    }


def side_queries(db: Database, count: int) -> dict[str, str]:
    def page(key: str, where: str, order: str = "c.name_key, c.id", at: str = "contact") -> str:
        link = "c.id" if at == "contact" else "c.company_id"
        return (
            f"SELECT c.* FROM crm_contact c JOIN side_{at} s ON s.record_id = {link}"
            f" AND s.field_id = {db.field_of(key)} WHERE {where} ORDER BY {order} LIMIT 51"
        )

    down = "s.number DESC, s.record_id DESC"
    missing = (
        "SELECT c.* FROM crm_contact c WHERE NOT EXISTS (SELECT 1 FROM side_contact s"
        f" WHERE s.record_id = c.id AND s.field_id = {db.field_of('amount')})"
        f" AND c.id < {count // 2} ORDER BY c.id DESC LIMIT 51"
    )
    return {
        "equal, rare": page("code", f"s.words = 'code {count // 2 + 1}'"),
        "equal, common": page("tier", "s.words = 'A'"),
        "range, narrow": page(
            "amount", f"s.number BETWEEN 500000 AND {500_000 + 1_000_003 // 2000}"
        ),
        "range, wide": page("amount", "s.number >= 500000"),
        "order, page 1": page("amount", "s.number IS NOT NULL", down),
        "order, deep": page(
            "amount",
            f"s.number <= 500000 AND (s.number < 500000 OR s.record_id < {count // 2})",
            down,
        ),
        "order, missing": missing,
        "company, rare": page("code", f"s.words = 'code {count // 50}'", at="company"),
        "company, common": page("tier", "s.words = 'A'", at="company"),
    }


def medians(queries: dict[str, str]) -> Iterator[tuple[str, float]]:
    for name, statement in queries.items():
        run(statement)
        yield name, median(took(partial(run, statement)) for _run in range(RUNS)) * 1000


@contextmanager
def timed(figures: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    figures[name] = time.perf_counter() - started


def measure(db: Database, count: int) -> None:
    json: dict[str, float] = {}
    side: dict[str, float] = {}
    companies = count // 20
    insert_companies(db, companies)
    insert_contacts(db, 1, count, companies, custom=True)
    make_side_tables(db)
    bare = size_of(db, "crm_contact%")
    with timed(json, "build indexes, s"):
        index_json(db)
    with timed(side, "build indexes, s"):
        insert_side(db, "side_contact", (*WORDS, *NUMBERS), 1, count)
        insert_side(db, "side_company", COMPANY_KEYS, 1, companies)
    run("ANALYZE")
    json["size, MiB"] = size_of(db, "json_crm_contact%")
    side["size, MiB"] = size_of(db, "side_contact%")
    json |= medians(json_queries(db, count))
    side |= medians(side_queries(db, count))
    name = f"write {BATCH:,}, s"
    with timed(side, name):
        insert_side(db, "side_contact", (*WORDS, *NUMBERS), count + 1, count + BATCH)
    with timed(json, name):
        insert_contacts(db, count + 1, count + BATCH, companies, custom=True)
    for key in (*WORDS, *NUMBERS):
        run(f"DROP INDEX json_crm_contact_{key}")
    with timed(side, "row alone"):
        insert_contacts(db, count + BATCH + 1, count + 2 * BATCH, companies, custom=False)
    side[name] += side.pop("row alone")
    print(f"{db.vendor}: {count:,} contacts, {companies:,} companies; records {bare:,.0f} MiB")
    print("| | JSON | side table |")
    print("| --- | ---: | ---: |")
    for name, value in json.items():
        print(f"| {name} | {value:,.1f} | {side[name]:,.1f} |")


def main() -> None:
    with scratch_database() as vendor:
        measure(Database(vendor), int((sys.argv[1:] or ["100000"])[0]))


if __name__ == "__main__":
    main()
