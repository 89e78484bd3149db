"""A worker at campaigns: beat's look and turns, again and again; run as `python -m tests.faults.sending SECONDS`."""

import os
import sys
import time
from datetime import timedelta

import django


def main() -> None:
    django.setup()
    from django.db import Error, connection
    from django.utils import timezone

    from marketing.models import Campaign
    from marketing.services.sending import claims, turns, waking

    claims.LEASE = timedelta(seconds=int(os.environ["SENDING_LEASE_SECONDS"]))
    turns.RENEW_SECONDS = claims.LEASE.total_seconds() / 4
    end = time.monotonic() + float(sys.argv[1])
    while time.monotonic() < end:
        try:
            waking.look_after(at=timezone.now())
            for pk in Campaign.objects.filter(state="sending").values_list("pk", flat=True):
                turns.take_turn(pk)
        except Error:
            connection.close()  # as Celery does after a task that failed
        time.sleep(0.05)


if __name__ == "__main__":
    main()
