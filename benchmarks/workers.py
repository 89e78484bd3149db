"""Worker processes of their own, as in an installation, for a run of a benchmark."""

import os
import subprocess
import sys
from typing import Any

WORKER = """
import sys, django
django.setup()
from django.conf import settings
settings.MEDIA_ROOT = sys.argv[2]  # where files lie
from core.jobs.runner import execute_run
from core.models import JobRun
run = int(sys.argv[1])
while JobRun.objects.get(pk=run).is_active:
    execute_run(run, wake=lambda *_later: None)
from benchmarks.memory import peak_megabytes
print(peak_megabytes())
"""


def carry_out(run: Any, workers: int) -> float:
    """Let so many processes do the run; the most megabytes that one of them took."""
    from django.conf import settings
    from django.db import connection

    connection.close()
    helpers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(run.pk), str(settings.MEDIA_ROOT)],
            env=_environment(connection),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _each in range(workers)
    ]
    peaks = [float(helper.communicate()[0].split()[-1]) for helper in helpers]
    run.refresh_from_db()
    if run.state != "succeeded":
        raise SystemExit(str(run.error_text))
    return max(peaks)


def _environment(connection: Any) -> dict[str, str]:
    """That of a worker which works on the database of this run."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{settings['NAME']}"
    else:
        url = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{settings['NAME']}"
    return {**os.environ, "DATABASE_URL": url, "OMP_NUM_THREADS": "1"}
