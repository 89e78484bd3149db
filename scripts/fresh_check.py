"""Do what a newcomer does: clone, `make run`, log in, Ctrl-C, `make run` again, `make test`.

Needs git, make and python3 only. Prints what each step took; exit code 1 at the first that fails.
"""

import argparse
import contextlib
import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST_PAGE_SECONDS = 180.0  # of work besides installing
SECOND_START_SECONDS = 10.0
PATIENCE_SECONDS = 300.0
STOP_SECONDS = 60.0
SAMPLE_ROW = re.compile(r"^\s+(\S.*?)\s{3,}(\S+@\S+)\s{3,}(\S+)\s*$", re.MULTILINE)


class FailedError(Exception):
    """What was expected and did not happen."""


def report(step: str, seconds: float | None = None) -> None:
    print(f"  {step:<62}" + (f"{seconds:7.1f} s" if seconds is not None else "     ok"), flush=True)


def require(condition: bool, sentence: str) -> None:
    if not condition:
        raise FailedError(sentence)


# -- the clone -----------------------------------------------------------------------------------


def clone(parent: Path) -> Path:
    target = parent / "renmai"
    subprocess.run(
        ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(target)], check=True
    )
    shared = ROOT.parent / "shared"
    if shared.is_dir():
        (parent / "shared").symlink_to(shared)  # test data that is not in the repository
    return target


