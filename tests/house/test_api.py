"""Every end point as every role, as nobody, as a colleague of another team, with less than all rights.

No path shows or changes what the pages of the same user would not.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import permissions
from core.api.idempotency import ONCE
from core.choices import Reach
from core.models import AuditEvent, Role, User
from core.records.fields import fields_for
from core.registries import permission_registry, record_types
from tests.core.api.callers import Caller
from tests.factories import CustomFieldFactory, TeamFactory, UserFactory
from tests.house.addresses import Address, addresses
from tests.house.test_access import FIELDS, ROLES, SILLY, WRITES
from tests.house.test_hidden_fields import CASES, Case, _surround, insider, shown, tells

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
API = [address for address in addresses() if address.is_api]
OF_RECORDS = [address for address in API if {"pk", "source"} & set(address.parameters)]
METHODS = ("get", "post", "patch", "delete")
NOTED = re.compile(r'"(core_apitoken|core_givenanswer)"')
# They change nothing, though they are asked with a body.
QUESTIONS = re.compile(
    r"api_\w+_query|api_archive_file|api_assignment_try|api_segment_count"
)  # asked by POST, harmless when asked twice


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """Somebody of each role, all in one team."""
    team = TeamFactory()
    return {role: UserFactory(role=role, team=team) for role in ROLES}


def methods_of(address: Address) -> Iterator[str]:
    yield from (method for method in METHODS if hasattr(address.view.cls, method))


def rights_of(address: Address) -> dict[str, str]:
    view = address.view.cls(**address.view.initkwargs)
    return dict(view.rights_by_method())


def path_of(address: Address, owner: User) -> str:
    return address.url(owner).removeprefix("/api/v1/").removeprefix("/api/")


def send(caller: Caller, method: str, path: str, body: Any = None) -> Any:
    if method in ("get", "delete"):
        return getattr(caller, method)(path)
    return getattr(caller, method)(path, body)


def test_the_walk_finds_the_end_points() -> None:
    names = {address.name for address in API}
    assert {"api_lead_list", "api_deal_move", "api_job_cancel", "api_unknown"} <= names
    for kind in record_types:
        noun = kind.key.partition(".")[2]
        assert {f"api_{noun}_{it}" for it in ("list", "detail", "bulk", "file")} <= names


def test_end_points_state_the_right_of_each_method() -> None:
    for address in API:
        rights = rights_of(address)
        for method in methods_of(address):
            stated = rights.get(method.upper(), "")
            assert stated == "signed in" or stated in permission_registry, (address, method)


def test_only_these_end_points_are_for_every_caller() -> None:
    """They give everybody what all know, or the own things only."""
    assert {str(it) for it in API if "signed in" in rights_of(it).values()} == {
        "api_data_quality",
        "api_job_cancel",
        "api_job_detail",
        "api_job_resume",
        "api_me",
        "api_schema",
        "api_search",
        "api_tags",
        "api_teams",
        "api_unknown",
        "api_users",
        "api_view_detail",
        "api_views",
    }


def test_what_is_for_every_caller_needs_a_scope_all_the_same(administrator: User) -> None:
    """Without one there is the caller itself, and what its (missing) scopes leave of search and views."""
    nothing = Caller(administrator, scopes=["core.nonsense:read"])
    refused = {"api_job_cancel", "api_job_detail", "api_job_resume"}
    refused |= {"api_tags", "api_teams", "api_users"}
    for address in API:
        for method, right in rights_of(address).items():
            if right != "signed in" or address.name == "api_unknown":
                continue
            answer = send(nothing, method.lower(), path_of(address, administrator))
            is_refused = answer.status_code == 403
            assert is_refused == (address.name in refused), (address, method)
    assert nothing.get("search/", {"q": "a"}).json() == {"results": []}
    assert nothing.get("views/").json()["results"] == []


def test_whatever_changes_something_is_done_once_with_a_key() -> None:
    for address in API:
        post = getattr(address.view.cls, "post", None)
        if post is None or QUESTIONS.fullmatch(address.name) or address.name == "api_unknown":
            continue
        assert getattr(post, ONCE, False), f"{address}: decorate post with @once"


def test_every_method_is_described() -> None:
    for address in API:
        if address.name not in ("api_unknown", "api_schema"):
            for method in methods_of(address):
                view = getattr(address.view.cls, method)
                assert getattr(view, "operation", None), f"{address}: {method} has no @described"


def test_nobody_gets_a_problem(sales: User) -> None:
    client = Client()
    for address in API:
        url = address.url(sales)
        for method in METHODS:
            response = getattr(client, method)(url)
            assert response.status_code == 401, (address, method)
            assert response["Content-Type"] == "application/problem+json"
            assert not response.cookies


@pytest.mark.parametrize("role", [*ROLES, "none"])
def test_role_gets_what_it_is_granted_and_no_more(role: str, people: dict[str, User]) -> None:
    user = people.get(role) or UserFactory()
    owner = people["administrator"] if role == "none" else user
    access, caller = permissions.access_of(user), Caller(user)
    for address in API:
        rights = rights_of(address)
        for method in methods_of(address):
            right = rights[method.upper()]
            status = send(caller, method, path_of(address, owner)).status_code
            if right == "signed in" or access.may(right):
                assert status < 500, (address, method)
            else:
                assert status == 403, (address, method)


@pytest.mark.parametrize("role", ROLES)
def test_record_of_another_team_is_neither_shown_nor_changed(
    role: str, people: dict[str, User], outsider: User
) -> None:
    user = people[role]
    access, caller = permissions.access_of(user), Caller(user)
    for address in OF_RECORDS:
        # One's own only.
        if address.name.startswith(("api_job", "api_view", "api_import", "api_merges")):
            continue
        if address.name.startswith("api_customer_segment"):  # the company's
            continue
        path = path_of(address, outsider)
        before = AuditEvent.objects.count()
        for method, right in rights_of(address).items():
            status = send(caller, method.lower(), path, {"name": "x"}).status_code
            if not access.may(right):
                assert status == 403, address
            elif access.reach(_reaching(address, right)) == Reach.ALL:
                assert status != 404 or address.name.endswith(("restore", "file", "undo")), address
            else:
                assert status in (403, 404), (address, method)
                assert AuditEvent.objects.count() == before, (address, method)


def _reaching(address: Address, right: str) -> str:
    """The right that says which records: a timeline needs two; forecasts are those of deals."""
    if address.name.startswith("api_forecast"):
        return "crm.deal.view"
    if address.name.startswith(("api_customer", "api_contact_next", "api_contact_consents")):
        return "crm.contact.view"
    is_timeline = address.name.endswith("_timeline")
    return f"crm.{address.name.split('_')[1]}.view" if is_timeline else right


@pytest.mark.parametrize("role", ROLES)
def test_lists_are_those_of_the_pages(
    role: str, people: dict[str, User], outsider: User, log_in: LogIn
) -> None:
    """The same rows, and of each row the fields that its page would show, no other."""
    user = people[role]
    access, caller, client = permissions.access_of(user), Caller(user), log_in(user)
    for owner in (user, people["manager"], outsider):
        for case in CASES:
            case.make(owner, case.other)
    for kind in record_types:
        if not access.may(f"{kind.key}.view"):
            continue
        page = client.get(reverse(kind.list_url))
        found = caller.get(f"{kind.slug}/").json()["results"]
        assert [row["id"] for row in found] == [line.row.pk for line in page.context["lines"]]
        seen = {field.name for field in fields_for(kind, access) if not field.custom}
        own = {field.name for field in kind.fields if field.is_own and not field.via}
        for row in found:
            assert row.keys() & own == seen & own


def test_a_token_never_shows_more_than_its_scopes_and_its_role(
    administrator: User, sales: User, outsider: User
) -> None:
    role = Role.objects.get(key="sales")
    narrow = Caller(administrator, role=role, scopes=["crm.contact:read"])
    for case in CASES:
        for owner in (administrator, sales, outsider):
            case.make(owner, case.other)
    for address in API:
        rights = rights_of(address)
        for method in methods_of(address):
            right = rights[method.upper()]
            if right in ("signed in", "crm.contact.view"):
                continue
            status = send(narrow, method, path_of(address, sales)).status_code
            assert status == 403, (address, method)
    found = narrow.get("contacts/").json()["results"]
    seen = sorted(row["owner"]["id"] for row in found)
    assert outsider.pk not in seen
    assert all(row["company"] in (None, {"id": None, "name": None}) for row in found)


def test_get_never_writes(administrator: User) -> None:
    caller = Caller(administrator)
    caller.get("me/")
    for address in API:
        path = path_of(address, administrator)
        if "get" not in methods_of(address):
            continue
        with CaptureQueriesContext(connection) as queries:
            caller.get(path)
        written = [q["sql"] for q in queries if WRITES.match(q["sql"])]
        assert [sql for sql in written if not NOTED.search(sql)] == [], address


def test_silly_requests_never_fail(administrator: User) -> None:
    caller = Caller(administrator)
    sillies = [*SILLY, 10**30, -1, 1e308, True, None, {}, [[]], {"id": -1}, {"source": 1, "key": 2}]
    queries = ("?q=%00", "?sort=%00&after=%00", "?if=owner:is:%C2%B2", "?after=W10", "?if=%ff")
    for number, address in enumerate(API):
        path = path_of(address, administrator)
        for query in queries[number % 2 :: 2]:
            assert caller.get(path + query).status_code < 500, (address, query)
        for method in ("post", "patch"):
            for silly in sillies[number % 3 :: 3]:  # the types take turns
                body = {**dict.fromkeys(FIELDS, silly), "rows": [silly, {"name": silly}]}
                assert send(caller, method, path, body).status_code < 500, (address, silly)


# -- hidden fields ---------------------------------------------------------------------------------


@pytest.fixture
def hidden(case: Case) -> tuple[Case, Caller, Any]:
    """A field that the caller may not see, and the record that has the secret in it."""
    CustomFieldFactory(object_type="crm.contact", key="nickname", label="Nickname")
    user = insider(case.hidden)
    for value in (case.other, case.other):
        case.make(user, value)
    record = case.make(user, case.secret)
    _surround(record, user)
    return case, Caller(user), record


each_case = pytest.mark.parametrize("case", CASES, ids=str)


@each_case
def test_no_end_point_tells_a_hidden_field(hidden: tuple[Case, Caller, Any]) -> None:
    case, caller, record = hidden
    user = caller.token.user
    for address in API:
        if "get" not in methods_of(address) or address.name == "api_unknown":
            continue
        same = address.name.startswith(f"api_{record._meta.model_name}_")
        parameters = set(address.parameters)
        if same and parameters == {"pk"}:
            path = reverse(address.name, args=[record.pk]).removeprefix("/api/v1/")
        else:
            path = path_of(address, user)
        assert not tells(shown(caller.get(path))), address
    slug = record_types[case.kind].slug
    name = case.field
    asked = [
        {"condition": {"field": name, "operator": "set"}},
        {"condition": {"not": {"field": name, "operator": "empty"}}},
        {"sort": name},
        {"fields": [name]},
    ]
    for body in asked:
        assert caller.post(f"{slug}/query/", body).status_code == 400, body
    assert caller.get("search/", {"q": str(case.secret)}).json()["results"] == []
    for other in record_types:
        for link in (it for it in other.fields if it.target == case.kind):
            beyond = f"{link.name}.{name}"
            for query in ({"if": f"{beyond}:set"}, {"sort": beyond}, {"fields": beyond}):
                assert caller.get(f"{other.slug}/", query).status_code == 400


@each_case
def test_no_end_point_changes_a_hidden_field(hidden: tuple[Case, Caller, Any]) -> None:
    case, caller, record = hidden
    slug = record_types[case.kind].slug
    given: dict[str, Any] = {case.field: "5"}
    if case.field.startswith("custom."):
        given = {"custom": {case.field.removeprefix("custom."): "5"}}
    before = type(record)._base_manager.filter(pk=record.pk).values().get()
    answer = caller.patch(f"{slug}/{record.pk}/", given)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [case.field]
    rows = caller.post(f"{slug}/bulk/", {"mode": "update", "rows": [{"id": record.pk, **given}]})
    assert rows.json()["refused"] == 1
    assert type(record)._base_manager.filter(pk=record.pk).values().get() == before
