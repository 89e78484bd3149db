"""Log lines of requests, their ids, and what must not be in them."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import current_app
from django.test import Client

from core.models import User
from core.telemetry import logs, request_ids
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
PERSONAL = ("Erika Mustermann", "erika@example.com", "+49 30 1234567", "geheim")


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the loggers write as JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    handler.addFilter(logs.RequestFilter())
    loggers = [logging.getLogger(name) for name in ("", "django")]
    for logger in loggers:
        logger.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for logger in loggers:
        logger.removeHandler(handler)


def of_requests(written: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in written if line["logger"] == "renmai.requests"]


def test_request_is_one_line(sales: User, log_in: LogIn, lines: Any) -> None:
    contact = ContactFactory(owner=sales, team=sales.team)
    log_in(sales).get(contact.get_absolute_url() + "?tab=changes")
    (line,) = of_requests(lines())
    assert line["method"] == "GET"
    assert line["route"] == "contact_detail"
    assert line["status"] == 200
    assert line["user"] == sales.pk
    assert line["queries"] > 0
    assert line["ms"] >= 0
    assert line["level"] == "INFO"
    assert line["request_id"] != "-"


def test_nothing_personal_is_logged(
    administrator: User, log_in: LogIn, visitor: Client, lines: Any
) -> None:
    name, email, phone, password = PERSONAL
    client = log_in(administrator, raise_request_exception=False)
    contact = ContactFactory(owner=administrator, name=name, email=email)
    client.get(contact.get_absolute_url(), {"q": name}, headers={"User-Agent": email})
    client.post("/contacts/new/", {"name": name, "email": email, "phone": phone})
    client.get(f"/contacts/{email}/")
    client.get("/admin/crm/contact/", {"q": email})
    client.post(f"/admin/crm/contact/{contact.pk}/change/", {"name": name, "phone": phone})
    visitor.post("/accounts/login/", {"login": email, "password": password})
    written = json.dumps(lines(), ensure_ascii=False)
    assert len(of_requests(lines())) == 6
    for word in (*PERSONAL, f"/contacts/{contact.pk}", "?q="):
        assert word not in written
    assert '"unknown"' in written


def test_values_that_a_database_repeats_are_left_out() -> None:
    formatter = logs.PlainFormatter("%(message)s")
    try:
        raise ValueError("duplicate key\nDETAIL:  Key (email)=(erika@example.com) already exists.")
    except ValueError as error:
        text = formatter.formatException((type(error), error, error.__traceback__))
    assert "duplicate key" in text
    assert "erika" not in text.rpartition("ValueError: duplicate")[2]


@pytest.mark.parametrize(
    "given", ["", "short", "<script>alert(1)</script>", "x" * 65, "a b c d e f"]
)
def test_silly_request_id_is_replaced(given: str, visitor: Client) -> None:
    response = visitor.get("/healthz", headers={"X-Request-ID": given})
    assert request_ids.SANE.fullmatch(response["X-Request-ID"])
    assert response["X-Request-ID"] != given


def test_request_id_is_answered_back(visitor: Client) -> None:
    response = visitor.get("/healthz", headers={"X-Request-ID": "proxy-4711-abc"})
    assert response["X-Request-ID"] == "proxy-4711-abc"


def test_health_checks_are_not_logged(visitor: Client, lines: Any) -> None:
    visitor.get("/healthz")
    assert of_requests(lines()) == []


def test_task_goes_on_under_the_id_of_its_request() -> None:
    seen: list[str] = []

    @current_app.task(name="tests.tell_id")
    def tell_id() -> None:
        seen.append(request_ids.current_request_id())

    token = request_ids.remember("request-of-mine")
    headers: dict[str, Any] = {}
    request_ids._send_along(headers=headers)
    request_ids.forget(token)
    tell_id.apply(headers=headers)
    tell_id.apply(task_id="number-of-the-task")
    assert seen == ["request-of-mine", "number-of-the-task"]
    assert request_ids.current_request_id() == ""
