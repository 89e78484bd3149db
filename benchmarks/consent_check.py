"""How long the sender's question takes for a batch, and the numbers of an audience for a page.

    DJANGO_SETTINGS_MODULE=config.settings.embedded python -m benchmarks.consent_check [CONTACTS]

Works in the database of the settings, in a transaction that is undone.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

# ruff: noqa: E402  # models are imported once Django is set up
from django.db import connection, transaction
from django.utils import timezone

from crm.models import Contact
from marketing.models import Consent, MarketingOptions, Purpose, Suppression
from marketing.services.permission_to_send import refusal_counts, refusals

BATCH, ROUNDS = 1_000, 5


def timed(name: str, ask: Callable[[], Any]) -> Any:
    took = []
    for _round in range(ROUNDS):
        begin = time.perf_counter()
        answer = ask()
        took.append(time.perf_counter() - begin)
    print(f"| {name} | {min(took) * 1000:,.1f} ms |")
    return answer


def fill(number: int) -> tuple[Purpose, list[int]]:
    now = timezone.now()
    purpose = Purpose.objects.create(name=f"Benchmark {now.timestamp()}")
    rows = [
        Contact(
            name=f"P {i}", name_key=f"p {i}", email=f"p{i}@b.example", email_key=f"p{i}@b.example"
        )
        for i in range(number)
    ]
    Contact.objects.bulk_create(rows, batch_size=2_000)
    last = Contact.objects.order_by("-pk").values_list("pk", flat=True)[:number]
    pks = sorted(last)
    states = ("granted", "granted", "granted", "withdrawn", "pending")
    Consent.objects.bulk_create(
        (
            Consent(contact_id=pk, purpose=purpose, state=states[pk % 5], source="form", at=now)
            for pk in pks
            if pk % 6
        ),
        batch_size=2_000,
    )
    Suppression.objects.bulk_create(
        (
            Suppression(address_key=f"p{i}@b.example", reason="hard", at=now)
            for i in range(0, number, 50)
        ),
        batch_size=2_000,
    )
    MarketingOptions.objects.update_or_create(pk=1, defaults={"week_cap": 3})
    return purpose, pks


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with transaction.atomic():
        purpose, pks = fill(number)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE crm_contact, marketing_consent, marketing_suppression")
        asked: Any = {"purpose": purpose.pk, "channel": "email", "at": timezone.now()}
        print(
            f"{number:,} contacts, {connection.vendor}\n\n| question | best of {ROUNDS} |\n| --- | --- |"
        )
        timed(f"refusals of {BATCH:,} contacts", lambda: refusals(pks[:BATCH], **asked))
        rows = Contact.objects.filter(pk__gte=pks[0])
        counts = timed("numbers of the audience", lambda: refusal_counts(rows, **asked))
        print(f"\n{counts}")
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
