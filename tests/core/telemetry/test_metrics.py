"""What Prometheus reads, and who may."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from core.choices import RunState
from core.models import User
from core.telemetry import facts, metrics
from tests.factories import JobRunFactory

pytestmark = pytest.mark.django_db

TOKEN = {"Authorization": "Bearer secret-of-prometheus"}


@pytest.fixture
def measured(settings: Any, tmp_path: Path, sales: User) -> Iterator[None]:
    """With somebody who can log in: before that every page leads to the set-up."""
    settings.METRICS_TOKEN = "secret-of-prometheus"
    settings.METRICS_FOLDER = tmp_path / "metrics"
    metrics._made.cache_clear()
    cache.delete(facts.WORKERS)
    facts._noted.clear()
    yield
    end_process()


def end_process() -> None:
    """What is left when a process ends: its files, without their lock."""
    for file in metrics._held:
        file.close()
    metrics._held.clear()
    metrics._made.cache_clear()


def text(client: Client, **headers: str) -> str:
    response = client.get("/metrics", headers={**TOKEN, **headers})
    assert response.status_code == 200
    return response.content.decode()


def test_there_are_no_metrics_unless_they_are_wanted(visitor: Client) -> None:
    response = visitor.get("/metrics", headers=TOKEN)
    assert response.status_code in {302, 404}


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", "Basic secret-of-prometheus"])
def test_wrong_token_reads_nothing(given: str, visitor: Client, measured: None) -> None:
    response = visitor.get("/metrics", headers={"Authorization": given})
    assert response.status_code == 401
    assert response.content == b""


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "expected"),
    [
        ("10.1.2.3", "", 0, 200),
        ("192.0.2.9", "", 0, 401),
        ("192.0.2.9", "10.1.2.3", 0, 401),  # nobody's proxy said so
        ("192.0.2.1", "10.1.2.3", 1, 200),
        ("10.1.2.3", "10.9.9.9, 192.0.2.9", 1, 401),  # somebody outside, through our proxy
    ],
)
def test_address_decides_where_addresses_are_allowed(
    remote: str, forwarded: str, proxies: int, expected: int, settings: Any, measured: None
) -> None:
    settings.METRICS_TOKEN, settings.METRICS_ALLOW = "", ["10.0.0.0/8", "::1"]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    response = Client(REMOTE_ADDR=remote).get("/metrics", headers=headers)
    assert response.status_code == expected


def test_requests_are_counted_by_route_and_status(visitor: Client, measured: None) -> None:
    visitor.get("/accounts/login/")
    visitor.get("/accounts/login/")
    visitor.get("/contacts/erika@example.com/")
    found = text(visitor)
    counted = 'renmai_http_requests_total{method="GET",route="account_login",status="200"} 2.0'
    assert counted in found
    assert 'renmai_http_request_seconds_count{route="account_login"} 2.0' in found
    assert 'renmai_http_request_seconds_bucket{le="0.1",route="account_login"}' in found
    assert "erika" not in found


def test_who_follows_a_process_goes_on_in_its_files(visitor: Client, measured: None) -> None:
    visitor.get("/accounts/login/")
    end_process()
    visitor.get("/accounts/login/")
    counted = 'renmai_http_requests_total{method="GET",route="account_login",status="200"} 2.0'
    assert counted in text(visitor)


def test_installation_is_described(visitor: Client, measured: None, settings: Any) -> None:
    JobRunFactory(state=RunState.FAILED)
    facts.note_worker("celery@here")
    found = text(visitor)
    assert 'renmai_job_runs{state="failed"} 1.0' in found
    assert 'renmai_job_runs{state="queued"}' in found
    assert "renmai_workers_alive 1.0" in found
    assert "renmai_database_bytes" in found
    assert f'version="{settings.VERSION}"' in found


def test_age_of_the_newest_backup(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    assert facts.backup_age() is None
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "renmai-x.tar.gz").touch()
    age = facts.backup_age()
    assert age is not None
    assert age < 60


def test_worker_that_is_silent_is_not_alive(monkeypatch: Any, measured: None) -> None:
    facts.note_worker("celery@here")
    assert facts.workers_alive() == 1
    later = time.time() + 120
    monkeypatch.setattr(facts.time, "time", lambda: later)
    assert facts.workers_alive() == 0
