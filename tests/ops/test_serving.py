"""`make run`: what it refuses, and what it tells the supervisor."""

import configparser
import socket
import subprocess
import sys

import pytest

from scripts import serve
from scripts.refusal import RefusalError, speak
from scripts.serving import checks, programs, supervision
from scripts.serving.layout import Address, Layout


@pytest.fixture
def layout(tmp_path):
    layout = Layout(tmp_path / "var")
    layout.make(written=layout.var)
    return layout


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# -- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["eighty", "0", "65536", "-1", "80.5"])
def test_port_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(RefusalError, match=r"PORT=8001 make run"):
        Address.from_environment()


def test_address_has_defaults(monkeypatch):
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.delenv("HOST", raising=False)
    address = Address.from_environment()
    assert address.url == "http://localhost:8000/"
    assert address.binding == "127.0.0.1:8000"


def test_port_in_use_is_named_with_the_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(RefusalError, match=rf"Port {port} is in use .*PORT=\d+ make run"):
            checks.require_free_port(Address("127.0.0.1", port))


def test_free_port_passes(free_port):
    checks.require_free_port(Address("127.0.0.1", free_port))


def test_host_of_another_machine_is_refused(free_port):
    with pytest.raises(RefusalError, match=r"no address of this machine"):
        checks.require_free_port(Address("192.0.2.1", free_port))


def test_unwritable_var_is_refused(tmp_path):
    (tmp_path / "file").touch()
    layout = Layout(tmp_path / "file" / "var")
    with pytest.raises(RefusalError, match=r"is not writable .*VAR_DIR=/path make run"):
        layout.make(written=layout.var)


def test_long_path_is_refused(tmp_path):
    with pytest.raises(RefusalError, match="too long"):
        Layout(tmp_path / ("x" * 100)).require_short_path()


def test_second_start_on_the_same_var_is_refused(layout):
    sentence = f"already runs on {layout.var}"
    with (
        checks.only_one(layout),
        pytest.raises(RefusalError, match=sentence),
        checks.only_one(layout),
    ):
        pass
    with checks.only_one(layout):  # the lock went with its holder
        pass


def test_broker_that_does_not_answer_is_refused(monkeypatch, free_port):
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port}/0")
    with pytest.raises(RefusalError, match=r"REDIS_URL names does not answer"):
        checks.require_broker()


def test_refusals_end_with_code_one_and_no_traceback(capsys):
    def refuse():
        raise RefusalError("Do this.")

    assert speak(refuse) == 1
    assert capsys.readouterr().err == "Do this.\n"


def test_failed_preparation_names_its_log(layout, monkeypatch):
    monkeypatch.setattr(serve.sys, "executable", "/bin/false")
    with pytest.raises(RefusalError, match=r"Preparing the database failed .*prepare\.log"):
        serve.prepare(layout, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no message"),
        ("one\ntwo\n\n", "two"),
        (
            "psycopg.OperationalError: no\n\tIs the server running?\n",
            "psycopg.OperationalError: no",
        ),
    ],
)
def test_last_words_of_a_log_are_its_last_error(tmp_path, text, words):
    (tmp_path / "log").write_text(text)
    assert supervision.last_words(tmp_path / "log") == words
    assert supervision.last_words(tmp_path / "none") == "no message"


def test_program_that_gives_up_is_named(layout):
    (layout.log / "supervisor.log").write_text("INFO gave up: web entered FATAL state, too many\n")
    (layout.log / "web.log").write_text("Traceback\nImportError: no module\n")
    with (
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as supervisor,
        pytest.raises(RefusalError, match=r"'web' did not start \(ImportError: no module\)"),
    ):
        supervision.wait_until_ready(layout, Address("127.0.0.1", 1), supervisor)


# -- the supervisor's configuration --------------------------------------------------------------


def configuration(layout, environment=None):
    chosen = programs.programs(layout, Address("127.0.0.1", 8123), environment or {})
    parser = configparser.RawConfigParser()
    parser.read(programs.write_configuration(layout, chosen))
    return parser


def test_all_programs_are_restarted_logged_and_killed_with_their_group(layout):
    parser = configuration(layout)
    names = [name for name in parser.sections() if name.startswith("program:")]
    started = ["broker", "web", "worker", "prompt", "beat"]
    assert names == [f"program:{name}" for name in started]
    for name in names:
        section = parser[name]
        assert section["autorestart"] == section["killasgroup"] == "true"
        assert section["stdout_logfile"].startswith(str(layout.log))
        assert section["stdout_logfile_maxbytes"] == "10MB"
        assert int(section["stdout_logfile_backups"]) > 0


def test_broker_starts_first_and_stops_last(layout):
    parser = configuration(layout)
    order = sorted(parser.sections()[1:], key=lambda name: int(parser[name]["priority"]))
    assert order[0] == "program:broker"


def test_named_broker_replaces_the_embedded_one(layout):
    parser = configuration(layout, {"REDIS_URL": "redis://elsewhere"})
    assert "program:broker" not in parser.sections()


def test_worker_uses_one_thread_for_linear_algebra(layout):
    environment = configuration(layout)["program:worker"]["environment"]
    assert 'OMP_NUM_THREADS="1"' in environment
    assert 'OPENBLAS_NUM_THREADS="1"' in environment


def test_worker_concurrency_comes_from_the_environment(layout):
    command = configuration(layout, {"WORKER_CONCURRENCY": "7"})["program:worker"]["command"]
    assert "--concurrency 7" in command


def test_one_worker_leaves_the_background_to_others(layout):
    parser = configuration(layout)
    assert "--queues celery " in parser["program:prompt"]["command"]
    assert "--queues" not in parser["program:worker"]["command"]


def test_percent_signs_in_paths_survive(tmp_path):
    layout = Layout(tmp_path / "100% mine")
    layout.make(written=layout.var)
    parser = configuration(layout)
    assert "100%% mine" in parser["program:web"]["stdout_logfile"]
    assert "'" in parser["program:web"]["command"]  # the blank is quoted


def test_embedded_broker_listens_on_a_private_socket_only(layout):
    configuration(layout)
    lines = (layout.run / "valkey.conf").read_text().splitlines()
    assert "port 0" in lines
    assert "unixsocketperm 600" in lines
    assert 'save ""' in lines
    assert layout.run.stat().st_mode & 0o777 == 0o700
    assert (layout.run / "supervisor.conf").stat().st_mode & 0o777 == 0o600


def test_announcement_shows_address_and_log_ins(layout, capsys):
    rows = [["administrator", "a@example.com", "one"], ["marketer", "m@example.com", "two"]]
    serve.announce(layout, Address("127.0.0.1", 8123), rows, 3.2)
    shown = capsys.readouterr().out
    assert "http://localhost:8123/" in shown
    assert "administrator   a@example.com   one" in shown
    assert "Ctrl-C stops" in shown


def test_announcement_without_sample_users_has_no_table(layout, capsys):
    serve.announce(layout, Address("127.0.0.1", 8123), [], 3.2)
    assert "Sample log-ins" not in capsys.readouterr().out
