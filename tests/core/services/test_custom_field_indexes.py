"""Indexes of custom fields: built on demand, used by filters and orders, dropped when archived."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.choices import FieldType, RunState
from core.conditions import Criterion, Viewpoint, checked, to_q
from core.conditions.fields import resolve
from core.fields.ordering import Order
from core.jobs.runner import execute_run
from core.lists.keyset import fetch_page
from core.models import CustomField, JobRun, User
from core.registries import record_types
from core.services import custom_field_indexes
from core.services.custom_field_indexes import (
    ask_for_index,
    ask_for_indexes,
    build_index,
    drop_index,
    index_name,
)
from core.services.custom_fields import archive_field
from crm.models import Lead
from tests.factories import CustomFieldFactory, LeadFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db(transaction=True)

KIND = record_types["crm.lead"]


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, Lead._meta.db_table)
    return {name for name in constraints if name.startswith("custom_field_")}


def plan_of(rows: QuerySet[Any]) -> str:
    """The plan, where the database may not read the whole table or sort."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        return rows.explain()


@pytest.fixture(autouse=True)
def _no_index_stays() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        for name in indexes():
            cursor.execute(f"DROP INDEX {name}")


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom_field_indexes, "LARGE", -1)


@pytest.mark.parametrize("key", ["budget", "in", "客户_等级"])
@pytest.mark.parametrize(
    ("kind", "operator", "value", "stored"),
    [
        ("text", "is", ["Fair"], "Fair"),
        ("choice", "is", ["Fair"], "Fair"),
        ("number", "at_least", 7, 7),
        ("money", "between", [7, 8], 7.5),
        ("boolean", "yes", None, True),
        ("date", "on", "2026-11-22", "2026-11-22"),
        ("moment", "after", "2026-11-01", "2026-11-22T09:00:00Z"),
        ("user", "is", [7], 7),
    ],
)
def test_filter_and_order_use_the_index(
    kind: str, operator: str, value: Any, stored: Any, key: str, administrator: User
) -> None:
    field = CustomFieldFactory(type=kind, key=key)
    for number in range(30):
        LeadFactory(contact=None, company=None, custom={key: stored} if number % 3 == 0 else {})
    build_index(field)
    view = Viewpoint(administrator, timezone.localtime(NOW))
    condition = checked(Criterion(f"custom.{key}", operator, value), KIND, view)
    rows = Lead.objects.filter(to_q(condition, KIND, view))
    assert index_name(field) in plan_of(rows)
    assert rows.count() == 10
    expression = resolve(KIND, f"custom.{key}", view).order_expression(view)
    ordered, order = Order(expression=expression).named(Lead.objects.all())
    present = ordered.filter(**{f"{order.path}__isnull": False})
    assert index_name(field) in plan_of(present.order_by(f"-{order.path}", "-pk")[:5])
    drop_index(field)
    assert indexes() == set()


def test_index_is_built_once_and_anew_after_a_crash() -> None:
    field = CustomFieldFactory(type=FieldType.NUMBER)
    build_index(field)
    build_index(field)
    assert indexes() == {index_name(field)}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)",
                [index_name(field)],
            )
        build_index(field)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)",
                [index_name(field)],
            )
            assert cursor.fetchone() == (True,)
    field.refresh_from_db()
    assert field.indexed_at is not None


def test_several_choices_can_be_indexed_and_found(administrator: User) -> None:
    field = CustomFieldFactory(
        type=FieldType.CHOICES, options=[{"key": "a", "label": "A"}, {"key": "b", "label": "B"}]
    )
    both = LeadFactory(custom={field.key: ["a", "b"]})
    LeadFactory(custom={field.key: ["b"]})
    LeadFactory()
    build_index(field)
    view = Viewpoint(administrator, timezone.localtime(NOW))
    condition = Criterion(f"custom.{field.key}", "has_any", ["a"])
    assert list(Lead.objects.filter(to_q(condition, KIND, view))) == [both]


@pytest.mark.usefixtures("large")
def test_job_builds_and_drops(administrator: User) -> None:
    field = CustomFieldFactory(type=FieldType.NUMBER)
    (run,) = ask_for_indexes(fields=[field], as_of=NOW, by=administrator)
    assert ask_for_index(field=field, as_of=NOW + timedelta(hours=1), by=None) == run
    execute_run(run.pk, wake=lambda *_given: None)
    run.refresh_from_db()
    field.refresh_from_db()
    assert (run.state, indexes()) == (RunState.SUCCEEDED, {index_name(field)})
    assert ask_for_indexes(fields=[field], as_of=NOW, by=administrator) == []
    archive_field(field=field, by=administrator)
    dropping = ask_for_index(field=field, as_of=NOW, by=administrator)
    assert dropping is not None
    execute_run(dropping.pk, wake=lambda *_given: None)
    assert indexes() == set()
    assert CustomField.objects.get(pk=field.pk).indexed_at is None


@pytest.mark.usefixtures("large")
def test_field_archived_during_the_build_keeps_no_index(administrator: User) -> None:
    field = CustomFieldFactory(type=FieldType.NUMBER)
    archive_field(field=CustomField.objects.get(pk=field.pk), by=administrator)
    build_index(field)
    assert indexes() == set()


def test_small_table_needs_no_index() -> None:
    LeadFactory()
    assert ask_for_index(field=CustomFieldFactory(), as_of=NOW, by=None) is None


def test_list_asks_for_the_index_once(
    administrator: User,
    log_in: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When it is first filtered or sorted by the field, not when it only shows it."""
    monkeypatch.setattr(custom_field_indexes, "LARGE", 1)
    filtered, sorted_by, shown = (CustomFieldFactory() for _each in range(3))
    LeadFactory()
    _analyse()
    client, url = log_in(administrator), reverse("lead_list")
    client.get(url, {"columns": f"custom.{shown.key}"})
    assert indexes() == set()
    for _each in range(2):
        client.get(url, {"if": f"custom.{filtered.key}:is:a", "sort": f"custom.{sorted_by.key}"})
    runs = JobRun.objects.filter(kind=custom_field_indexes.KIND)
    assert {run.scope["field"] for run in runs} == {filtered.pk, sorted_by.pk}
    assert len(runs) == 2


def _analyse() -> None:
    """PostgreSQL estimates how large a table is by what it last counted."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {Lead._meta.db_table}")


def test_pages_go_on_while_there_is_no_index(administrator: User) -> None:
    field = CustomFieldFactory(type=FieldType.DATE)
    LeadFactory(custom={field.key: "2026-11-22"})
    view = Viewpoint(administrator, timezone.localtime(NOW))
    order = resolve(KIND, f"custom.{field.key}", view).order(view)
    page = fetch_page(Lead.objects.all(), sort=order, descending=False, size=5, token="")
    assert len(page.rows) == 1
