"""Write a backup, or put one in the place of what is there."""

import datetime as dt
import shutil
import tarfile
import tempfile
import tomllib
from pathlib import Path

from scripts.backups import archive, databases
from scripts.refusal import RefusalError
from scripts.serving import checks, processes
from scripts.serving.layout import ROOT, Layout

# What an embedded installation keeps beside its database, which would not fit another one.
KEPT = ("secret_key", "sample-log-ins.json")
MEDIA = "media"
RUNNING = "Renmai is running on {var}: stop it with Ctrl-C and try again."


def version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def create(layout: Layout, database: databases.Settings, now: dt.datetime) -> Path:
    """Write `var/backups/renmai-….tar.gz`; the running system is not disturbed."""
    target = layout.backups / f"renmai-{now:%Y%m%d-%H%M%S}.tar.gz"
    if target.exists():
        raise RefusalError(f"{target} exists already: wait a second and try again.")
    kind = databases.kind(database)
    manifest = archive.Manifest(version(), kind, now.isoformat(timespec="seconds"))
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=layout.backups) as folder:
        copy = Path(folder) / databases.FILES[kind]
        if kind == "sqlite":
            databases.copy_sqlite(database, copy)
        else:
            databases.dump_postgresql(database, copy)
        partial = Path(folder) / target.name
        partial.touch(mode=0o600)
        with tarfile.open(partial, "w:gz", compresslevel=6) as tar:
            archive.add_file(tar, manifest, copy.name, copy)
            archive.add_folder(tar, manifest, MEDIA, layout.var / MEDIA)
            for name in KEPT:
                if (layout.var / name).exists():
                    archive.add_file(tar, manifest, name, layout.var / name)
            archive.add_manifest(tar, manifest)
        partial.rename(target)
    return target


def restore(layout: Layout, database: databases.Settings, path: Path, now: dt.datetime) -> Path:
    """Replace database, media and kept files by the backup's; the folder that keeps what was there."""
    with checks.only_one(layout, RUNNING):
        refuse_running(layout, database)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=layout.backups) as folder:
            staged = Path(folder)
            manifest = archive.extract(path, staged)
            refuse_foreign(manifest, databases.kind(database))
            aside = layout.backups / f"before-restore-{now:%Y%m%d-%H%M%S}"
            aside.mkdir(mode=0o700)
            source = staged / databases.FILES[manifest.database]
            if manifest.database == "sqlite":
                databases.replace_sqlite(database, source, aside)
            else:
                databases.replace_postgresql(database, source, aside)
            replace_entries(layout.var / MEDIA, staged / MEDIA, aside / MEDIA)
            for name in KEPT:
                replace_file(layout.var / name, staged / name, aside)
    return aside


def refuse_running(layout: Layout, database: databases.Settings) -> None:
    running = ", ".join(processes.alive(layout.run))
    if not running and databases.kind(database) == "postgresql":
        others = databases.connections_postgresql(database)
        running = f"{others} connections to the database" if others else ""
    if running:
        raise RefusalError(f"Renmai is running ({running}): stop it and try again.")


def refuse_foreign(manifest: archive.Manifest, kind: str) -> None:
    if manifest.database != kind:
        raise RefusalError(
            f"This backup is of a {manifest.database} database and this installation uses {kind}: "
            "set or unset DATABASE_URL to match it."
        )
    if _order(manifest.version) > _order(version()):
        raise RefusalError(
            f"This backup is of Renmai {manifest.version} and this is {version()}: update first."
        )


def _order(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())


def replace_entries(current: Path, staged: Path, aside: Path) -> None:
    """Entry by entry, since the folder itself may be a volume of its own."""
    current.mkdir(parents=True, exist_ok=True)
    aside.mkdir()
    for entry in current.iterdir():
        shutil.move(entry, aside / entry.name)
    for entry in staged.iterdir() if staged.exists() else ():
        shutil.move(entry, current / entry.name)


def replace_file(current: Path, staged: Path, aside: Path) -> None:
    if staged.exists():
        if current.exists():
            shutil.move(current, aside / current.name)
        shutil.move(staged, current)
