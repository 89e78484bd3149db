"""How long the sample company takes: `python -m benchmarks.sample_company` (DATABASE_URL chooses).

Loads and removes it in an empty, migrated database and prints one table.
"""

import os
import time

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")
    django.setup()
    from django.utils import timezone

    from core.jobs.inline import do_here
    from core.jobs.questions import ask

    print(f"{'step':<28}{'seconds':>9}{'of work':>9}{'rows':>9}")
    for kind in ("crm.sample_company", "analytics.lead_score", "crm.sample_removal"):
        wall, work = time.perf_counter(), time.process_time()
        run = do_here(ask(kind=kind, as_of=timezone.now()).pk, patience=10)
        wall, work = time.perf_counter() - wall, time.process_time() - work
        print(f"{kind:<28}{wall:>9.1f}{work:>9.1f}{run.rows_written:>9}  {run.state}")


if __name__ == "__main__":
    main()
