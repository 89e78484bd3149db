"""What all tests share: compiled messages, people of every seeded role, clients, Chromium."""

import gc
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from hypothesis.internal.conjecture import providers

from core.models import Team, User
from core.services import users
from scripts.serving.programs import ONE_THREAD
from tests.chromium import NO_CHROMIUM, chromium
from tests.factories import TeamFactory, UserFactory

# A shared machine is slow at times, and a database answers in milliseconds.
# The same examples each time: a change is judged by itself. `--hypothesis-profile=search` looks further.
hypothesis_settings.register_profile("renmai", deadline=None, max_examples=40, derandomize=True)
hypothesis_settings.register_profile("search", deadline=None, max_examples=400)
hypothesis_settings.load_profile("renmai")
# Nor do examples hang on constants written elsewhere in our code, which take 20 s a process to be read.
providers.is_local_module_file = lambda _path: False


# What no database and no broker changes, and pages, which the walks of `SERVERS` open there; the second run of
# CI leaves it out.
EMBEDDED = (
    "analytics/api",
    "analytics/jobs",
    "analytics/methods",
    "analytics/test_",
    "analytics/views",
    "browser/test_managers_monday.py",
    "browser/test_pages.py",
    "core/filters/test_round_trip.py",
    "core/lists/test_field_order.py",
    "core/lists/test_reading.py",
    "core/tabular",
    "core/telemetry",
    "core/views",
    "core/test_accents.py",
    "core/test_middleware.py",
    "core/test_ui_tags.py",
    "core/values_in_files",
    "crm/methods",
    "crm/services/sample",
    "crm/test_odd_files.py",
    "crm/views",
    "house/test_contracts.py",
    "house/test_documents.py",
    "house/test_messages.py",
    "house/test_panel.py",
    "house/test_places.py",
    "house/test_registries.py",
    "house/test_sizes.py",
    "house/test_styles.py",
    "marketing/views",
    "ops/test_bootstrap.py",
    "ops/test_containers.py",
    "ops/test_headers.py",
    "ops/test_project_files.py",
)

# Walks that take minutes, and what programs ask, on the stricter of the two databases; the first run leaves them out.
SERVERS = (
    "core/api",
    "core/webhooks",
    "crm/api",
    "house/test_access.py",
    "house/test_api.py",
    "house/test_hidden_fields.py",
    "house/test_models.py",
    "house/test_pages.py",
    "house/test_query_counts.py",
    "marketing/api",
)


def pytest_collection_finish() -> None:
    """What is loaded stays for good: a collection of garbage need not look through thousands of tests each time."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        place = item.path.relative_to(Path(__file__).parent).as_posix()
        if place.startswith(EMBEDDED):
            item.add_marker(pytest.mark.embedded)
        if place.startswith(SERVERS):
            item.add_marker(pytest.mark.servers)
        if item.get_closest_marker("embedded") and item.get_closest_marker("servers"):
            raise pytest.UsageError(f"{item.nodeid} is left out of both runs of CI.")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Compile the messages before workers start, so that no two of them write one file.

    As in production every process computes in one thread: several of them only wait for each other.
    """
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    if connection.vendor == "postgresql":
        type(connection.ops).sql_flush = delete_rows  # type: ignore[method-assign]
    if not hasattr(config, "workerinput"):
        call_command("compile_messages_pure", verbosity=0)


def delete_rows(self: Any, _style: Any, tables: Iterable[str], **_options: Any) -> list[str]:
    """Empty the tables that hold rows: to truncate a hundred of them takes seconds each time.

    Constraints are deferred, so that the order does not matter.
    """
    names = [self.quote_name(table) for table in tables]
    asked = (f"SELECT {i} WHERE EXISTS (SELECT 1 FROM {name})" for i, name in enumerate(names))
    with self.connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [f"DELETE FROM {names[i]}" for (i,) in cursor.fetchall()]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A browser test without a browser is skipped, in CI it fails."""
    if item.get_closest_marker("browser") is None or chromium() is not None:
        return
    if os.environ.get("RENMAI_REQUIRE_BROWSER") == "1":
        pytest.fail(NO_CHROMIUM, pytrace=False)
    pytest.skip(NO_CHROMIUM)


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    path = chromium()
    assert path is not None, NO_CHROMIUM
    return path


@pytest.fixture(autouse=True)
def _not_set_up_yet() -> Iterator[None]:
    """Whether there are users is remembered by the process; each test finds out anew."""
    users._set_up.clear()
    yield
    users._set_up.clear()


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A request leaves the language of its user behind; each test begins in English."""
    with translation.override("en"):
        yield


# -- people --------------------------------------------------------------------------------------


@pytest.fixture
def team(db: None) -> Team:
    return TeamFactory(name="North")


@pytest.fixture
def other_team(db: None) -> Team:
    return TeamFactory(name="South")


@pytest.fixture
def administrator(team: Team) -> User:
    return UserFactory(role="administrator", team=team)


@pytest.fixture
def manager(team: Team) -> User:
    return UserFactory(role="manager", team=team)


@pytest.fixture
def sales(team: Team) -> User:
    return UserFactory(role="sales", team=team)


@pytest.fixture
def marketing(team: Team) -> User:
    return UserFactory(role="marketing", team=team)


@pytest.fixture
def colleague(team: Team) -> User:
    """Another sales representative of the same team."""
    return UserFactory(role="sales", team=team)


@pytest.fixture
def outsider(other_team: Team) -> User:
    """A sales representative of another team."""
    return UserFactory(role="sales", team=other_team)


# -- clients -------------------------------------------------------------------------------------


@pytest.fixture
def log_in() -> Callable[[User], Client]:
    """A client with a session of the user."""

    def make(user: User, **options: object) -> Client:
        client = Client(**options)
        client.force_login(user)
        return client

    return make


@pytest.fixture
def visitor() -> Client:
    """Somebody on the internet, each time from another address: rate limits count by address."""
    a, b, c = (secrets.randbelow(254) + 1 for _ in range(3))
    return Client(REMOTE_ADDR=f"10.{a}.{b}.{c}")
