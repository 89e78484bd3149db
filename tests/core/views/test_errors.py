"""What answers a fault of ours."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from core.models import User
from core.views import errors, home

pytestmark = pytest.mark.django_db


def failing(*_given: Any) -> None:
    raise RuntimeError("secret")


def test_page_says_that_it_is_our_fault(
    sales: User, log_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "scopes_of", failing)
    client: Client = log_in(sales, raise_request_exception=False)
    answer = client.get("/")
    assert (answer.status_code, answer["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert b"secret" not in answer.content


def test_programs_get_a_problem(rf: Any) -> None:
    request = rf.get("/api/v1/leads/")
    request.user = AnonymousUser()
    answer = errors.server_error(request)
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert b"urn:renmai:problem:fault" in answer.content
