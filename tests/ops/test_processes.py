"""Nothing that an installation started stays behind, and nobody else's process is touched."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.serving import processes

ROOT = Path(processes.__file__).resolve().parents[2]
# A leader with a child in its group, both of which would sleep for long.
FAMILY = (
    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
)


@pytest.fixture
def family():
    with subprocess.Popen([sys.executable, "-c", FAMILY], start_new_session=True) as leader:
        wait_until(lambda: group_size(leader.pid) == 2)
        yield leader
        if group_size(leader.pid):
            os.killpg(leader.pid, signal.SIGKILL)


def group_size(group):
    return sum(process.group == group for process in processes.running().values())


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_leftover_group_is_ended(tmp_path, family):
    processes.record(tmp_path, "worker", family.pid)
    assert processes.alive(tmp_path) == ["worker"]
    assert processes.stop_leftovers(tmp_path, grace=2) == ["worker"]
    assert group_size(family.pid) == 0
    assert list(tmp_path.iterdir()) == []


def test_children_of_a_killed_leader_are_ended(tmp_path, family):
    processes.record(tmp_path, "worker", family.pid)
    family.kill()
    family.wait()
    assert group_size(family.pid) == 1
    assert processes.stop_leftovers(tmp_path, grace=2) == ["worker"]
    assert group_size(family.pid) == 0


def test_process_that_ignores_sigterm_is_killed(tmp_path):
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", stubborn], start_new_session=True, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        processes.record(tmp_path, "web", process.pid)
        processes.stop_leftovers(tmp_path, grace=0.2)
        assert process.wait() == -signal.SIGKILL


def test_number_given_to_somebody_else_is_left_alone(tmp_path, family):
    process = processes.running()[family.pid]
    record = tmp_path / f"web{processes.SUFFIX}"
    record.write_text(f"{process.pid} {process.boot} 1\n")
    assert processes.stop_leftovers(tmp_path, grace=1) == []
    assert group_size(family.pid) == 2
    record.write_text(f"{process.pid} another-boot {process.started}\n")
    assert processes.stop_leftovers(tmp_path, grace=1) == []
    assert group_size(family.pid) == 2


def test_damaged_record_is_no_process(tmp_path):
    (tmp_path / f"web{processes.SUFFIX}").write_text("")
    assert processes.recorded(tmp_path) == {}
    assert processes.stop_leftovers(tmp_path) == []


def test_both_ways_of_listing_agree_on_groups():
    if not Path("/bin/ps").exists():
        pytest.skip("ps is not installed")
    own = os.getpid()
    assert processes._from_ps()[own].group == processes.running()[own].group == os.getpgid(0)


def test_restarted_program_ends_what_its_killed_predecessor_left(tmp_path, family):
    processes.record(tmp_path, "worker", family.pid)
    family.kill()
    family.wait()
    launch = [sys.executable, "-m", "scripts.serving.launch", str(tmp_path), "worker"]
    command = [sys.executable, "-c", "import os; print(os.getpid())"]
    done = subprocess.run([*launch, *command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert group_size(family.pid) == 0
    assert processes.recorded(tmp_path)["worker"].pid == int(done.stdout)
