"""`python -m scripts.backups create` and `python -m scripts.backups restore FILE`."""

import argparse
import datetime as dt
import os
import sys
from pathlib import Path

from django.conf import settings

from scripts.backups import commands
from scripts.refusal import RefusalError, speak
from scripts.serving.layout import Layout


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="scripts.backups")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("create", help="write var/backups/renmai-….tar.gz")
    actions.add_parser("restore", help="put a backup in place").add_argument("file", nargs="?")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")
    os.umask(0o077)
    layout = Layout.from_environment()
    layout.make(written=layout.backups)
    now = dt.datetime.now(dt.UTC).astimezone()
    database = settings.DATABASES["default"]
    if chosen.action == "create":
        written = commands.create(layout, database, now)
        print(
            f"Wrote {written} ({written.stat().st_size / 1e6:.1f} MB); it holds secrets, keep it safe."
        )
    else:
        if not chosen.file:
            raise RefusalError("Name the backup: `make restore FILE=var/backups/renmai-….tar.gz`.")
        aside = commands.restore(layout, database, Path(chosen.file), now)
        print(f"Restored {chosen.file}; what was there before is in {aside}.")
    return 0


if __name__ == "__main__":
    sys.exit(speak(lambda: run(sys.argv[1:])))
