"""Tokens: who a program is, what it may, how long; and the page where they are made."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.choices import Reach
from core.models import ApiToken, AuditEvent, Role, SavedView, User
from core.services.api_tokens import digest_of, find_token
from tests.core.api.callers import Caller
from tests.factories import (
    ContactFactory,
    LeadFactory,
    RoleFactory,
    TagFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

PAGE = "/settings/tokens/"
LogIn = Callable[..., Client]


def test_a_token_is_made_shown_once_used_and_revoked(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    form = {"name": "ERP", "scopes": ["crm.contact:read"], "days": "30", "role": ""}
    page = client.post(PAGE, form)
    assert page.status_code == 200
    secret = re.search(r"rm_[\w-]{43}", page.content.decode())[0]
    token = ApiToken.objects.get()
    assert token.digest == digest_of(secret)
    assert secret not in client.get(PAGE).content.decode()
    assert secret not in repr(AuditEvent.objects.get(action="token.create").changes)
    caller = Caller.of(secret)
    ContactFactory(name="Ann")
    assert caller.get("contacts/").json()["results"][0]["display_name"] == "Ann"
    assert caller.get("me/").json()["token"]["name"] == "ERP"
    token.refresh_from_db()
    assert token.last_used_at is not None
    client.post(reverse("token_revoke", args=[token.pk]))
    assert caller.get("contacts/").status_code == 401
    assert AuditEvent.objects.filter(action="token.revoke").count() == 1


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "scopes": ["*"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["crm.nonsense:read"]},
    ],
)
def test_a_token_needs_a_name_and_a_purpose(
    administrator: User, log_in: LogIn, form: dict[str, object]
) -> None:
    assert log_in(administrator).post(PAGE, form).status_code == 422
    assert not ApiToken.objects.exists()


def test_everybody_sees_the_own_tokens_only(administrator: User, log_in: LogIn) -> None:
    role = RoleFactory(grants={"core.api_token.create": Reach.ALL})
    user = UserFactory(roles=[role])
    Caller(administrator, name="Of the administrator")
    Caller(user, name="Of the user")
    own = log_in(user).get(PAGE).content.decode()
    assert "Of the user" in own
    assert "Of the administrator" not in own
    theirs = ApiToken.objects.get(user=administrator)
    assert log_in(user).post(reverse("token_revoke", args=[theirs.pk])).status_code == 404
    every = log_in(administrator).get(PAGE).content.decode()
    assert "Of the user" in every
    assert "Of the administrator" in every


def test_who_manages_tokens_makes_none(administrator: User, log_in: LogIn) -> None:
    keeper = UserFactory(roles=[RoleFactory(grants={"core.api_token.manage": Reach.ALL})])
    caller, client = Caller(administrator, name="Forgotten"), log_in(keeper)
    page = client.get(PAGE).content.decode()
    assert "Forgotten" in page
    assert "New token" not in page
    assert PAGE in client.get(reverse("settings_profile")).content.decode()
    assert client.post(PAGE, {"name": "x", "scopes": ["*"]}).status_code == 403
    client.post(reverse("token_revoke", args=[caller.token.pk]))
    assert caller.get("me/").status_code == 401
    assert ApiToken.objects.count() == 1


def test_who_may_make_tokens_no_more_still_revokes_the_own(sales: User, log_in: LogIn) -> None:
    caller, client = Caller(sales, name="Mine"), log_in(sales)
    page = client.get(PAGE).content.decode()
    assert "Mine" in page
    assert "New token" not in page
    client.post(reverse("token_revoke", args=[caller.token.pk]))
    assert caller.get("me/").status_code == 401


def test_what_opens_nothing(administrator: User) -> None:
    past = timezone.now() - timedelta(seconds=1)
    for token in ({"expires_at": past}, {"revoked_at": past}):
        answer = Caller(administrator, **token).get("me/")
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer["Content-Type"] == "application/problem+json"
    gone = Caller(administrator)
    User.objects.filter(pk=administrator.pk).update(is_active=False)
    assert gone.get("me/").status_code == 401
    client = Client()
    assert client.get("/api/v1/me/").status_code == 401
    for wrong in ("Bearer rm_nonsense", "Bearer", "Bearer \x00", "Basic YTpi"):
        assert client.get("/api/v1/me/", headers={"Authorization": wrong}).status_code == 401


def test_scopes_narrow_everything(administrator: User) -> None:
    lead = LeadFactory(owner=administrator)
    caller = Caller(administrator, scopes=["crm.lead:read"])
    found = caller.get(f"leads/{lead.pk}/").json()
    assert found["contact"] == {"id": None, "name": None}
    assert caller.get("contacts/").status_code == 403
    assert caller.patch(f"leads/{lead.pk}/", {"source": "x"}).status_code == 403
    assert caller.get("leads/", {"if": "contact.email:set"}).status_code == 400
    assert caller.get("jobs/").status_code == 403
    assert caller.get("search/", {"q": lead.contact.name}).json()["results"] == []
    writer = Caller(administrator, scopes=["crm.lead:write"])
    assert writer.patch(f"leads/{lead.pk}/", {"source": "x"}).status_code == 200
    assert not writer.get("me/").json()["is_administrator"]


def test_what_every_colleague_may_read_needs_a_scope(administrator: User) -> None:
    TagFactory(name="Secret project")
    for kind in ("crm.lead", "crm.contact"):
        SavedView.objects.create(object_type=kind, name=kind, owner=administrator)
    narrow = Caller(administrator, scopes=["crm.lead:write"])
    for path, scope in (
        ("users/", "core.user:read"),
        ("teams/", "core.user:read"),
        ("tags/", "core.tag:read"),
    ):
        refused = narrow.get(path)
        assert refused.status_code == 403
        assert scope in refused.json()["detail"]
        assert Caller(administrator, scopes=[scope]).get(path).status_code == 200
    views = narrow.get("views/", {"size": "100"}).json()["results"]
    assert {view["type"] for view in views} == {"crm.lead"}
    contacts = SavedView.objects.get(name="crm.contact")
    assert narrow.get(f"views/{contacts.pk}/").status_code == 404
    names = Caller(administrator, scopes=["core.user:read"]).get("users/").json()["results"]
    assert all(row.keys() == {"id", "name"} for row in names)


def test_signing_out_everywhere_revokes(administrator: User, sales: User, log_in: LogIn) -> None:
    caller, other = Caller(sales), Caller(administrator)
    client = log_in(administrator)
    page = client.get(reverse("user_edit", args=[sales.pk])).content.decode()
    assert "Signing out revokes 1 API token, too." in page
    client.post(reverse("user_sign_out", args=[sales.pk]))
    assert caller.get("me/").status_code == 401
    assert other.get("me/").status_code == 200
    event = AuditEvent.objects.get(action="token.revoke")
    assert (event.actor, event.object_id) == (administrator, caller.token.pk)
    log = client.get(reverse("audit_list"), {"type": "core.apitoken"}).content.decode()
    assert "API token revoked" in log


def test_tokens_of_who_is_switched_off_open_nothing(
    administrator: User, sales: User, log_in: LogIn
) -> None:
    caller, client = Caller(sales), log_in(administrator)
    client.post(reverse("user_off", args=[sales.pk]), {"to": ""})
    assert caller.get("me/").status_code == 401
    client.post(reverse("user_on", args=[sales.pk]))
    assert caller.get("me/").status_code == 200


def test_a_role_that_is_taken_away_is_gone_for_tokens_at_once(sales: User) -> None:
    caller = Caller(sales)
    assert caller.get("leads/").status_code == 200
    sales.roles.clear()
    assert caller.get("leads/").status_code == 403
    assert caller.get("me/").json()["rights"] == {}


def test_the_form_offers_what_every_colleague_may_read(log_in: LogIn) -> None:
    role = RoleFactory(grants={"core.api_token.create": Reach.ALL})
    page = log_in(UserFactory(roles=[role])).get(PAGE).content.decode()
    offered = set(re.findall(r'name="scopes" value="([^"]+)"', page))
    assert offered == {"*", "core.user:read", "core.tag:read"}


def test_the_narrower_of_user_and_role_counts(
    administrator: User, sales: User, team: object
) -> None:
    sales_role = Role.objects.get(key="sales")
    foreign = ContactFactory()
    assert Caller(administrator).get(f"contacts/{foreign.pk}/").status_code == 200
    narrow = Caller(administrator, role=sales_role)
    assert narrow.get(f"contacts/{foreign.pk}/").status_code == 404
    wide = Caller(sales, role=Role.objects.get(key="administrator"))
    assert wide.get(f"contacts/{foreign.pk}/").status_code == 404
    hiding = RoleFactory(grants={"crm.contact.view": Reach.ALL}, hides=["crm.contact.email"])
    assert "email" not in Caller(administrator, role=hiding).get(f"contacts/{foreign.pk}/").json()


def test_the_last_use_is_noted_once_a_minute(administrator: User) -> None:
    caller = Caller(administrator)
    now = timezone.now()
    for seconds, noted in ((0, now), (59, now), (61, now + timedelta(seconds=61))):
        find_token(secret=caller.secret, at=now + timedelta(seconds=seconds))
        caller.token.refresh_from_db()
        assert caller.token.last_used_at == noted


def test_the_limits_of_callers_and_addresses(administrator: User, settings: object) -> None:
    cache.clear()
    settings.API_REQUESTS_PER_TOKEN = 2
    caller = Caller(administrator)
    assert [caller.get("me/").status_code for _ in range(3)] == [200, 200, 429]
    refused = caller.get("me/")
    assert 0 < int(refused["Retry-After"]) <= 61
    settings.API_REQUESTS_PER_ADDRESS = 3
    other = Client(REMOTE_ADDR="10.1.2.3")
    assert [other.get("/api/v1/me/").status_code for _ in range(4)] == [401, 401, 401, 429]
    cache.clear()


def test_a_session_needs_the_token_of_its_forms(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator, enforce_csrf_checks=True)
    body = {"name": "x"}
    assert client.get("/api/v1/contacts/").status_code == 200
    refused = client.post("/api/v1/contacts/", body, content_type="application/json")
    assert refused.status_code == 403
    page = client.get("/api/docs/").content.decode()
    csrf = re.search(r'X-CSRFToken": "(\w+)"', page)[1]
    made = client.post(
        "/api/v1/contacts/", body, content_type="application/json", headers={"X-CSRFToken": csrf}
    )
    assert made.status_code == 201


def test_answers_are_kept_by_nobody_and_set_nothing(administrator: User) -> None:
    for answer in (
        Caller(administrator).get("contacts/"),
        Client().get("/api/v1/contacts/"),
        Caller(administrator).get("nonsense/"),
    ):
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert not answer.cookies
    assert Caller(administrator).get("nonsense/").status_code == 404


def test_a_body_that_is_too_large_or_no_json(administrator: User, settings: object) -> None:
    caller = Caller(administrator)
    for body, kind, status in (
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ('{"name": "\\u0000"}', "application/json", 400),
        ('{"name": "\\ud800"}', "application/json", 400),
        ('{"name": NaN}', "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("name=x", "application/x-www-form-urlencoded", 415),
    ):
        answer = caller.client.post(
            "/api/v1/contacts/", body, content_type=kind, headers=caller.headers
        )
        assert answer.status_code == status, body[:20]
        assert answer["Content-Type"] == "application/problem+json"
    huge = caller.client.post(
        "/api/v1/contacts/",
        "{}",
        content_type="application/json",
        headers={**caller.headers, "Content-Length": "9" * 20},
    )
    assert huge.status_code == 413
    settings.API_MAX_BYTES = 100
    assert caller.post("contacts/", {"name": "x" * 100}).status_code == 413
