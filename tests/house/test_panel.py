"""The admin panel holds every model, lets administrators in alone, and asks little of the database."""

import re
from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.db import connection, models
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import camel_case_to_spaces

from core.admin.base import PanelAdmin
from core.choices import Reach
from core.framework_words import PACKAGE_NAMES
from core.models import User
from core.registries import permission_registry
from tests.factories import RoleFactory, UserFactory
from tests.house.addresses import panel_addresses
from tests.house.rows import row_of
from tests.house.test_access import NOTED, SILLY, WRITES, is_log_in
from tests.house.test_pages import HEADERS, inline_code

pytestmark = pytest.mark.django_db

OUR_APPS = ("core", "crm", "marketing", "analytics")
APPS = (
    *OUR_APPS,
    "django_celery_beat",
    "account",
    "mfa",
    "usersessions",
    "socialaccount",
)
MODELS = [model for label in APPS for model in apps.get_app_config(label).get_models()]
MOST_QUERIES = 8
SIZES = (1, 3, 30)
NOT_FOR_EYES = re.compile(r"password|secret|token|(^|_)hash|session_key|extra_data|content$|^data$")

LogIn = Callable[..., Client]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)


def address(model: type[models.Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def urls(pk: object = 987_654) -> list[str]:
    return [found.panel_url(pk) for found in panel_addresses()]


@each_model
def test_model_is_in_the_panel_through_the_base_class(model: type[models.Model]) -> None:
    assert admin.site.is_registered(model), (
        f"{model._meta.label}: register it with a subclass of PanelAdmin in the admin of its app."
    )
    assert isinstance(admin.site.get_model_admin(model), PanelAdmin)


def test_nothing_else_is_in_the_panel() -> None:
    assert set(admin.site._registry) == set(MODELS)


def written_names(model: type[models.Model]) -> list[str | Promise]:
    """The names of the model and of what the panel shows of it, as its own package wrote them."""
    hidden = admin.site.get_model_admin(model).hidden
    made_up = camel_case_to_spaces(model._meta.object_name)
    words = [model._meta.original_attrs.get("verbose_name", made_up)]
    for field in (*model._meta.fields, *model._meta.many_to_many):
        if field.name not in hidden and not field.auto_created:
            words.append(field._verbose_name or field.name.replace("_", " "))
            words += [field.help_text] if field.help_text else []
    return words


@each_model
def test_names_are_read_in_every_language(model: type[models.Model]) -> None:
    """Fields, models and help texts are marked for translation; of packages, in PACKAGE_NAMES."""
    shown = [model._meta.verbose_name, model._meta.verbose_name_plural]
    shown += [field.verbose_name for field in (*model._meta.fields, *model._meta.many_to_many)]
    plain = {str(word) for word in written_names(model) if not isinstance(word, Promise)}
    marked = set() if model._meta.app_label in OUR_APPS else set(PACKAGE_NAMES)
    assert plain <= marked, f"{model._meta.label}: mark {sorted(plain - marked)} for translation."
    options = admin.site.get_model_admin(model)
    shown += [label_for_field(c, model, options) for c in options.list_display if c != "__str__"]
    assert all(isinstance(name, Promise) for name in shown), shown


@each_model
def test_secrets_are_not_shown(model: type[models.Model]) -> None:
    options = admin.site.get_model_admin(model)
    secret = {f.name for f in model._meta.concrete_fields if NOT_FOR_EYES.search(f.name)}
    shown = {*options.list_display, *options.readonly_fields, *(options.fields or ())}
    assert secret <= set(options.hidden)
    assert not shown & set(options.hidden)


@each_model
def test_secrets_are_not_guessed_through_filters(
    model: type[models.Model], rf: RequestFactory
) -> None:
    options = admin.site.get_model_admin(model)
    for name in options.hidden:
        assert not options.lookup_allowed(f"{name}__startswith", "a", rf.get("/"))


def test_the_walk_finds_the_pages() -> None:
    assert {"/admin/", "/admin/crm/contact/", "/admin/core/user/add/"} <= set(urls())
    assert len(urls()) > 5 * len(MODELS)


def test_nobody_gets_the_log_in_page(visitor: Client, sales: User) -> None:
    for url in urls():
        assert is_log_in(visitor.get(url)), url
        assert is_log_in(visitor.post(url)), url


@pytest.mark.parametrize("role", ["manager", "sales", "marketing"])
def test_only_administrators_enter(role: str, log_in: LogIn) -> None:
    """Each role tries a third of the addresses, in both ways: what refuses is the same for all."""
    client = log_in(UserFactory(role=role))
    first = ["manager", "sales", "marketing"].index(role)
    for url in urls()[first::3]:
        assert client.get(url).status_code == 403, url
        assert client.post(url).status_code == 403, url


def test_role_without_the_mark_enters_nothing(log_in: LogIn) -> None:
    """However much it is granted."""
    everything = {permission.key: Reach.ALL for permission in permission_registry}
    everything |= {"administrator": Reach.ALL}
    client = log_in(UserFactory(roles=[RoleFactory(grants=everything)]))
    assert client.get("/admin/").status_code == 403
    assert client.get("/admin/crm/contact/").status_code == 403


def test_post_without_the_token_is_refused(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator, enforce_csrf_checks=True)
    for url in urls():
        assert client.post(url).status_code in {403, 405}, url


@each_model
def test_pages_open_for_administrators_are_safe_and_write_nothing(
    model: type[models.Model], administrator: User, log_in: LogIn
) -> None:
    row, client = row_of(model), log_in(administrator)
    client.get(reverse("home"))
    pages = {
        address(model, "changelist"): {200},
        address(model, "change", row.pk): {200},
        address(model, "history", row.pk): {302},
        address(model, "add"): {200, 403},
        address(model, "delete", row.pk): {200, 403},
    }
    with CaptureQueriesContext(connection) as queries:
        for page, expected in pages.items():
            response = client.get(page)
            assert response.status_code in expected, page
            assert_panel_policy(response)
            assert b"secret-content" not in response.content
    written = [q["sql"] for q in queries if WRITES.match(q["sql"]) and not NOTED.search(q["sql"])]
    assert written == []


@each_model
def test_what_is_only_read_says_so_and_leads_to_where_it_is_changed(
    model: type[models.Model], administrator: User, log_in: LogIn
) -> None:
    row, options = row_of(model), admin.site.get_model_admin(model)
    where = options.note(row)["changed_at"]
    page = log_in(administrator).get(address(model, "change", row.pk)).content.decode()
    before_form = page[
        page.index('id="content-main"') : page.index(f'id="{model._meta.model_name}_form"')
    ]
    assert ("panel-note" in before_form) is not options.may_edit
    assert f'href="{where}"' in before_form or not where


@pytest.mark.parametrize("name", ["user", "team", "role", "grant", "fieldrule", "webhook"])
def test_rights_are_changed_one_step_away(name: str, administrator: User, log_in: LogIn) -> None:
    model = apps.get_model("core", name)
    options, row = admin.site.get_model_admin(model), row_of(model)
    assert not options.may_edit
    where = options.note(row)["changed_at"]
    assert where not in {"", options.note()["changed_at"]}
    assert log_in(administrator).get(where).status_code == 200


def assert_panel_policy(response: HttpResponse) -> None:
    """No inline code, nothing from elsewhere; only Alpine's expressions and widths are let be."""
    policy = {
        name: sources
        for name, _, sources in (
            part.strip().partition(" ")
            for part in response.headers["Content-Security-Policy"].split(";")
        )
    }
    if response.status_code == 200:
        assert policy["script-src"] == "'self' 'unsafe-eval'"
        assert policy["style-src-attr"] == "'unsafe-inline'"
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert [found for found in inline_code(response) if "has a style" not in found] == []


@each_model
def test_list_asks_as_often_for_many_rows_as_for_one(
    model: type[models.Model], administrator: User, log_in: LogIn
) -> None:
    client, asked = log_in(administrator), []
    client.get(reverse("home"))
    made = 0
    for size in SIZES:
        while made < size:
            row_of(model)
            made += 1
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(model, "changelist")).status_code == 200
        asked.append([query["sql"] for query in queries])
    assert [len(queries) for queries in asked[1:]] == [len(asked[0])] * 2, asked[-1]
    assert len(asked[0]) <= MOST_QUERIES, asked[0]


@each_model
def test_silly_questions_never_fail(
    model: type[models.Model], administrator: User, log_in: LogIn
) -> None:
    client, page = log_in(administrator), address(model, "changelist")
    for query in (
        "?q=%00",
        "?q=Anna",
        "?q=" + "9" * 40,
        "?o=99.-3",
        "?p=9999",
        "?bin=x&id__in=%00",
    ):
        assert client.get(page + query).status_code in {200, 302, 400}, query
    for value in SILLY[:2]:
        answer = client.post(page, {"action": value, "_selected_action": value, "index": 0})
        assert answer.status_code < 500
    fields = [field.name for field in model._meta.fields]
    for shift in range(2):  # each field gets two of them
        said = {name: SILLY[(place + shift) % len(SILLY)] for place, name in enumerate(fields)}
        assert client.post(address(model, "add"), said).status_code < 500


@each_model
def test_no_menu_holds_all_rows_of_a_linked_table(model: type[models.Model]) -> None:
    options = admin.site.get_model_admin(model)
    linked = {f.name for f in model._meta.concrete_fields if isinstance(f, models.ForeignKey)}
    chosen = set(options.get_autocomplete_fields(None))
    left = linked - chosen - set(options.hidden)
    assert not left, f"{model._meta.label}: {left} would be a menu of every row"
