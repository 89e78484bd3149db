"""The archive: a tar.gz of named files and, last, `manifest.json` with the checksum of each."""

import hashlib
import io
import json
import shutil
import tarfile
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from scripts.refusal import RefusalError

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1024 * 1024


@dataclass
class Manifest:
    version: str
    database: str  # "sqlite" or "postgresql"
    created_at: str
    format: int = FORMAT
    files: dict[str, str] = field(default_factory=dict)  # name -> sha256


class _Hashing:
    """A file that remembers the checksum of what was read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def add_file(archive: tarfile.TarFile, manifest: Manifest, name: str, path: Path) -> None:
    with path.open("rb") as file:
        reader = _Hashing(file)
        archive.addfile(archive.gettarinfo(arcname=name, fileobj=file), reader)
    manifest.files[name] = reader.digest.hexdigest()


def add_folder(archive: tarfile.TarFile, manifest: Manifest, name: str, folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            add_file(archive, manifest, f"{name}/{path.relative_to(folder).as_posix()}", path)


def add_manifest(archive: tarfile.TarFile, manifest: Manifest) -> None:
    content = json.dumps(asdict(manifest), indent=2).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size = len(content)
    member.mode = 0o600
    archive.addfile(member, io.BytesIO(content))


def _damaged(path: Path, what: str) -> RefusalError:
    return RefusalError(f"{path} is no whole backup ({what}): take another one.")


def extract(path: Path, target: Path) -> Manifest:
    """Unpack a backup below `target` and compare every file with its checksum."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            found = {member.name: _unpack(archive, member, target) for member in archive}
        manifest = Manifest(**json.loads((target / MANIFEST).read_text()))
    except FileNotFoundError as error:
        missing = "there is no such file" if not path.exists() else "its manifest is missing"
        raise _damaged(path, missing) from error
    except (tarfile.TarError, OSError, EOFError, ValueError, TypeError) as error:
        raise _damaged(path, str(error) or type(error).__name__) from error
    if manifest.format != FORMAT:
        raise _damaged(path, f"its format is {manifest.format} and this version reads {FORMAT}")
    found.pop(MANIFEST)
    if found != manifest.files:
        wrong = min(set(found.items()) ^ set(manifest.files.items()))[0]
        raise _damaged(path, f"{wrong} does not match its checksum")
    return manifest


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> str:
    """Write one plain file below `target`; its checksum."""
    name = PurePosixPath(member.name)
    source = archive.extractfile(member)
    if source is None or name.is_absolute() or ".." in name.parts:
        raise ValueError(f"{member.name} does not belong in a backup")
    path = target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    reader = _Hashing(source)
    with path.open("wb") as file:
        shutil.copyfileobj(reader, file, CHUNK)
    path.chmod(0o600)
    return reader.digest.hexdigest()
