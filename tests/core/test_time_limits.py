"""A query that takes too long is stopped, and the page says so."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.lists import page
from core.models import User
from core.time_limits import TookTooLong, at_most
from tests.factories import LeadFactory

pytestmark = pytest.mark.django_db

SLOW = {
    "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n",
    "postgresql": "SELECT pg_sleep(20)",
}


def run_slow_query() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SLOW[connection.vendor])


def test_slow_query_is_stopped_and_the_next_one_works() -> None:
    LeadFactory()
    with pytest.raises(TookTooLong), at_most(0.1):
        run_slow_query()
    with at_most(5):
        assert User.objects.count() >= 0


def test_list_that_takes_too_long_says_what_to_do(
    log_in: Callable[..., Client], administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    LeadFactory()
    monkeypatch.setattr(page, "total_of", lambda _rows: run_slow_query())
    monkeypatch.setattr(page, "fetch_page", lambda *_given, **_named: run_slow_query())
    monkeypatch.setattr(page, "SECONDS", 0.1)
    answer = log_in(administrator).get(reverse("lead_list"))
    assert answer.status_code == 200
    assert "took longer than" in answer.content.decode()
