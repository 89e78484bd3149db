"""Every address as every role, as nobody, as a colleague of another team."""

import re
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import permissions
from core.choices import Reach
from core.models import User
from core.registries import permission_registry
from tests.factories import TeamFactory, UserFactory
from tests.house.addresses import Address, addresses

# Programs are answered otherwise: test_api.py walks their end points.
ADDRESSES = [address for address in addresses() if not address.is_api]
OURS = [address for address in ADDRESSES if address.is_ours]
OF_RECORDS = [address for address in OURS if "pk" in address.parameters]
ROLES = ["administrator", "manager", "sales", "marketing"]
MARKS = ("public", "signed in")
# Pages for people outside: the signed link, or the token of the web form, stands for the form's token.
BY_LINK = {
    "unsubscribe",
    "preferences",
    "preferences_data",
    "consent_confirm",
    "web_form_page",
    "web_form_frame",
    "web_form_send",
    "mail_returns",
}
BY_LETTER = {
    "mail_open",
    "mail_click",
    "mail_trap",
    "page_script",
    "page_visit",
    "message_image",
}
# Websites and mail providers tell; their origin, or the secret in the address, is looked at instead.
TOLD_BY_PROGRAMS = {"page_visit", "mail_returns"}
# An address that nobody has signed leads nowhere; the hidden link has nothing to show.
ANSWERS = {"set_up": {404}, "mail_click": {404}, "mail_trap": {204}, "message_image": {404}}
# What only notes that a page was read: sessions when they were last used, records who opened them last.
NOTED = re.compile(r'"(django_session|usersessions_usersession|core_recentrecord)"')
IN_SESSION = re.compile(r'"(django_session|usersessions_usersession)"')
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|REPLACE|ALTER|CREATE|DROP)\b", re.IGNORECASE)

each_address = pytest.mark.parametrize("address", ADDRESSES, ids=str)
each_of_ours = pytest.mark.parametrize("address", OURS, ids=str)
each_record = pytest.mark.parametrize("address", OF_RECORDS, ids=str)

FIELDS = (
    "kind",
    "at",
    "to",
    "on",
    "guests",
    "rate",
    "valid_from",
    "name",
    "email",
    "status",
    "owner",
    "ids",
    "target",
    "known_when",
    "language",
    "theme",
)
SILLY_QUERIES = (
    "?q=%00",
    "?sort=%00&after=%00",
    "?if=owner:is:%C2%B2",
    "?after=W10",
    "?if=%ff&columns=%00&view=%C2%B2",
    "?q=%ff&page=%C2%B2&tab=%00",
)
SILLY = ["²", "\x00", "9" * 40, "%s%(x)s", "<script>"]

LogIn = Callable[..., Client]


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """Somebody of each role, all in one team."""
    team = TeamFactory()
    return {role: UserFactory(role=role, team=team) for role in ROLES}


def is_log_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response["Location"].startswith(reverse("account_login"))


def is_refused_method(response: HttpResponse) -> bool:
    return response.status_code == 405


def test_the_walk_finds_the_addresses() -> None:
    assert {"home", "lead_list", "job_run", "import_refused", "lead_score_model"} <= {
        str(address) for address in OURS
    }
    assert {"account_login", "mfa_index", "set_language"} <= {str(a) for a in ADDRESSES}


@each_of_ours
def test_view_states_who_may_open_it(address: Address) -> None:
    stated = address.permission
    assert stated, f"{address}: decorate the view with @requires, @signed_in or @public"
    assert stated in MARKS or stated in permission_registry


@each_address
def test_nobody_gets_the_log_in_page(address: Address, visitor: Client, sales: User) -> None:
    """Except where a view says in so many words that it needs no log-in."""
    is_public = getattr(address.view, "login_required", True) is False
    response = visitor.get(address.url(sales))
    assert is_public or is_log_in(response), f"{address} answers {response.status_code} to nobody"
    assert response.status_code < 500


def test_only_these_pages_are_public() -> None:
    public = {str(address) for address in ADDRESSES if address.permission == "public"}
    assert public - BY_LINK - BY_LETTER == {
        "company_logo",
        "set_up",
        "set_language",
    }  # the log-in page shows the logo
    assert public >= BY_LINK | BY_LETTER


def test_only_these_pages_are_for_everybody_who_is_signed_in() -> None:
    """Their views give everybody the own records only."""
    assert {str(address) for address in OURS if address.permission == "signed in"} == {
        "api_docs",
        "bin_list",
        "bin_restore",
        "bulk_change",
        "bulk_export",
        "change_detail",
        "change_undo",
        "data_quality",
        "home",
        "job_cancel",
        "job_resume",
        "job_run",
        "list_columns",
        "list_filter",
        "list_sort",
        "lookup",
        "notification_list",
        "notifications_mark_read",
        "preferences_update",
        "recent_list",
        "search",
        "record_preview",
        "settings_profile",
        "start",
        "start_hide",
        "token_list",
        "token_revoke",
        "view_as_end",
        "view_create",
        "view_delete",
        "view_edit",
        "view_favour",
        "view_move",
        "view_restore",
        "view_update",
    }


