"""What the apps declare fits together: addresses, permissions, icons, jobs, schedules, texts."""

import json

import pytest
from django.apps import apps
from django.conf import settings
from django.http import QueryDict
from django.template.loader import get_template
from django.urls import reverse
from django.utils.functional import Promise
from django_celery_beat.models import PeriodicTask

from config import roles, schedule, views
from config.celery import app
from core.choices import FieldType, Reach
from core.jobs.kinds import Job, JobKind, job_kinds
from core.lists import ListDefinition, ListState, lists
from core.lists.drawing import DRAW
from core.lists.parts import ICONS as ICONS_OF_FIELDS
from core.models import Grant, Role, SavedView, User
from core.registries import (
    NavigationEntry,
    Panel,
    RecordType,
    audited_types,
    navigation,
    panels,
    permission_groups,
    permission_registry,
    record_types,
)
from core.shell import GROUPS
from tests.factories.core import NOW

ICONS = frozenset(json.loads((settings.BASE_DIR / "static/img/icons.json").read_text())["icons"])


def by_key(entry: object) -> str:
    return str(getattr(entry, "key", entry))


@pytest.mark.parametrize("kind", list(job_kinds), ids=by_key)
def test_job_kind_can_be_loaded_and_started(kind: JobKind) -> None:
    assert isinstance(kind.load(), Job)
    assert not kind.permission or kind.permission in permission_registry
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


def test_rights_stand_under_a_name_and_audited_types_are_models() -> None:
    assert {right.key.partition(".")[0] for right in permission_registry} == {
        group.key for group in permission_groups
    }
    assert all(apps.get_model(it.key) for it in audited_types)


@pytest.mark.parametrize("panel", list(panels), ids=by_key)
def test_panel_has_a_template_and_a_permission(panel: Panel) -> None:
    assert get_template(panel.template)
    assert panel.permission in permission_registry


@pytest.mark.parametrize("definition", list(lists), ids=by_key)
def test_list_names_fields_that_exist(definition: ListDefinition) -> None:
    kind = definition.kind
    sort = definition.default_sort.removeprefix("-")
    named = {*definition.columns, *definition.cells, *definition.phone, sort} - {"name"}
    assert named | {definition.name_field} <= kind.field.keys()
    assert {name.partition(".")[0] for name in definition.searched} <= kind.field.keys()
    assert reverse(kind.list_url)
    assert get_template(definition.empty)
    assert not definition.create_url or reverse(definition.create_url)


@pytest.mark.parametrize("field_type", list(FieldType))
def test_every_type_of_field_has_a_cell_and_an_icon(field_type: FieldType) -> None:
    assert field_type in DRAW
    assert ICONS_OF_FIELDS[field_type] in ICONS


@pytest.mark.parametrize("seed", views.SEEDS, ids=lambda seed: f"{seed.object_type} {seed.name}")
def test_ready_made_view_can_be_asked(seed: views.ViewSeed, administrator: User) -> None:
    view = SavedView.objects.get(object_type=seed.object_type, name=seed.name)
    state = ListState(lists[seed.object_type], administrator, QueryDict(f"view={view.pk}"))
    assert state.saved == view
    assert state.refused == []
    assert len(state.parts) == len(seed.conditions)
    assert not state.is_changed
    assert list(state.rows()) == []
    assert view.icon in ICONS


def test_deleted_ready_made_view_stays_deleted(administrator: User) -> None:
    SavedView.objects.filter(object_type="crm.lead").update(deleted_at=NOW)
    views.seed_views()
    assert not SavedView.objects.filter(object_type="crm.lead", deleted_at=None).exists()


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
        assert seed.arguments[0] in job_kinds


def test_administrator_changes_of_the_schedule_stay(db: None) -> None:
    PeriodicTask.objects.filter(name="Recover job runs").update(enabled=False)
    schedule.seed_schedules()
    assert not PeriodicTask.objects.get(name="Recover job runs").enabled


def test_every_language_is_one_that_users_can_choose(db: None) -> None:
    field = User._meta.get_field("language")
    assert dict(field.choices) == dict(settings.LANGUAGES)
