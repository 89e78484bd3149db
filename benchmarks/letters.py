"""How many letters one process fills in each second, and how many questions a batch takes.

    python -m benchmarks.letters 20000          as many contacts

A usual letter: two languages, ten blocks, six fields, one block with a condition, four links. Uses a scratch
database beside the one of DATABASE_URL, or a file of SQLite.
"""

import argparse
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.database import scratch_database
from benchmarks.memory import peak_megabytes

if TYPE_CHECKING:
    from marketing.models import Message

BATCH = 500


def blocks() -> list[dict[str, Any]]:
    from core.conditions import Criterion

    buyers = Criterion("job_title", "contains", "Buyer").as_json()
    columns = {f"text{n}": "at two stations" for n in (1, 2, 3)}
    return [
        {"kind": "heading", "text": "{{given_name|Hello}}, your line keeps running"},
        {
            "kind": "text",
            "html": "<div>Hello {{given_name|there}} of {{company.name|your company}},</div>" * 3,
        },
        {
            "kind": "button",
            "text": "See the plan",
            "url": "https://example.com/plan?n={{given_name}}",
        },
        {
            "kind": "columns",
            "title1": "120 parts",
            "title2": "80% fewer",
            "title3": "9 days",
            **columns,
        },
        {"kind": "divider"},
        {
            "kind": "text",
            "html": '<div>For buyers: <a href="https://example.com/buy">terms</a></div>',
            "condition": buyers,
        },
        {
            "kind": "product",
            "name": "Kestrel",
            "text": "A camera",
            "price": "€ 9,000",
            "url": "https://example.com/k",
            "button": "Look",
        },
        {
            "kind": "quote",
            "text": "It paid off in {{custom.lines|some}} weeks.",
            "by": "{{owner.name|Us}}",
        },
        {
            "kind": "text",
            "html": '<div>Bye, <a href="https://example.com/x">{{sender.name}}</a></div>',
        },
    ]


def prepare(contacts: int) -> "Message":
    from core.models import CustomField, Role, User
    from crm.models import Company, Contact
    from marketing.models import Message, MessageText
    from marketing.services.messages.blocks import clean_blocks

    owner = User.objects.create(email="letters@example.com", name="Ann")
    owner.roles.add(Role.objects.get(key="administrator"))
    CustomField.objects.create(object_type="crm.contact", key="lines", label="Lines", type="number")
    companies = Company.objects.bulk_create(Company(name=f"Company {n}") for n in range(200))
    rows = (
        Contact(
            name=f"Ann {n}",
            given_name="Ann" if n % 9 else "",
            email=f"c{n}@example.com",
            company=companies[n % 200],
            job_title="Buyer" if n % 3 else "Engineer",
            language="zh-hans" if n % 4 == 0 else "en",
            custom={"lines": n % 40},
            owner=owner,
        )
        for n in range(contacts)
    )
    Contact.objects.bulk_create(rows, batch_size=2_000)
    message = Message.objects.create(name="Letter", owner=owner)
    for order, language in enumerate(("en", "zh-hans")):
        MessageText.objects.create(
            message=message,
            language=language,
            order=order,
            subject="{{given_name|Hello}}, news",
            body=clean_blocks(blocks()),
        )
    return message


def measure(message: "Message") -> Iterator[str]:
    from crm.models import Contact
    from marketing.services.letters import Links, compile_letter, letters_for

    started = time.perf_counter()
    letter = compile_letter(message, None)
    yield f"laid out in {(time.perf_counter() - started) * 1000:.1f} ms"

    def links_of(pk: int) -> Links:
        token = signing.dumps([pk, 1], salt="x")
        return Links(
            f"https://x.example/u/{token}",
            f"https://x.example/p/{token}",
            f"https://x.example/o/{token}",
            click=str,
        )

    ids = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
    batches = [ids[place : place + BATCH] for place in range(0, len(ids), BATCH)]
    with CaptureQueriesContext(connection) as asked:
        some = letters_for(letter, batches[0], links=links_of)
    one = some[ids[0]]
    yield f"{len(asked)} statements for {BATCH}; a letter has {len(one.html) / 1000:.1f} kB of HTML"
    for name, links in (("with signed links", links_of), ("with links at hand", _at_hand(Links))):
        started = time.perf_counter()
        number = sum(len(letters_for(letter, batch, links=links)) for batch in batches)
        seconds = time.perf_counter() - started
        yield f"{name}: {number:,} letters in {seconds:.2f} s: {number / seconds:,.0f} a second"
    yield f"peak memory {peak_megabytes():.0f} MB"


def _at_hand(kind: Any) -> Any:
    links = kind("https://x.example/u", "https://x.example/p", None, click=str)
    return lambda _pk: links


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("contacts", type=int, nargs="?", default=20_000)
    contacts = parser.parse_args().contacts
    with scratch_database() as vendor:
        print(f"{vendor}, {contacts:,} contacts", flush=True)
        for line in measure(prepare(contacts)):
            print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
