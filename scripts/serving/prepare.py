"""Bring database, messages and static files up to date: `python -m scripts.serving.prepare`.

One process for all of it (Django's start is most of the time), which skips what has not changed.
Standard output has the log-ins of the sample users (cells separated by tabs) and sentences about
what takes long; the rest goes to standard error.
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from scripts.serving.layout import ROOT, Layout


def files_below(folders: Iterable[Path], pattern: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(path for path in folder.rglob(pattern) if path.is_file())


def fingerprint(paths: Iterable[Path]) -> str:
    """Changes when one of the files does; reads no contents."""
    digest = hashlib.sha256()
    for path in paths:
        status = path.stat()
        digest.update(f"{path}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def migrate() -> None:
    call_command("migrate", interactive=False, stdout=sys.stderr)


def collect_static(layout: Layout) -> None:
    own = files_below(map(Path, settings.STATICFILES_DIRS), "*")
    # The packages' own files change with the requirements, the way of storing with the settings.
    value = fingerprint([*own, ROOT / "requirements.txt", ROOT / "config/settings/base.py"])
    stamp = layout.run / "static.stamp"
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists() and stamp.exists() and stamp.read_text() == value:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(value)


def empty_metrics() -> None:
    """What processes of an earlier start have counted."""
    from core.telemetry import metrics  # noqa: PLC0415  # needs settings

    if metrics.is_on():
        metrics.prepare(Path(settings.METRICS_FOLDER))


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")
    django.setup()
    layout = Layout.from_environment()
    migrate()
    call_command("compile_messages_pure", stdout=sys.stderr)
    collect_static(layout)
    empty_metrics()
    call_command("sample_users")
    call_command("load_sample_company", "--if-wanted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
