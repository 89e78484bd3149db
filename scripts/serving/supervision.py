"""Start the supervisor, wait for the first answer, watch, and stop everything below it."""

import http.client
import re
import subprocess
import sys
import time
from pathlib import Path

from scripts.refusal import RefusalError
from scripts.serving import processes
from scripts.serving.layout import ROOT, Address, Layout

READY_SECONDS = 90.0
# Worker and web may finish what they are doing; the supervisor stops one after the other.
STOP_SECONDS = 40.0


def start(
    layout: Layout, configuration: Path, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    (layout.log / "supervisor.log").unlink(missing_ok=True)
    command = [sys.executable, "-m", "scripts.serving.launch", str(layout.run), "supervisor"]
    command += [sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)]
    # A session of its own: the terminal's Ctrl-C reaches this process only, which then stops the
    # programs in order.
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def answers(address: Address) -> bool:
    connection = http.client.HTTPConnection(address.probe_host, address.port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": f"localhost:{address.port}"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def given_up(layout: Layout) -> str | None:
    """The program that the supervisor no longer tries to start."""
    try:
        text = (layout.log / "supervisor.log").read_text()
    except FileNotFoundError:
        return None
    found = re.search(r"gave up: (\w+) entered FATAL state", text)
    return found.group(1) if found else None


def last_words(path: Path) -> str:
    """The last error a log names, or else its last line."""
    try:
        lines = [line.strip() for line in path.read_text(errors="replace").splitlines()]
    except OSError:
        lines = []
    lines = [line for line in lines if line] or ["no message"]
    errors = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Configured): ", line)]
    return (errors or lines)[-1]


def wait_until_ready(layout: Layout, address: Address, supervisor: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not answers(address):
        failed = given_up(layout)
        if failed is None and supervisor.poll() is not None:
            failed = "supervisor"
        if failed is None and time.monotonic() > deadline:
            failed = "web"
        if failed:
            log = layout.log / f"{failed}.log"
            raise RefusalError(
                f"The program '{failed}' did not start ({last_words(log)}): {log} has the details."
            )
        time.sleep(0.1)


def watch(layout: Layout, supervisor: subprocess.Popen[bytes]) -> None:
    """Wait for the supervisor, which ends only when told to or killed."""
    supervisor.wait()
    raise RefusalError(
        f"The supervisor ended by itself: {layout.log / 'supervisor.log'} has the details; run "
        "`make run` again."
    )


def stop(
    layout: Layout, supervisor: subprocess.Popen[bytes], *, patience: float = STOP_SECONDS
) -> None:
    """End the supervisor and whatever is left of its programs."""
    supervisor.terminate()
    try:
        supervisor.wait(patience)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()
    finally:
        processes.stop_leftovers(layout.run, grace=1)
