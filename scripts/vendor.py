"""Fetch the browser libraries and fonts named in static/vendor/vendor.json.

python -m scripts.vendor            download, check, extract, write SHA256SUMS (needs npm)
python -m scripts.vendor --check    compare the files on disk with SHA256SUMS (offline)

To upgrade: change version and integrity (`npm view NAME@VERSION dist.integrity`), run, commit.
"""

import argparse
import base64
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from fnmatch import fnmatch
from pathlib import Path
from typing import NotRequired, TypedDict

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
# Leads to a map that is not fetched; hashed file names would look for it.
MAP_NOTE = re.compile(rb"\n?//# sourceMappingURL=[^\n]+\n?\Z")
MANIFEST = "vendor.json"
SUMS = "SHA256SUMS"


class Package(TypedDict):
    name: str
    version: str
    licence: str
    integrity: str


class VendoredPackage(Package):
    """`files` go to names of their own; `bundles` are archives of all files that match a pattern."""

    files: dict[str, str]
    bundles: NotRequired[dict[str, list[str]]]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="verify offline, change nothing")
    if parser.parse_args(arguments).check:
        return report(find_problems(VENDOR))
    refresh(VENDOR)
    return 0


def refresh(folder: Path) -> None:
    """Replace the vendored files by those of the pinned packages."""
    packages: list[VendoredPackage] = json.loads((folder / MANIFEST).read_text())["packages"]
    wanted: dict[str, bytes] = {}
    for package in packages:
        tarball = download(package)
        wanted |= extract(tarball, package["files"])
        for target, patterns in package.get("bundles", {}).items():
            wanted[target] = bundle(tarball, patterns)
    for stale in set(names_on_disk(folder)) - set(wanted):
        (folder / stale).unlink()
    for name, content in wanted.items():
        (folder / name).write_bytes(content)
    lines = [f"{digest(content)}  {name}\n" for name, content in sorted(wanted.items())]
    (folder / SUMS).write_text("".join(lines))


def download(package: Package) -> bytes:
    """The package's tarball, refused unless it matches the pinned integrity."""
    specifier = f"{package['name']}@{package['version']}"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", specifier, "--pack-destination", folder],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        tarball = next(Path(folder).glob("*.tgz")).read_bytes()
    if sri(tarball) != package["integrity"]:
        raise SystemExit(f"{specifier}: the download differs from the pinned integrity")
    return tarball


def extract(tarball: bytes, files: dict[str, str]) -> dict[str, bytes]:
    """The wanted files of a tarball, by the name they get here."""
    contents = {}
    with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
        for source, target in files.items():
            member = archive.extractfile(f"package/{source}")
            if member is None:
                raise SystemExit(f"{source} is not a file in the package")
            contents[target] = MAP_NOTE.sub(b"", member.read())
    return contents


def bundle(tarball: bytes, patterns: list[str]) -> bytes:
    """The files that match as one archive, which is the same each time it is made."""
    packed = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(tarball)) as archive,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as out,
    ):
        names = sorted(name.removeprefix("package/") for name in archive.getnames())
        for name in names:
            member = archive.extractfile(f"package/{name}")
            if member is not None and any(fnmatch(name, pattern) for pattern in patterns):
                out.writestr(zipfile.ZipInfo(name), member.read())
    return packed.getvalue()


def targets_of(package: VendoredPackage) -> set[str]:
    return {*package["files"].values(), *package.get("bundles", {})}


def find_problems(folder: Path) -> list[str]:
    """What on disk differs from SHA256SUMS and the manifest, one sentence each."""
    lines = [line.partition("  ") for line in (folder / SUMS).read_text().splitlines()]
    sums = {name: checksum for checksum, _, name in lines}
    packages: list[VendoredPackage] = json.loads((folder / MANIFEST).read_text())["packages"]
    declared = {target for package in packages for target in targets_of(package)}
    on_disk = names_on_disk(folder)
    problems = [f"{name} is not listed in {SUMS}" for name in on_disk if name not in sums]
    problems += [f"{name} is missing" for name in sums if name not in on_disk]
    problems += [f"{name} is not declared in {MANIFEST}" for name in sums if name not in declared]
    problems += [f"{name} is not listed in {SUMS}" for name in declared if name not in sums]
    problems += [
        f"{name} was changed"
        for name in on_disk
        if name in sums and digest((folder / name).read_bytes()) != sums[name]
    ]
    return problems


def names_on_disk(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name not in {MANIFEST, SUMS})


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sri(content: bytes) -> str:
    """Subresource-integrity notation, as npm publishes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def report(problems: list[str]) -> int:
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
