"""Compile `requirements*.in` into pinned files, and check offline that they still belong together."""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.refusal import RefusalError, speak
from scripts.serving.layout import ROOT

NAMES = ("requirements", "requirements-dev")
PYTHON = (3, 11)
# What only names the machine that compiled must not reach the file.
QUIET = ["--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links", "--strip-extras"]
MACHINE_LINE = re.compile(
    r"^(-i |--index-url|--extra-index-url|--find-links|-f |--trusted-host)|://|file:/", re.MULTILINE
)


def compile_all() -> None:
    if sys.version_info[:2] != PYTHON:
        raise RefusalError(
            "Requirements are compiled on Python 3.11, the oldest supported: delete .venv and run "
            "`make requirements PYTHON=python3.11`."
        )
    for name in NAMES:
        command = [sys.executable, "-m", "piptools", "compile", "--quiet", "--allow-unsafe", *QUIET]
        command += [f"--output-file={name}.txt", f"{name}.in"]
        environment = {**os.environ, "CUSTOM_COMPILE_COMMAND": "make requirements"}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
        if done.returncode:
            raise RefusalError(f"pip-compile failed on {name}.in: its own message is above.")


def _lines(path: Path) -> list[str]:
    stripped = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in stripped if line]


def problems(name: str, root: Path = ROOT) -> list[str]:
    """What is wrong between `name.in` and `name.txt`, without asking an index."""
    source, compiled = root / f"{name}.in", root / f"{name}.txt"
    text = compiled.read_text()
    pins = {}
    found = [
        f"{compiled.name} names a machine or an index: {m[0]!r}"
        for m in MACHINE_LINE.finditer(text)
    ]
    for line in _lines(compiled):
        if line.startswith("-"):
            continue
        pin = re.fullmatch(r"([A-Za-z0-9._-]+)==([^;\s]+)(?: *;.*)?", line)
        if pin is None:
            found.append(f"{compiled.name} holds {line!r}, which is no pinned package")
        else:
            pins[canonicalize_name(pin[1])] = pin[2]
    wanted = [Requirement(line) for line in _lines(source) if not line.startswith("-")]
    for requirement in wanted:
        version = pins.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            found.append(f"{source.name} wants {requirement} and {compiled.name} has {version}")
    direct = set(re.findall(rf"# +(?:via )?-r {re.escape(source.name)}$", text, re.MULTILINE))
    if wanted and not direct:
        found.append(f"{compiled.name} was not compiled from {source.name}")
    return found + _stale(text, source.name, {canonicalize_name(r.name) for r in wanted})


def _stale(text: str, source: str, wanted: set[str]) -> list[str]:
    """Packages that the compiled file says come from the source, which no longer names them."""
    blocks = re.findall(r"^([A-Za-z0-9._-]+)==.*\n((?:    #.*\n?)*)", text, re.MULTILINE)
    return [
        f"{name} is pinned for {source}, which does not name it"
        for name, comments in blocks
        if re.search(rf"-r {re.escape(source)}$", comments, re.MULTILINE)
        and canonicalize_name(name) not in wanted
    ]


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="scripts.requirements")
    parser.add_argument("action", choices=["compile", "check"])
    if parser.parse_args(arguments).action == "compile":
        compile_all()
    found = [problem for name in NAMES for problem in problems(name)]
    if found:
        raise RefusalError("; ".join(found) + ": run `make requirements`.")
    return 0


if __name__ == "__main__":
    sys.exit(speak(lambda: run(sys.argv[1:])))
