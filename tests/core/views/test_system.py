"""The system page: facts, and what to do where something is wrong."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPException
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from core.choices import RunState
from core.models import User
from core.queries.system import Fact, storage, work
from tests.factories import JobRunFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
URL = "/settings/system/"


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def client(administrator: User, log_in: LogIn) -> Client:
    return log_in(administrator)


def facts(client: Client) -> dict[str, Fact]:
    groups = client.get(URL).context["groups"]
    return {str(fact.label): fact for group in groups for fact in group.facts}


def test_facts_of_a_fresh_installation(client: Client) -> None:
    found = facts(client)
    assert found["Renmai"].value.count(".") == 2
    assert found["Migrations"].tone == "ok"
    assert found["Last backup"].tone == "warn"
    assert found["E-mail"].value == "not set up"
    assert "EMAIL_URL" in found["E-mail"].advice
    assert found["Scheduler"].tone == "warn"


def test_backup_is_told_by_its_age(client: Client, tmp_path: Path) -> None:
    archive = tmp_path / "backups" / "renmai-2026-01-01.tar.gz"
    archive.parent.mkdir()
    archive.write_bytes(b"")
    assert facts(client)["Last backup"].tone == "ok"
    old = (timezone.now() - timedelta(days=3)).timestamp()
    os.utime(archive, (old, old))
    assert facts(client)["Last backup"].tone == "warn"


@pytest.mark.parametrize(("minutes", "tone"), [(1, "ok"), (30, "bad")])
def test_silent_scheduler_is_noticed(minutes: int, tone: str, client: Client) -> None:
    last = timezone.now() - timedelta(minutes=minutes)
    PeriodicTask.objects.filter(task="core.recover_runs").update(last_run_at=last)
    assert facts(client)["Scheduler"].tone == tone


def test_full_disk_is_noticed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        total, free = 100_000_000, 1_000_000

    monkeypatch.setattr(storage.shutil, "disk_usage", lambda _folder: Usage)
    fact = facts(client)["Free disk space"]
    assert fact.tone == "bad"
    assert "1%" in fact.value


def test_broker_that_is_away_is_noticed(client: Client, settings: Any) -> None:
    settings.CELERY_BROKER_URL = settings.REDIS_URL = "redis://127.0.0.1:1/0"
    fact = facts(client)["Broker"]
    assert fact.tone == "bad"
    assert "nothing is lost" in fact.advice


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    given: list[Any] = []
    monkeypatch.setattr(work.current_app.control, "ping", lambda **_options: given)
    return given


def test_workers_answer_or_not(client: Client, answers: list[Any]) -> None:
    page = client.get(f"{URL}workers/").content.decode()
    assert "Start a worker" in page
    answers.append({"worker@one": {"ok": "pong"}})
    part = client.get(
        f"{URL}workers/", headers={"HX-Request": "true", "HX-Target": "system-workers"}
    ).content.decode()
    assert "worker@one" in part
    assert "<html" not in part


def test_failed_jobs_of_a_week_are_linked(client: Client) -> None:
    now = timezone.now()
    failed = JobRunFactory(state=RunState.FAILED, finished_at=now - timedelta(days=1))
    JobRunFactory(state=RunState.FAILED, finished_at=now - timedelta(days=8))
    runs = [item["run"] for item in client.get(URL).context["failed"]]
    assert runs == [failed]


def test_mail_is_sent_to_whoever_asks(
    client: Client, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(f"{URL}mail/")
    assert mail.outbox[0].to == [administrator.email]

    def refuse(*_args: Any, **_options: Any) -> None:
        raise SMTPException("550 no")

    monkeypatch.setattr("core.services.system.send_mail", refuse)
    assert "550 no" in client.post(f"{URL}mail/", follow=True).content.decode()


def test_system_is_for_those_who_manage_settings(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    assert client.get(URL).status_code == 403
    assert client.post(f"{URL}mail/").status_code == 403
