"""Who imports whom, and what a web process never imports."""

import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from tests.data import REPOSITORY

START = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
import django
django.setup()
import config.celery, config.urls, config.wsgi
config.celery.app.loader.import_default_modules()
assert "core.run_job" in config.celery.app.tasks
print(*sorted({"pandas", "sklearn", "scipy", "statsmodels", "networkx"} & set(sys.modules)))
"""


def test_import_contracts_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(REPOSITORY)
    broken = lint_imports(config_filename="pyproject.toml", cache_dir=str(tmp_path))
    assert broken == 0, capsys.readouterr().out


def test_web_process_starts_without_scientific_libraries() -> None:
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
