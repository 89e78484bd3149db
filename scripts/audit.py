"""`make audit`: the pinned packages against the databases of known vulnerabilities.

pip-audit is installed into an environment that is thrown away: nothing of it stays in `.venv`.
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from scripts.refusal import RefusalError, speak
from scripts.serving.layout import ROOT

PINNED = ("requirements.txt", "requirements-dev.txt")
SKIPPED = "could not be audited"
NO_NETWORK = (
    "The audit could not run: {reason}. It needs a package index for pip-audit, and pypi.org for the "
    "known vulnerabilities. Run it where both can be reached."
)


def install(folder: Path) -> Path:
    """pip-audit in an environment of its own."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    done = run([str(python), "-m", "pip", "install", "--quiet", "pip-audit"])
    if done.returncode:
        raise RefusalError(NO_NETWORK.format(reason="pip-audit cannot be installed"))
    return python


def audit(python: Path) -> int:
    files = [argument for name in PINNED for argument in ("--requirement", str(ROOT / name))]
    command = [str(python), "-m", "pip_audit", "--disable-pip", "--no-deps", *files]
    done = run(command)
    if done.returncode and "vulnerabilit" not in done.stdout + done.stderr:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise RefusalError(NO_NETWORK.format(reason=reason))
    print(done.stdout or done.stderr)
    if SKIPPED in done.stdout:
        raise RefusalError(NO_NETWORK.format(reason="the packages above could not be looked up"))
    return done.returncode


def run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, check=False)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="renmai-audit-") as folder:
        return audit(install(Path(folder)))


if __name__ == "__main__":
    sys.exit(speak(main))
