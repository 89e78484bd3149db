"""How fast the API lists contacts and takes them in bulk.

    python -m benchmarks.api 100000

Uses DATABASE_URL, or SQLite. Requests go through the whole stack but the network. "of work" is what the
process computed: on a machine that others use, too, the wall clock says less.
"""

import json
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.database import scratch_database
from benchmarks.score_storage import own_mib

ROWS = 1_000
ROUNDS = 7
LISTS = {
    "50, first page": "size=50",
    "500, first page": "size=500",
    "50, three fields": "size=50&fields=name,email,company",
    "50, filtered": "size=50&if=city:is:Ulm&sort=-created",
    "50, counted": "size=50&count=true",
    "50, with fields of companies": "size=50&fields=name,company.industry,company.city",
}


def row(number: int, title: str) -> dict[str, Any]:
    """A contact as another system might send it."""
    return {
        "external": {"source": "erp", "key": str(number)},
        "name": f"Person {number}",
        "email": f"person{number}@example.org",
        "phone": f"+49 89 {number}",
        "job_title": title,
        "city": "Ulm" if number % 10 == 0 else "Bonn",
        "country": "Germany",
        "company": {"name": f"Company {number % 1_000}"},
        "custom": {"plants": number % 7},
    }


class Sender:
    """A program with a token; counts the queries of each request."""

    def __init__(self) -> None:
        from django.test import Client

        from core.models import ApiToken, CustomField, Role, User
        from core.services.api_tokens import digest_of

        user = User.objects.create_user("api@example.com", name="Api")
        user.roles.add(Role.objects.get(key="administrator"))
        CustomField.objects.create(
            object_type="crm.contact", key="plants", label="Plants", type="number"
        )
        ApiToken.objects.create(user=user, name="Benchmark", digest=digest_of("rm_x"), scopes=["*"])
        self.client = Client(headers={"Authorization": "Bearer rm_x"})
        self.queries = 0

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        from django.db import connection

        counted = 0

        def count(execute: Any, *args: Any) -> Any:
            nonlocal counted
            counted += 1
            return execute(*args)

        given = {} if body is None else {"data": body, "content_type": "application/json"}
        with connection.execute_wrapper(count):
            response = getattr(self.client, method)(f"/api/v1/{path}", **given)
        if response.status_code != 200:
            raise SystemExit(f"{path}: {response.status_code} {response.content[:500]!r}")
        self.queries = counted
        return response.json()


def upsert(send: Sender, label: str, count: int, title: str, state: str) -> None:
    """All rows, a thousand in a request; every one has to come out in this state."""
    requests, queries = [], []
    started, work = time.perf_counter(), 0.0
    for first in range(0, count, ROWS):
        rows = [row(number, title) for number in range(first, min(first + ROWS, count))]
        body = json.dumps({"mode": "upsert", "rows": rows})
        begun, computed = time.perf_counter(), time.process_time()
        answer = send("post", "contacts/bulk/", body)
        requests.append(time.perf_counter() - begun)
        work += time.process_time() - computed
        queries.append(send.queries)
        if answer[state] != len(rows):
            raise SystemExit(f"{label}: {answer[state]} of {len(rows)} are {state}.")
    wall = time.perf_counter() - started
    print(
        f"{label:<32}{median(requests) * 1000:>9.0f}{count / wall:>9.0f}{count / work:>9.0f}"
        f"{max(queries):>9}{own_mib():>9.0f}",
        flush=True,
    )


def lists(send: Sender) -> None:
    for label, query in LISTS.items():
        timed(label, send, lambda query=query: send("get", f"contacts/?{query}"))  # type: ignore[misc]
    after = ""
    for _page in range(20):
        after = send("get", f"contacts/?size=500&after={after}")["next"] or ""
    timed("500, page 21", send, lambda: send("get", f"contacts/?size=500&after={after}"))


def timed(label: str, send: Sender, ask: Callable[[], Any]) -> None:
    walls, works = [], []
    ask()
    for _round in range(ROUNDS):
        begun, computed = time.perf_counter(), time.process_time()
        ask()
        walls.append((time.perf_counter() - begun) * 1000)
        works.append((time.process_time() - computed) * 1000)
    print(f"{label:<32}{median(walls):>9.1f}{median(works):>9.1f}{send.queries:>9}", flush=True)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with scratch_database() as vendor:
        send = Sender()
        print(f"{count:,} contacts, {vendor}")
        head = ("ms each", "rows/s", "of work", "queries", "MiB")
        print(f"{'bulk upsert, 1,000 a request':<32}" + "".join(f"{it:>9}" for it in head))
        upsert(send, "new", count, "Buyer", "created")
        upsert(send, "unchanged", count, "Buyer", "unchanged")
        upsert(send, "changed", count, "Chief", "updated")
        print(f"{'list':<32}{'ms':>9}{'of work':>9}{'queries':>9}")
        lists(send)


if __name__ == "__main__":
    main()
