"""What the apps declare fits together: addresses, permissions, icons, jobs, schedules, texts."""

import json

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse
from django.utils.functional import Promise
from django_celery_beat.models import PeriodicTask

from config import roles, schedule
from config.celery import app
from core.choices import Reach
from core.jobs.kinds import Job, JobKind, job_kinds
from core.lists import ListDefinition
from core.models import Grant, Role, User
from core.registries import (
    NavigationEntry,
    Panel,
    RecordType,
    navigation,
    panels,
    permission_registry,
    record_types,
)
from core.shell import GROUPS
from crm.tables import COMPANIES, CONTACTS, LEADS

ICONS = frozenset(json.loads((settings.BASE_DIR / "static/img/icons.json").read_text())["icons"])
LISTS = [LEADS, CONTACTS, COMPANIES]


def by_key(entry: object) -> str:
    return str(getattr(entry, "key", entry))


@pytest.mark.parametrize("kind", list(job_kinds), ids=by_key)
def test_job_kind_can_be_loaded_and_started(kind: JobKind) -> None:
    assert isinstance(kind.load(), Job)
    assert kind.permission in permission_registry
    assert all(followed in job_kinds for followed in kind.follows)
    assert isinstance(kind.label, Promise)


@pytest.mark.parametrize("entry", list(navigation), ids=by_key)
def test_navigation_entry_opens_a_page(entry: NavigationEntry) -> None:
    assert reverse(entry.url_name)
    assert entry.group in GROUPS
    assert entry.icon in ICONS
    assert not entry.permission or entry.permission in permission_registry
    assert isinstance(entry.label, Promise)


@pytest.mark.parametrize("kind", list(record_types), ids=by_key)
def test_record_type_names_a_model_and_a_page(kind: RecordType) -> None:
    assert kind.model._meta.label_lower == kind.key
    assert reverse(kind.detail_url, args=[1])
    assert kind.icon in ICONS
    assert f"{kind.key}.view" in permission_registry


@pytest.mark.parametrize("panel", list(panels), ids=by_key)
def test_panel_has_a_template_and_a_permission(panel: Panel) -> None:
    assert get_template(panel.template)
    assert panel.permission in permission_registry


@pytest.mark.parametrize("definition", LISTS, ids=by_key)
def test_list_names_icons_and_fields_that_exist(definition: ListDefinition) -> None:
    kind = record_types[definition.object_type]
    assert {definition.icon, *(f.icon for f in definition.filters)} <= ICONS
    named = {entry.field for entry in (*definition.columns, *definition.filters) if entry.field}
    assert named <= kind.field.keys()
    assert definition.default_sort.removeprefix("-") in {sort.key for sort in definition.sorts}
    assert get_template(definition.cells)


def test_seeded_roles_grant_registered_permissions(db: None) -> None:
    granted = set(Grant.objects.values_list("permission", flat=True))
    assert granted
    assert [name for name in granted if name not in permission_registry] == []


def test_seeding_again_changes_nothing(db: None) -> None:
    before = sorted(Grant.objects.values_list("role__key", "permission", "reach"))
    Role.objects.filter(key="sales").update(name="Verkauf")
    roles.seed_roles()
    schedule.seed_schedules()
    assert sorted(Grant.objects.values_list("role__key", "permission", "reach")) == before
    assert Role.objects.get(key="sales").name == "Verkauf"
    assert PeriodicTask.objects.filter(name="Recover job runs").count() == 1


def test_every_permission_that_the_administrator_has_somebody_can_be_granted(db: None) -> None:
    """A grant of each registered permission can be stored."""
    role = Role.objects.create(name="All")
    Grant.objects.bulk_create(
        Grant(role=role, permission=p.key, reach=Reach.ALL) for p in permission_registry
    )
    assert role.grants.count() == len(list(permission_registry))


@pytest.mark.parametrize("seed", schedule.SEEDS, ids=lambda seed: seed.name)
def test_schedule_calls_a_task_that_exists(seed: schedule.ScheduleSeed, db: None) -> None:
    app.loader.import_default_modules()
    assert seed.task in app.tasks
    stored = PeriodicTask.objects.get(name=seed.name)
    assert stored.task == seed.task
    if seed.task == "core.ask_question":
        assert all(kind in job_kinds for kind in seed.arguments)


def test_administrator_changes_of_the_schedule_stay(db: None) -> None:
    PeriodicTask.objects.filter(name="Recover job runs").update(enabled=False)
    schedule.seed_schedules()
    assert not PeriodicTask.objects.get(name="Recover job runs").enabled


def test_every_language_is_one_that_users_can_choose(db: None) -> None:
    field = User._meta.get_field("language")
    assert dict(field.choices) == dict(settings.LANGUAGES)