@each_of_ours
def test_user_without_a_role_gets_nothing_but_the_own_pages(
    address: Address, sales: User, log_in: LogIn
) -> None:
    response = log_in(UserFactory()).get(address.url(sales))
    expected = {200, 204, 302, 404, 405} if address.permission in MARKS else {403}
    assert response.status_code in expected


@each_of_ours
def test_role_gets_what_it_is_granted_and_no_more(
    address: Address, people: dict[str, User], log_in: LogIn
) -> None:
    for role, user in people.items():
        response = log_in(user).get(address.url(user))
        if address.permission in MARKS or permissions.access_of(user).may(address.permission):
            otherwise = ANSWERS.get(address.name, set())
            assert response.status_code in {200, 302, 405} | otherwise, role
            assert not is_log_in(response), role
        else:
            assert response.status_code == 403, role


@each_record
def test_record_of_another_team_is_not_there(
    address: Address, people: dict[str, User], outsider: User, log_in: LogIn
) -> None:
    url = address.url(outsider)
    for role, user in people.items():
        access = permissions.access_of(user)
        client = log_in(user)
        with transaction.atomic():
            answers = [client.get(url), client.post(url)]
            transaction.set_rollback(True)  # what one has deleted is there for the next
        statuses = {a.status_code for a in answers if not is_refused_method(a)}
        if address.permission not in MARKS and not access.may(address.permission):
            assert statuses == {403}, role
        elif reaches_foreign(address, user):
            assert 404 not in statuses, role
        else:
            assert statuses == {404}, role


def reaches_foreign(address: Address, user: User) -> bool:
    """By reach; imports and private views belong to whoever made them, runs to whoever may see and
    start them."""
    if address.name.startswith(("import", "trial", "series", "past_campaign")):
        return permissions.access_of(user).is_administrator
    if address.name.startswith(("currency", "user", "team", "role", "view_as")):
        return True  # the company's
    if address.name in ("contact_lists", "contact_limits"):  # chosen and noted beside the contact
        return permissions.access_of(user).reach("crm.contact.view") == Reach.ALL
    if address.name in ("activity_log", "activity_people", "timeline"):  # of a lead
        return permissions.access_of(user).reach("crm.lead.view") == Reach.ALL
    if address.name.startswith("token"):
        return permissions.access_of(user).may("core.api_token.manage")
    if address.name.startswith("job"):
        access = permissions.access_of(user)
        return access.may("core.job.view") and access.may("analytics.lead_score.run")
    if address.name.startswith("view"):
        return False
    permission = "crm.contact.view" if address.name == "record_preview" else address.permission
    return permissions.access_of(user).reach(permission) == Reach.ALL


@each_record
def test_record_that_does_not_exist_is_not_found(
    address: Address, administrator: User, log_in: LogIn
) -> None:
    client = log_in(administrator)
    url = reverse(address.name, kwargs={**dict.fromkeys(address.parameters, 987_654_321)})
    huge = reverse(address.name, kwargs={**dict.fromkeys(address.parameters, 10**30)})
    for answer in (client.get(url), client.post(url), client.get(huge), client.post(huge)):
        assert answer.status_code in (404, 405)


@each_address
def test_post_without_the_token_is_refused(
    address: Address, administrator: User, log_in: LogIn
) -> None:
    client = log_in(administrator, enforce_csrf_checks=True)
    if str(address) not in BY_LINK | TOLD_BY_PROGRAMS:
        assert client.post(address.url(administrator)).status_code == 403


@each_address
def test_empty_and_silly_posts_never_fail(
    address: Address, administrator: User, log_in: LogIn
) -> None:
    client = log_in(administrator)
    client.post(address.url(administrator))
    response = client.post(address.url(administrator), dict.fromkeys(FIELDS, SILLY))
    assert response.status_code < 500


@each_of_ours
def test_get_never_writes(address: Address, administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    url = address.url(administrator)
    client.get(reverse("home"))
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    written = [q["sql"] for q in queries if WRITES.match(q["sql"]) and not NOTED.search(q["sql"])]
    assert written == []


@each_of_ours
def test_looking_as_somebody_changes_nothing(
    address: Address, administrator: User, sales: User, log_in: LogIn
) -> None:
    client = log_in(administrator)
    client.get(reverse("home"))
    client.post(reverse("view_as_start", args=["user", sales.pk]))
    url = address.url(sales)
    with CaptureQueriesContext(connection) as queries:
        asked = client.get(url)
        told = client.post(url)
    assert asked.status_code < 500
    if address.name == "view_as_end":
        return
    assert told.status_code == 403
    written = [query["sql"] for query in queries if WRITES.match(query["sql"])]
    assert [sql for sql in written if not IN_SESSION.search(sql)] == []


@pytest.mark.parametrize("number", range(len(OURS)), ids=[str(address) for address in OURS])
def test_silly_queries_never_fail(number: int, administrator: User, log_in: LogIn) -> None:
    client, url = log_in(administrator), OURS[number].url(administrator)
    for query in SILLY_QUERIES[number % 2 :: 2]:  # they take turns
        assert client.get(url + query).status_code < 500
