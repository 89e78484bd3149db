"""The software and its database."""

import platform
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta

import django
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.queries.system.facts import BAD, OK, WARN, Fact
from core.time_limits import TookTooLong, at_most

MOST_SKEW = timedelta(seconds=5)
SECONDS = 2.0


def software_version() -> str:
    """What pyproject.toml says."""
    text = (settings.BASE_DIR / "pyproject.toml").read_text()
    return str(tomllib.loads(text)["project"]["version"])


def database_facts(now: datetime) -> Iterator[Fact]:
    yield Fact("Renmai", software_version())
    yield Fact("Python", platform.python_version())
    yield Fact("Django", django.get_version())
    yield _database()
    yield _migrations()
    if connection.vendor == "postgresql":
        yield _clock(now)


def _database() -> Fact:
    name = f"{connection.display_name} {'.'.join(map(str, connection.get_database_version()))}"
    try:
        with at_most(SECONDS), connection.cursor() as cursor:
            cursor.execute(SIZES[connection.vendor])
            (size,) = cursor.fetchone()
    except TookTooLong:
        return Fact(_("Database"), name)
    return Fact(_("Database"), f"{name} · {filesizeformat(size)}")


SIZES = {
    "postgresql": "SELECT pg_database_size(current_database())",
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
}


def _migrations() -> Fact:
    executor = MigrationExecutor(connection)
    left = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not left:
        return Fact(_("Migrations"), _("all applied"), OK)
    value = ngettext("%(count)s missing", "%(count)s missing", left) % {"count": left}
    advice = _("The database is older than the program. Run “manage.py migrate”, then start anew.")
    return Fact(_("Migrations"), value, BAD, advice)


def _clock(now: datetime) -> Fact:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
    skew = abs(there - now)
    value = _("%(seconds).1f s apart") % {"seconds": skew.total_seconds()}
    if skew <= MOST_SKEW:
        return Fact(_("Clock of the database"), value, OK)
    advice = _("Times would be wrong and leases end early. Let both machines ask a time server.")
    return Fact(_("Clock of the database"), value, WARN, advice)
