"""What happens around every view."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django.asserts import assertTemplateUsed
from redis.exceptions import ConnectionError as RedisDown

from core.middleware import RequestSizeMiddleware
from core.models import User
from core.telemetry import facts
from tests.factories import LeadFactory, UserFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}


def test_lost_session_reloads_the_page_of_an_htmx_request(sales: User, visitor: Client) -> None:
    response = visitor.get("/leads/?q=ada", headers=HTMX)
    assert response.status_code == 401
    assert response["HX-Redirect"].startswith(reverse("account_login"))
    assert visitor.get("/leads/").status_code == 302


def test_answers_differ_by_the_htmx_header(sales: User, log_in: LogIn) -> None:
    assert "HX-Request" in log_in(sales).get("/leads/")["Vary"]


def test_htmx_gets_the_part_that_the_view_offers(sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    whole = client.get("/leads/").content.decode()
    part = client.get("/leads/", headers={**HTMX, "HX-Target": "list"}).content.decode()
    strange = client.get("/leads/", headers={**HTMX, "HX-Target": "nav"}).content.decode()
    boosted = {**HTMX, "HX-Target": "list", "HX-Boosted": "true"}
    assert "<html" in whole
    assert "<html" not in part
    assert "<html" in strange
    assert "<html" in client.get("/leads/", headers=boosted).content.decode()


@pytest.mark.parametrize(
    ("referer", "back"),
    [("http://testserver/leads/", "http://testserver/leads/"), ("https://evil.example/", "/")],
)
def test_refusal_becomes_a_message_on_the_page_before(
    sales: User, log_in: LogIn, referer: str, back: str
) -> None:
    lead = LeadFactory(owner=sales)
    response = log_in(sales).post(
        reverse("lead_set_status", args=[lead.pk]), {"status": "x"}, headers={"Referer": referer}
    )
    assert (response.status_code, response["Location"]) == (302, back)
    (message,) = get_messages(response.wsgi_request)
    assert str(message) == "Choose one of the statuses in the list."


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_page_speaks_the_language_of_the_user(language: str, log_in: LogIn) -> None:
    client = log_in(UserFactory(role="sales", language=language))
    response = client.get("/", headers={"Accept-Language": "zh-hans" if language == "en" else "en"})
    assert response.headers["Content-Language"] == language
    assert f'<html lang="{language}"' in response.content.decode()


def test_visitor_gets_the_language_of_the_browser(sales: User, visitor: Client) -> None:
    response = visitor.get(reverse("account_login"), headers={"Accept-Language": "zh-CN,zh"})
    assert response.headers["Content-Language"] == "zh-hans"


def test_times_are_shown_in_the_time_zone_of_the_user(log_in: LogIn) -> None:
    user = UserFactory(role="sales", time_zone="Asia/Shanghai")
    LeadFactory(owner=user)
    assert "+08:00" in log_in(user).get("/leads/").content.decode()


def test_session_notes_its_last_use_but_not_on_every_page(sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    client.get("/")
    noted = UserSession.objects.get()
    client.get("/leads/", headers={"User-Agent": "Another"})
    assert UserSession.objects.get().last_seen_at == noted.last_seen_at
    cache.delete(f"session-noted:{client.session.session_key}")
    client.get("/leads/", headers={"User-Agent": "Another"})
    assert UserSession.objects.get().user_agent == "Another"
    assert UserSession.objects.get().last_seen_at > noted.last_seen_at


def test_pages_of_customers_are_not_kept_by_the_browser(sales: User, log_in: LogIn) -> None:
    assert "no-store" in log_in(sales).get("/leads/")["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "is_known", "megabytes", "status"),
    [
        ("/imports/", True, 9, 200),
        ("/imports/", True, 11, 413),
        ("/imports/", False, 9, 413),
        ("/leads/new/", True, 9, 413),
        ("/leads/new/", True, 1, 200),
    ],
)
def test_request_that_is_too_large_is_refused_before_it_is_read(
    path: str, is_known: bool, megabytes: int, status: int, sales: User, settings: Any
) -> None:
    settings.MAX_UPLOAD_BYTES = 10 * 1024 * 1024
    request = RequestFactory().post(path, CONTENT_LENGTH=str(megabytes * 1024 * 1024))
    request.user = sales if is_known else AnonymousUser()
    middleware = RequestSizeMiddleware(lambda _request: HttpResponse("ok"))
    assert middleware(request).status_code == status


def test_refusal_for_size_is_a_page_in_the_language_of_the_user(
    sales: User, log_in: LogIn, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
    User.objects.filter(pk=sales.pk).update(language="zh-hans")
    response = log_in(sales).post("/leads/new/", {}, CONTENT_LENGTH=str(9 * 1024 * 1024))
    assert response.status_code == 413
    assertTemplateUsed(response, "errors/too_large.html")
    assert "3 MB" in response.content.decode()
    assert "内容过大" in response.content.decode()


@pytest.mark.parametrize("length", ["9" * 40, "-5", "x", ""])
def test_length_that_is_none_is_no_fault(length: str, sales: User, visitor: Client) -> None:
    assert visitor.post("/accounts/login/", {}, CONTENT_LENGTH=length).status_code < 500


# -- health --------------------------------------------------------------------------------------


def test_health_is_answered_on_any_host_without_log_in(visitor: Client) -> None:
    response = visitor.get("/healthz", headers={"Host": "10.0.0.7"})
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_health_asks_no_database(visitor: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        visitor.get("/healthz")


def test_readiness_names_what_answers(visitor: Client, db: None) -> None:
    cache.delete(facts.WORKERS)
    response = visitor.get("/readyz")
    needed = {"database": True, "broker": True, "migrations": True}
    # Pages open without a worker: it is told, and does not make the server unready.
    assert (response.status_code, response.json()) == (200, {**needed, "worker_seconds": None})


def test_readiness_tells_when_a_worker_was_heard_of(visitor: Client, db: None) -> None:
    facts._noted.clear()
    facts.note_worker("celery@here")
    assert visitor.get("/readyz").json()["worker_seconds"] == 0


def test_database_of_another_version_is_not_ready(visitor: Client, db: None) -> None:
    graph = MigrationLoader(connection).graph
    (newest,) = graph.leaf_nodes("core")
    for migration in (newest, *graph.nodes[newest].replaces):
        MigrationRecorder(connection).record_unapplied(*migration)
    facts._migrated.clear()
    response = visitor.get("/readyz")
    facts._migrated.clear()
    assert (response.status_code, response.json()["migrations"]) == (503, False)


def test_readiness_names_a_broker_that_is_down(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any) -> None:
        raise RedisDown

    monkeypatch.setattr(cache, "get", fail)
    response = visitor.get("/readyz")
    assert (response.status_code, response.json()["broker"]) == (503, False)


def test_readiness_names_a_database_that_is_down(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", fail)
    response = visitor.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, False)