def environment(**variables: str) -> dict[str, str]:
    """This shell's environment without what would point the clone elsewhere."""
    own = {"DATABASE_URL", "REDIS_URL", "VAR_DIR", "PORT", "HOST"}
    own |= {"DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return {**kept, **variables}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_of(tree: Path) -> list[str]:
    """Processes whose command or working directory lies in the clone."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            here = (entry / "cwd").readlink()
            if command and (str(tree) in command or here.is_relative_to(tree)):
                found.append(f"{entry.name} {command.strip()[:100]}")
    return found


# -- a running installation ----------------------------------------------------------------------


class Run:
    """One `make run`, from its start to its Ctrl-C."""

    def __init__(self, tree: Path, port: int) -> None:
        self.tree, self.port = tree, port
        self.log = tree.parent / f"run-{time.monotonic_ns()}.log"
        self.started = time.monotonic()
        with self.log.open("w") as output:
            self.make = subprocess.Popen(
                ["make", "run"],
                cwd=tree,
                env=environment(PORT=str(port)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for_first_page(self) -> float:
        """Seconds until the log-in page was answered."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "Ctrl-C stops" not in self.output:
            ended = self.make.poll() is not None or time.monotonic() > deadline
            require(not ended, f"make run did not start:\n{self.output}")
            time.sleep(0.05)
        Visitor(self.port).get("/accounts/login/")
        return time.monotonic() - self.started

    def interrupt(self) -> float:
        """What Ctrl-C does: SIGINT to the whole foreground group. Seconds until all ended."""
        started = time.monotonic()
        os.killpg(self.make.pid, signal.SIGINT)
        try:
            self.make.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise FailedError(f"Ctrl-C did not stop make run:\n{self.output}") from error
        left = processes_of(self.tree)
        require(not left, "These processes were left behind: " + "; ".join(left))
        return time.monotonic() - started


@contextlib.contextmanager
def running(tree: Path, port: int) -> Iterator[Run]:
    """A `make run` that is ended also when the check fails."""
    run = Run(tree, port)
    try:
        yield run
    except FailedError as failure:
        log = tree / "var" / "log" / "web.log"
        words = log.read_text(errors="replace")[-3000:] if log.exists() else ""
        raise FailedError(f"{failure}\n{words}") from failure
    finally:
        if run.make.poll() is None:
            os.killpg(run.make.pid, signal.SIGTERM)
            run.make.wait(STOP_SECONDS)


class Visitor:
    """A browser as far as cookies and forms go."""

    def __init__(self, port: int) -> None:
        self.base = f"http://localhost:{port}"
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def get(self, path: str) -> tuple[str, str]:
        """The address where it ended, and the page."""
        return self._open(path)

    def _open(self, path: str, data: bytes | None = None) -> tuple[str, str]:
        try:
            with self.opener.open(self.base + path, data, timeout=30) as response:
                return urllib.parse.urlsplit(response.url).path, response.read().decode()
        except OSError as error:  # HTTPError is one
            raise FailedError(f"{path} was answered with: {error}") from error

    def log_in(self, email: str, password: str) -> None:
        _, page = self.get("/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        require(token is not None, "The log-in page has no CSRF token.")
        fields = {"login": email, "password": password}
        fields["csrfmiddlewaretoken"] = token[1] if token else ""
        data = urllib.parse.urlencode(fields).encode()
        path, _ = self._open("/accounts/login/", data)
        require("/login" not in path, f"{email} could not log in.")

    def is_logged_in(self) -> bool:
        path, _ = self.get("/")
        return "/login" not in path


# -- the steps -----------------------------------------------------------------------------------


def check_setup(tree: Path) -> None:
    started = time.monotonic()
    done = subprocess.run(
        ["make", "setup"], cwd=tree, env=environment(), capture_output=True, text=True, check=False
    )
    require(done.returncode == 0, f"make setup failed:\n{done.stdout}{done.stderr}")
    for line in done.stdout.splitlines():
        print(f"      {line}")
    report("make setup: download and install", time.monotonic() - started)


def check_runs(tree: Path) -> None:
    port = free_port()
    with running(tree, port) as run:
        seconds = run.wait_for_first_page()
        report("make run: first page answered, besides installing", seconds)
        require(seconds < FIRST_PAGE_SECONDS, f"The first page took {seconds:.0f} s.")
        users = SAMPLE_ROW.findall(run.output)
        require(bool(users), f"No sample log-ins were printed:\n{run.output}")
        visitors = [Visitor(port) for _ in users]
        for visitor, (_, email, password) in zip(visitors, users, strict=True):
            visitor.log_in(email, password)
        report(f"logged in as {', '.join(role for role, _, _ in users)}")
        check_refusals(tree, port)
        report("Ctrl-C stopped everything, no process left", run.interrupt())
    with running(tree, port) as run:
        seconds = run.wait_for_first_page()
        report("second start: first page answered", seconds)
        require(seconds < SECOND_START_SECONDS, f"The second start took {seconds:.1f} s.")
        survived = all(visitor.is_logged_in() for visitor in visitors)
        require(survived, "Sessions of the first run were lost at the second.")
        require(SAMPLE_ROW.findall(run.output) == users, "The sample users' passwords changed.")
        report("sessions and users survived")
        report("Ctrl-C stopped everything, no process left", run.interrupt())


def refused(tree: Path, expected: str, **variables: str) -> None:
    done = subprocess.run(
        ["make", "run"],
        cwd=tree,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=STOP_SECONDS,
        check=False,
    )
    sentences = [line for line in done.stderr.splitlines() if not line.startswith("make:")]
    said = len(sentences) == 1 and expected in sentences[0]
    require(
        said and done.returncode != 0, f"Expected '{expected}', got:\n{done.stdout}{done.stderr}"
    )
    report(f"refused: {expected}")


def check_refusals(tree: Path, port: int) -> None:
    refused(tree, "already runs on", PORT=str(free_port()))
    other = str(tree.parent / "other")
    refused(tree, f"Port {port} is in use", PORT=str(port), VAR_DIR=other)
    # A folder below a file cannot be written by anybody, also not by root.
    refused(tree, "is not writable", VAR_DIR=str(tree / "Makefile" / "var"))


def check_tests(tree: Path) -> None:
    started = time.monotonic()
    done = subprocess.run(["make", "test"], cwd=tree, env=environment(), check=False)
    require(done.returncode == 0, "make test failed.")
    report("make test", time.monotonic() - started)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-tests", action="store_true", help="leave `make test` out")
    parser.add_argument("--keep", action="store_true", help="keep the clone and say where it is")
    chosen = parser.parse_args()
    parent = Path(tempfile.mkdtemp(prefix="renmai-fresh-")).resolve()
    try:
        tree = clone(parent)
        report("cloned the committed tree")
        check_setup(tree)
        check_runs(tree)
        if not chosen.no_tests:
            check_tests(tree)
    except FailedError as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        return 1
    finally:
        if chosen.keep:
            print(f"The clone is in {parent}.")
        else:
            subprocess.run(["rm", "-rf", str(parent)], check=False)
    print("The fresh check passed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
