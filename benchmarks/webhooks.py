"""What webhooks cost a bulk change, how fast one worker delivers, and pages of a long log.

    python -m benchmarks.webhooks 10000 1000000

The first number is of the records that change, the second of the rows in the log. Uses DATABASE_URL,
or SQLite. The receiver is a process of its own on this machine.
"""

import multiprocessing
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.database import scratch_database
from benchmarks.export import copy_up_to, make_contacts

ROUNDS = 3
LOOKS = 20


class Receiver(BaseHTTPRequestHandler):
    """Accepts everything."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Says nothing."""


def serve(told: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    told.send(server.server_address[1])
    server.serve_forever()


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def change_all(user: Any, text: str) -> None:
    from django.utils import timezone

    from core.changes import SetField
    from core.services.records import change_records
    from crm.models import Contact

    rows = Contact.objects.all()
    change_records(rows=rows, change=SetField("job_title", text), by=user, at=timezone.now())


def measure_change(user: Any, webhook: Any, count: int) -> None:
    """The same change with and without somebody who wants to know, in turns."""
    from core.models import WebhookEvent

    print("| bulk change | s | records/s |")
    print("| --- | ---: | ---: |")
    found: dict[str, list[float]] = {"off": [], "on": []}
    for number in range(ROUNDS):
        for state, spent in found.items():
            type(webhook).objects.update(state=state)
            WebhookEvent.objects.all().delete()
            text = f"{state} {number}"
            spent.append(seconds(lambda text=text: change_all(user, text)))  # type: ignore[misc]
    for state, spent in found.items():
        best = min(spent)
        print(f"| webhook {state} | {best:.2f} | {count / best:,.0f} |")


def measure_deliveries(webhook: Any) -> None:
    from django.utils import timezone

    from core.models import WebhookDelivery
    from core.services.webhook_deliveries import make_deliveries
    from core.services.webhook_turns import take_turn

    def make() -> None:
        while make_deliveries(at=timezone.now()):
            pass

    def deliver() -> None:
        while take_turn(webhook.pk):
            pass

    made = seconds(make)
    count = WebhookDelivery.objects.count()
    sent = seconds(deliver)
    assert WebhookDelivery.objects.filter(state="delivered").count() == count
    print("| one worker | deliveries | s | per second |")
    print("| --- | ---: | ---: | ---: |")
    print(f"| makes them | {count:,} | {made:.1f} | {count / made:,.0f} |")
    print(f"| sends them | {count:,} | {sent:.1f} | {count / sent:,.0f} |")


def measure_log(webhook: Any, count: int) -> None:
    """The first and a middle page of the log, with each filter; the median of some looks."""
    from core.fields.ordering import Order
    from core.lists.keyset import fetch_page
    from core.models import WebhookDelivery
    from core.queries.webhooks import LogFilter

    WebhookDelivery.objects.filter(pk__in=WebhookDelivery.objects.all()[:5]).update(state="failed")
    copy_up_to(WebhookDelivery, count)
    first = WebhookDelivery.objects.order_by("created_at").values_list("created_at", flat=True)[0]
    print(f"| page of a log of {count:,} rows | ms |")
    print("| --- | ---: |")
    for name, asked in (
        ("everything", LogFilter()),
        ("given up", LogFilter(state="failed")),
        ("waiting", LogFilter(state="waiting")),
        ("one event", LogFilter(kind="crm.contact.changed")),
        ("an event that is not there", LogFilter(kind="crm.lead.changed")),
        ("a day", LogFilter(since=first.date(), until=first.date())),
    ):

        def look(asked: LogFilter = asked) -> None:
            rows = asked.rows(webhook)
            fetch_page(rows, sort=Order("id"), descending=True, size=50, token="")

        spent = sorted(seconds(look) for _look in range(LOOKS))
        print(f"| {name} | {spent[LOOKS // 2] * 1000:.1f} |")


def main() -> None:
    numbers = [int(text) for text in sys.argv[1:]] or [10_000, 100_000]
    here, there = multiprocessing.Pipe()
    receiver = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    receiver.start()
    port = here.recv()
    with scratch_database() as vendor:
        from django.conf import settings

        from core.models import Role, User, Webhook

        settings.WEBHOOK_ALLOW_NETWORKS = ["127.0.0.0/8"]
        user = User.objects.create_user("webhooks@example.org", name="Ada")
        user.roles.add(Role.objects.get(key="administrator"))
        make_contacts(numbers[0], user)
        webhook = Webhook.objects.create(
            name="Receiver",
            url=f"http://127.0.0.1:{port}/",
            kinds=["crm.contact.changed"],
            owner=user,
        )
        print(f"{vendor}: {numbers[0]:,} contacts")
        measure_change(user, webhook, numbers[0])
        measure_deliveries(webhook)
        measure_log(webhook, numbers[1])
    receiver.terminate()


if __name__ == "__main__":
    main()
